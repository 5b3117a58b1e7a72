/** An HTTP request as bytes: what no client library would send. */

/**
 * Sends the text as it is and reads until the server closes or the answer is complete. Returns the status and the body,
 * undefined when the server closed without an answer.
 */
export async function sendRaw(
  port: number,
  text: string,
): Promise<{ status: number; body: string } | undefined> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(text));
    let answer = "";
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    while (!isComplete(answer)) {
      const read = await connection.read(buffer).catch(() => null);
      if (read === null) break;
      answer += decoder.decode(buffer.subarray(0, read), { stream: true });
    }
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
    const end = answer.indexOf("\r\n\r\n");
    return Number.isNaN(status) || end < 0 ? undefined : { status, body: answer.slice(end + 4) };
  } finally {
    connection.close();
  }
}

/** One head and one request line, with `Connection: close` unless the caller says otherwise. */
export function rawRequest(line: string, headers: readonly string[], body = ""): string {
  return [`${line} HTTP/1.1`, "Host: 127.0.0.1", "Connection: close", ...headers, "", body].join("\r\n");
}

function isComplete(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(answer.slice(0, end))?.[1];
  return length !== undefined && new TextEncoder().encode(answer.slice(end + 4)).length >= Number(length);
}
