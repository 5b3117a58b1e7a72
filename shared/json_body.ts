/**
 * A value as the body of a request. Deno's fetch sends a text body a second time, unasked, when a kept connection breaks
 * before the answer: a record would be created twice. A Blob it cannot copy, so the failure is reported instead.
 *
 * It has no type of its own: the request names its content type.
 */
export function jsonBody(value: unknown): Blob {
  return new Blob([JSON.stringify(value)]);
}
