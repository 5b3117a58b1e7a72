/**
 * A Plane and an Odoo that refuse everything and repeat, in the error, every header and the body they were sent, as servers
 * in debug mode and proxies in front of them do. Each request is refused in another way.
 */

export interface HostileUpstream {
  readonly url: string;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const STATUSES = [401, 403, 400, 404, 409, 422, 429, 500, 502, 503];

export function startHostileUpstream(): HostileUpstream {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const sent = [...request.headers].map(([name, value]) => `${name}: ${value}`).join("; ");
    const echo = `refused: ${request.url} ${sent} ${await request.text()}`;
    const status = STATUSES[requests.length % STATUSES.length] ?? 500;
    requests.push(pathname);
    // Odoo's JSON-2, Odoo's JSON-RPC, Plane's and OAuth's ways to say no, all at once.
    const body = {
      ...{ name: "odoo.exceptions.AccessDenied", message: echo, arguments: [echo], debug: echo },
      ...{ jsonrpc: "2.0", id: null },
      ...{ detail: echo, error_message: echo, error_description: echo, id: echo },
      error: pathname.includes("/auth/o/") ? "invalid_client" : {
        code: 200,
        message: echo,
        data: { name: "odoo.exceptions.AccessError", message: echo, debug: echo, arguments: [echo] },
      },
    };
    return Response.json(body, {
      status,
      headers: { "x-echo": encodeURIComponent(sent).slice(0, 2000), "set-cookie": "session_id=hostile" },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    close: () => server.shutdown(),
  };
}
