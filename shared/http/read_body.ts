import { SuiteError } from "../errors.ts";

/**
 * The request's body as bytes, read no further than `maxBytes`.
 *
 * @throws SuiteError body_too_large as soon as the declared or the actual length passes the limit; bad_request when the
 *   sender goes away before the body is whole
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new SuiteError("body_too_large", { facts: { max_bytes: maxBytes } });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) {
    await request.body?.cancel();
    throw tooLarge();
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.length;
      // Leaving the loop cancels the stream, so the rest is not read.
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new SuiteError("bad_request", { message: "The request body ended too soon.", cause });
  }
  if (size > maxBytes) throw tooLarge();
  const only = chunks[0];
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** True for `application/json`, with or without parameters. */
export function isJsonRequest(request: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? "");
}

/**
 * Bytes as text, every byte accounted for.
 *
 * @throws SuiteError body_not_json when they are not UTF-8, as JSON must be
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SuiteError("body_not_json");
  }
}

/**
 * Text as a JSON object.
 *
 * @throws SuiteError body_not_json when it is not JSON, or not an object
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SuiteError("body_not_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SuiteError("body_not_json");
  }
  return value as Record<string, unknown>;
}
