/**
 * Serves one deployed function the way the hosted runtime does: imports its entry point and passes requests
 * to `default.fetch`. Runs on the hosted runtime's Deno release, so it uses nothing newer.
 *
 *     deno run hosted_function.ts file:///.../index.ts
 *
 * Prints `listening PORT`.
 */
const entryPoint = Deno.args[0];
if (entryPoint === undefined) throw new Error("name the entry point");
const { default: handler }: { default: { fetch(request: Request): Response | Promise<Response> } } =
  await import(entryPoint);

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`listening ${port}`),
}, (request) => handler.fetch(request));
