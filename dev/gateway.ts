/**
 * Serves the Edge Functions at `/functions/v1/<name>` as Supabase's gateway does: the function sees the path
 * `/<name>/...`, starts with its first request, and starts again after a crash. What is not imitated: the check
 * of `verify_jwt = true`, CPU and memory limits.
 */

import { beforeExit } from "./cleanup.ts";
import { ROOT } from "./root.ts";
import { type FunctionProcess, startFunction } from "./functions/process.ts";

const ROUTE = /^\/functions\/v1\/([A-Za-z][A-Za-z0-9_-]*)(\/.*)?$/;

/** How long closing waits for requests before it ends the functions under them. */
const ANSWERS_WITHIN_MS = 10_000;

export interface GatewayOptions {
  /** The port on 127.0.0.1; 0, the default, lets the operating system choose. */
  port?: number;
  /** The functions' environment, read whenever one starts. */
  env: Readonly<Record<string, string>>;
  /** The folder with the functions; the project's own by default. */
  folder?: string;
  /** Takes each line a function writes; the standard error stream by default. */
  log?: (name: string, line: string) => void;
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; a function is at `<url>/functions/v1/<name>`. */
  readonly url: string;
  /** The process id of a running function. */
  pid(name: string): number | undefined;
  /** Lets the function's requests and background work end, and starts it anew. Throws an Error if it does not start. */
  restart(name: string): Promise<void>;
  /** Kills the function as a crash would; the next request starts it. */
  kill(name: string): Promise<void>;
  /** Stops taking requests, and the functions after their requests and background work. */
  close(): Promise<void>;
}

/** Starts listening. Functions are started by their first request, or by `restart`. */
export function startGateway(options: GatewayOptions): Gateway {
  const folder = options.folder ?? `${ROOT}supabase/functions`;
  const log = options.log ?? ((name: string, line: string) => console.error(`[${name}] ${line}`));
  const processes = new Map<string, Promise<FunctionProcess>>();
  const pids = new Map<string, number>();

  /** The running process, or a new one: two requests at the same time start one. */
  const running = (name: string): Promise<FunctionProcess> => {
    const known = processes.get(name);
    if (known !== undefined) return known;
    const entrypoint = `${folder}/${name}/index.ts`;
    const started = startFunction({ entrypoint, env: options.env, log: (line) => log(name, line) });
    processes.set(name, started);
    pids.delete(name);
    const forget = () => {
      if (processes.get(name) !== started) return;
      processes.delete(name);
      pids.delete(name);
    };
    started.then((process) => {
      pids.set(name, process.pid);
      return process.ended;
    }).then(forget, forget);
    return started;
  };

  const end = async (name: string, how: "stop" | "kill") => {
    const process = await processes.get(name)?.catch(() => undefined);
    processes.delete(name);
    pids.delete(name);
    await process?.[how]();
  };

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} },
    async (request, info) => {
      const { pathname } = new URL(request.url);
      const [, name, rest = ""] = ROUTE.exec(pathname) ?? [];
      if (name === undefined) {
        return Response.json({ message: "no Route matched with those values" }, {
          status: 404,
        });
      }
      if (!(await exists(`${folder}/${name}/index.ts`))) {
        return failure(404, "NOT_FOUND", "Requested function was not found");
      }
      const process = await running(name).catch(() => undefined);
      if (process === undefined) {
        return failure(
          503,
          "BOOT_ERROR",
          "Function failed to start (please check logs)",
        );
      }
      try {
        return await forward(request, `${process.url}/${name}${rest}`, info.remoteAddr.hostname);
      } catch {
        return failure(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
      }
    },
  );

  const close = async () => {
    const answered = server.shutdown();
    await within(ANSWERS_WITHIN_MS, answered);
    await Promise.all([...processes.keys()].map((name) => end(name, "stop")));
    await answered;
    forgetGateway();
  };
  const forgetGateway = beforeExit("close the gateway", close);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    pid: (name) => pids.get(name),
    restart: async (name) => {
      await end(name, "stop");
      await running(name);
    },
    kill: (name) => end(name, "kill"),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Passes the request on and its answer back, both as streams. */
function forward(request: Request, target: string, client: string): Promise<Response> {
  const { host, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.delete("host");
  headers.set("x-forwarded-for", client);
  headers.set("x-forwarded-host", host);
  headers.set("x-forwarded-proto", "http");
  const { method, body } = request;
  return fetch(target + search, { method, headers, body, redirect: "manual" });
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then((entry) => entry.isFile, () => false);
}
