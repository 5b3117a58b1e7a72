/** One PostgreSQL server process over a data folder: start, wait until ready, end. */

import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";

const READY_WITHIN_MS = 60_000;
const LOG_LINES_SHOWN = 15;

export interface ServerPlan {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly dataDirectory: string;
  readonly folder: string;
  readonly settings: Record<string, string>;
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, however that came about. */
  readonly ended: Promise<void>;
}

/** What a start came to: a server, or why there is none. */
type Outcome = { server: ServerProcess } | { failure: "port_taken" | "still_closing" | "other"; log: string };

/** Makes the data folder's contents; a superuser `postgres`, no passwords, the same sort order on every machine. */
export async function initialise(plan: ServerPlan): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(plan.binaries.initdb, {
    args: [
      ...["-D", plan.dataDirectory, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
      ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
    ],
    ...processOptions(plan),
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const text = new TextDecoder();
  throw new Error(`initdb failed:\n${text.decode(stderr)}${text.decode(stdout)}`.trimEnd());
}

/** Starts the server on a port of 127.0.0.1 and waits until it accepts connections. */
export async function launch(plan: ServerPlan, port: number): Promise<Outcome> {
  const logFile = `${plan.folder}/postgres.log`;
  const logStart = await fileSize(logFile);
  const settings = { ...plan.settings, port: String(port), listen_addresses: "127.0.0.1" };
  const child = new Deno.Command("sh", {
    // The log goes to a file, not to a pipe: nobody has to read it, and nothing blocks when nobody does.
    args: [
      "-c",
      'log=$1; shift; exec "$@" >>"$log" 2>&1',
      "sh",
      logFile,
      plan.binaries.postgres,
      "-D",
      plan.dataDirectory,
    ]
      .concat(Object.entries(settings).map(([name, value]) => `--${name.replaceAll("_", "-")}=${value}`)),
    ...processOptions(plan),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();

  let exited = false;
  const ended = child.status.then(() => void (exited = true));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!exited && Date.now() < deadline) {
    if (await isReady(plan.dataDirectory, child.pid)) return { server: { pid: child.pid, ended } };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (!exited) child.kill("SIGQUIT");
  await ended;
  const log = (await Deno.readTextFile(logFile)).slice(logStart);
  return { failure: classify(log), log: log.trimEnd().split("\n").slice(-LOG_LINES_SHOWN).join("\n") };
}

function classify(log: string): "port_taken" | "still_closing" | "other" {
  if (log.includes("Address already in use")) return "port_taken";
  return /pre-existing shared memory block|lock file .* already exists/.test(log) ? "still_closing" : "other";
}

/** postmaster.pid's eighth line is the state; pg_ctl waits for the same. */
async function isReady(dataDirectory: string, pid: number): Promise<boolean> {
  const lines = (await Deno.readTextFile(`${dataDirectory}/postmaster.pid`).catch(() => "")).split("\n");
  return lines[0] === String(pid) && lines[7]?.trim() === "ready";
}

async function fileSize(path: string): Promise<number> {
  return (await Deno.readTextFile(path).catch(() => "")).length;
}

/** The working folder must be readable for the account too; the environment is only what PostgreSQL needs. */
function processOptions(plan: ServerPlan) {
  const path = Deno.env.get("PATH") ?? "/usr/bin:/bin";
  return {
    ...plan.account,
    cwd: plan.folder,
    clearEnv: true,
    env: { PATH: path, LC_ALL: "C", TZ: "UTC", ...plan.binaries.environment },
  };
}
