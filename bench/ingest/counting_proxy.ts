/**
 * Stands between the function and PostgreSQL and counts round trips: how often the server's bytes follow the client's on a
 * connection. With one request at a time that is exactly how often somebody waited for the network.
 */
export interface CountingProxy {
  port: number;
  roundTrips(): number;
  close(): void;
}

export function startCountingProxy(targetPort: number): CountingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let roundTrips = 0;

  const serve = async (client: Deno.TcpConn) => {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: targetPort });
    let asked = false;
    const pairs: [Deno.TcpConn, Deno.TcpConn, () => void][] = [
      [client, server, () => asked = true],
      [server, client, () => {
        if (asked) roundTrips += 1;
        asked = false;
      }],
    ];
    for (const end of [client, server]) {
      end.setNoDelay(true);
      open.add(end);
    }
    await Promise.all(pairs.map(([from, to, seen]) => copy(from, to, seen)));
  };

  (async () => {
    for await (const client of listener) serve(client).catch(() => {});
  })().catch(() => {});

  return {
    port: (listener.addr as Deno.NetAddr).port,
    roundTrips: () => roundTrips,
    close() {
      listener.close();
      for (const connection of open) closeQuietly(connection);
    },
  };
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn, seen: () => void): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      seen();
      for (let sent = 0; sent < read;) sent += await to.write(buffer.subarray(sent, read));
    }
  } finally {
    closeQuietly(from);
    closeQuietly(to);
  }
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The other direction has closed it.
  }
}
