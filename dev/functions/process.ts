/** One Edge Function running in its own process (dev/function_host.ts). */

import { beforeExit } from "../cleanup.ts";
import { HOST_LINE } from "../function_host.ts";
import { ROOT } from "../root.ts";

/** How long requests and background work may take to end before the process is killed. */
const ENDS_WITHIN_MS = 15_000;

/** What Deno itself needs to find its cache and certificates. Nothing else of our environment is passed on. */
const FOR_DENO = ["HOME", "PATH", "TMPDIR", "DENO_DIR", "XDG_CACHE_HOME"]
  .concat(["DENO_CERT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"]);

const HOST = `${ROOT}dev/function_host.ts`;

export interface FunctionOptions {
  /** The path of its index.ts. */
  readonly entrypoint: string;
  /** Everything the function finds in its environment, besides what Deno needs. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes each line the function writes. */
  readonly log: (line: string) => void;
}

export interface FunctionProcess {
  /** Where it answers, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended, in whatever way. */
  readonly ended: Promise<void>;
  /** Lets requests and background work end, then ends it. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL), as a crash would. */
  kill(): Promise<void>;
}

/** Starts the process and waits until it listens. Throws an Error when it ends before; the log says why. */
export async function startFunction(options: FunctionOptions): Promise<FunctionProcess> {
  const coverage = Deno.env.get("DENO_COVERAGE_DIR");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-net", "--allow-env", "--allow-sys"],
      `--allow-read=${ROOT}supabase/functions,${ROOT}shared,${options.entrypoint}`,
      ...(coverage === undefined ? [] : [`--coverage=${coverage}`]),
      ...[HOST, options.entrypoint],
    ],
    cwd: ROOT,
    clearEnv: true,
    env: { ...inherited(), ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const port = Promise.withResolvers<string | undefined>();
  const outputRead = Promise.all([
    eachLine(child.stdout, (line) => {
      if (line.startsWith(HOST_LINE)) port.resolve(line.slice(HOST_LINE.length));
      else options.log(line);
    }),
    eachLine(child.stderr, options.log),
  ]);
  const ended = child.status.then(async () => {
    port.resolve(undefined);
    await outputRead;
    await child.stdin.close().catch(() => {});
    forget();
  });
  const end = async (signal: Deno.Signal) => {
    trySignal(child, signal);
    const timer = setTimeout(() => trySignal(child, "SIGKILL"), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  const stop = () => end("SIGTERM");
  const forget = beforeExit(`end ${options.entrypoint}`, stop);

  const found = await port.promise;
  if (found === undefined) {
    await ended;
    throw new Error(`${options.entrypoint} did not start.`);
  }
  return { url: `http://127.0.0.1:${found}`, pid: child.pid, ended, stop, kill: () => end("SIGKILL") };
}

function inherited(): Record<string, string> {
  const environment = FOR_DENO.map((name) => [name, Deno.env.get(name)]);
  return Object.fromEntries(environment.filter(([, value]) => value !== undefined));
}

function trySignal(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
