/**
 * Runs one Edge Function in a process of its own, as Supabase's runtime does for a worker: the file's default
 * export answers the requests, `EdgeRuntime.waitUntil` keeps the process until background work has ended.
 *
 *     deno run ... dev/function_host.ts <path of index.ts>
 *
 * It tells its port in one line (`HOST_LINE`) and ends when its input ends, because then nobody is there to end
 * it any more. SIGTERM ends it after its requests and its background work.
 */

/** What the line with the port begins with. */
export const HOST_LINE = "@function-host listening on ";

type Handler = { fetch: (request: Request) => Response | Promise<Response> };

const background = new Set<Promise<unknown>>();

function waitUntil(promise: Promise<unknown>): void {
  const tracked = promise
    .catch((error) => console.error("background work failed:", error))
    .finally(() => background.delete(tracked));
  background.add(tracked);
}

/** Background work may start more of it. */
async function backgroundEnded(): Promise<void> {
  while (background.size > 0) await Promise.all(background);
}

async function loadHandler(path: string): Promise<Handler> {
  const module: unknown = await import(path);
  if (isRecord(module) && isRecord(module.default) && typeof module.default.fetch === "function") {
    const { fetch } = module.default;
    return { fetch: (request) => fetch.call(module.default, request) };
  }
  throw new Error(`${path} has no default export with a fetch function.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function host(path: string): Promise<void> {
  Object.assign(globalThis, { EdgeRuntime: { waitUntil } });
  const handler = await loadHandler(path);
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(`${HOST_LINE}${port}`),
    onError: (error) => {
      console.error(error);
      return Response.json({ code: "WORKER_ERROR", message: "Function exited due to an error" }, {
        status: 500,
      });
    },
  }, handler.fetch);

  // Ctrl-C reaches every process of the terminal; the one that started us decides when we end.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", async () => {
    dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: "termination" } }));
    await server.shutdown();
    await backgroundEnded();
    Deno.exit(0);
  });
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}

if (import.meta.main) await host(Deno.args[0] ?? "");
