/** Boots what was uploaded on the hosted runtime's Deno and looks at its first answers. */
import { bootUpload, type Hosting, typeCheckUpload, writeUpload } from "./boot.ts";
import type { Report } from "./report.ts";
import { FUNCTION_ENVIRONMENT, SMOKE_REQUESTS, type SmokeRequest } from "./smoke_requests.ts";
import type { Upload } from "./upload.ts";

/** Writes, type-checks, boots and asks one upload. */
export async function checkBoot(report: Report, upload: Upload, hosting: Hosting): Promise<void> {
  const { slug } = upload;
  await writeUpload(upload, hosting);
  await report.check(
    `${slug}: the uploaded files alone pass the type check`,
    () => typeCheckUpload(upload, hosting),
  );
  const booted = await report.check(
    `${slug}: it boots from the uploaded files alone`,
    () => bootUpload(upload, hosting, FUNCTION_ENVIRONMENT),
  );
  if (booted === undefined) return;
  try {
    const requests = SMOKE_REQUESTS[slug] ?? [];
    await report.check(`${slug}: its first answers are written down`, () => {
      if (requests.length === 0) throw new Error("dev/deploy/smoke_requests.ts has no request for it");
    });
    for (const request of requests) {
      const name = `${slug}: ${request.method} ${request.path} answers ${request.status}`;
      await report.check(`${name}${request.code === undefined ? "" : ` ${request.code}`}`, async () => {
        try {
          await ask(booted.url, request);
        } catch (error) {
          throw new Error(
            `${error instanceof Error ? error.message : String(error)}\n${booted.output()}`.trim(),
          );
        }
      });
    }
  } finally {
    await booted.stop();
  }
}

/** Sends one request and throws when the answer is not the expected one. */
async function ask(url: string, expected: SmokeRequest): Promise<void> {
  const { method, headers, body } = expected;
  const response = await fetch(`${url}${expected.path}`, { method, headers, body });
  const text = await response.text();
  if (response.status !== expected.status) throw new Error(`it answered ${response.status}: ${text}`);
  if (expected.code === undefined) return;
  const type = response.headers.get("content-type") ?? "none";
  if (!type.startsWith("application/json")) throw new Error(`the answer is not JSON but ${type}: ${text}`);
  const answer: { ok?: unknown; code?: unknown } = JSON.parse(text);
  if (answer.ok !== false || answer.code !== expected.code) throw new Error(`it answered ${text}`);
}
