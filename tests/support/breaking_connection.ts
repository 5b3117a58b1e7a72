/** A server that breaks kept connections, as proxies and restarting servers do. */

export interface BreakingServer {
  readonly url: string;
  /** Request lines that arrived, the same one again when it was sent again. */
  readonly requests: readonly string[];
  close(): void;
}

/** Answers the first request with `{}`, keeps the connection, and breaks it after the next request has arrived. */
export function startBreakingServer(): BreakingServer {
  const requests: string[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const serve = async (connection: Deno.Conn) => {
    open.add(connection);
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const size = await connection.read(buffer).catch(() => null);
      if (size === null) break;
      const [line = ""] = new TextDecoder().decode(buffer.subarray(0, size)).split("\r\n");
      if (!line.endsWith("HTTP/1.1")) continue;
      requests.push(line);
      if (requests.length > 1) break;
      const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
      await connection.write(new TextEncoder().encode(head));
    }
    open.delete(connection);
    connection.close();
  };
  const accept = async () => {
    for await (const connection of listener) void serve(connection);
  };
  void accept();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    requests,
    close() {
      listener.close();
      for (const connection of open) connection.close();
    },
  };
}
