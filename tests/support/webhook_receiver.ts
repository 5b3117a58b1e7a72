/**
 * Receives webhooks over plain TCP, so that it can also do what a web server cannot: close the connection without an
 * answer, or keep silent. Keeps headers as they came.
 */

/** A status, a redirect, a closed connection, or no answer at all. */
export type Reaction = number | { readonly redirectTo: string } | "reset" | "silence";

export interface ReceivedWebhook {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface WebhookReceiver {
  /** Without a path. */
  readonly url: string;
  readonly received: ReceivedWebhook[];
  /** What the next requests meet, in order; 200 when there is none left. */
  readonly reactions: Reaction[];
  close(): Promise<void>;
}

export function startWebhookReceiver(): WebhookReceiver {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const received: ReceivedWebhook[] = [];
  const reactions: Reaction[] = [];
  const handlers: Promise<void>[] = [];

  async function handle(connection: Deno.Conn): Promise<void> {
    const request = await readRequest(connection);
    if (request === undefined) return;
    received.push(request);
    const reaction = reactions.shift() ?? 200;
    if (reaction === "silence") {
      // Until the other side gives up, or the receiver closes.
      await connection.read(new Uint8Array(1)).catch(() => null);
    } else if (reaction !== "reset") {
      const status = typeof reaction === "number" ? reaction : 302;
      const location = typeof reaction === "number" ? "" : `location: ${reaction.redirectTo}\r\n`;
      const head = `HTTP/1.1 ${status} Answer\r\n${location}content-length: 0\r\nconnection: close\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
    }
  }

  const accepting = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      handlers.push(
        handle(connection).catch(() => {}).finally(() => {
          if (open.delete(connection)) connection.close();
        }),
      );
    }
  })().catch(() => {});

  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    received,
    reactions,
    async close() {
      listener.close();
      for (const connection of open) {
        open.delete(connection);
        connection.close();
      }
      await accepting;
      await Promise.all(handlers);
    },
  };
}

async function readRequest(connection: Deno.Conn): Promise<ReceivedWebhook | undefined> {
  let text = "";
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(65536);
  const more = async () => {
    const count = await connection.read(buffer);
    if (count !== null) text += decoder.decode(buffer.subarray(0, count));
    return count !== null;
  };
  while (!text.includes("\r\n\r\n")) if (!await more()) return undefined;
  const end = text.indexOf("\r\n\r\n");
  const [requestLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const length = Number(headers.get("content-length") ?? 0);
  while (text.length < end + 4 + length) if (!await more()) return undefined;
  const [method = "", path = ""] = requestLine.split(" ");
  return { method, path, headers, body: text.slice(end + 4, end + 4 + length) };
}
