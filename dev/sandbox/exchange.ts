/** A request and its answer without a socket: how the sandboxes are spoken to inside one process. */

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  header(name: string): string | null;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** `drop`: the connection breaks. `hang`: no answer ever comes. */
export type Handler = (exchange: Exchange) => Promise<Reply | "drop" | "hang">;

/**
 * `fetch` for one sandbox, whatever the host in the address: redirects are answered, not followed, and a broken connection
 * is the TypeError of Deno's own fetch.
 */
export function exchangeFetch(handle: Handler): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const reply = await handle({
      method: request.method,
      url: new URL(request.url),
      header: (name) => request.headers.get(name),
      body: await request.text(),
    });
    if (reply === "hang") return await aborted(request.signal);
    if (reply === "drop") throw new TypeError("error sending request: connection reset by peer");
    return responseOf(reply);
  };
}

export function responseOf(reply: Reply): Response {
  return new Response(reply.body, { status: reply.status, headers: { ...reply.headers } });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
