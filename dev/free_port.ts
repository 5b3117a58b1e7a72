/**
 * A port of 127.0.0.1 nobody listens on, chosen by the operating system. Somebody else may take it before its
 * user does, so the user tries again with another one when that happens.
 */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
