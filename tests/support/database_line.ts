/** A line to a database that a test can cut and mend: a TCP forwarder on a port of its own. */

export interface DatabaseLine {
  /** The connection string that goes through the line. */
  readonly url: string;
  /** Ends every connection; new ones are refused. May be called again. */
  cut(): Promise<void>;
  /** Takes new connections again, at the same port. */
  mend(): void;
}

export function openDatabaseLine(databaseUrl: string): DatabaseLine {
  const target = new URL(databaseUrl);
  const url = new URL(databaseUrl);
  const open = new Set<Deno.TcpConn>();
  let listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  url.host = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  let accepting: Promise<void> | undefined = accept(listener, target, open);
  return {
    url: url.href,
    async cut() {
      if (accepting === undefined) return;
      listener.close();
      for (const connection of open) close(connection);
      await accepting;
      accepting = undefined;
    },
    mend() {
      if (accepting !== undefined) return;
      listener = Deno.listen({ hostname: "127.0.0.1", port: Number(url.port) });
      accepting = accept(listener, target, open);
    },
  };
}

/** Ends when the listener and everything that came through it are closed. */
async function accept(listener: Deno.TcpListener, target: URL, open: Set<Deno.TcpConn>): Promise<void> {
  const lines: Promise<void>[] = [];
  try {
    for await (const client of listener) lines.push(forward(client, target, open));
  } catch {
    // Closed while it waited.
  }
  await Promise.all(lines);
}

async function forward(client: Deno.TcpConn, target: URL, open: Set<Deno.TcpConn>): Promise<void> {
  open.add(client);
  try {
    const server = await Deno.connect({ hostname: target.hostname, port: Number(target.port) });
    open.add(server);
    await Promise.all([pump(client, server), pump(server, client)]);
    open.delete(server);
  } catch {
    close(client);
  }
  open.delete(client);
}

/** Copies until either end closes, then closes both. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      let written = 0;
      while (written < count) written += await to.write(buffer.subarray(written, count));
    }
  } catch {
    // One of them is gone.
  }
  close(from);
  close(to);
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed from the other side.
  }
}
