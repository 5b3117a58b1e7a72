/** Takes Plane's webhooks, notes when each came, and passes them on as they are. */
export interface Listener {
  url: string;
  /** The record's name in a webhook -> when the webhook came, in ms since the epoch. */
  received: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export function startListener(target: string): Listener {
  const received = new Map<string, number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const at = Date.now();
    const body = await request.text();
    const name: unknown = JSON.parse(body).data?.name;
    if (typeof name === "string" && !received.has(name)) received.set(name, at);
    const headers = new Headers(request.headers);
    for (const own of ["host", "content-length", "connection"]) headers.delete(own);
    const answer = await fetch(target, { method: "POST", headers, body });
    return new Response(await answer.text(), { status: answer.status });
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, received, close: () => server.shutdown() };
}
