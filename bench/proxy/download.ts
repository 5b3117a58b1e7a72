/** Reads one long answer, slower than it could come, as a caller on a network does. A program of its own. */
import { z } from "zod";
import { answerTask } from "../child.ts";

const downloadTask = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** No faster than this. */
  bytesPerSecond: z.number(),
});
export type DownloadTask = z.infer<typeof downloadTask>;
export const downloadResult = z.object({ bytes: z.number(), seconds: z.number() });

async function download(given: unknown): Promise<z.infer<typeof downloadResult>> {
  const task = downloadTask.parse(given);
  const startedAt = performance.now();
  const answer = await fetch(task.url, { headers: task.headers });
  if (answer.status !== 200 || answer.body === null) {
    throw new Error(`The function answered ${answer.status}.`);
  }
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    const early = (bytes / task.bytesPerSecond) * 1000 - (performance.now() - startedAt);
    if (early > 5) await new Promise((resolve) => setTimeout(resolve, early));
  }
  return { bytes, seconds: (performance.now() - startedAt) / 1000 };
}

if (import.meta.main) await answerTask(download);
