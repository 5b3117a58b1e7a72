/**
 * A PostgreSQL 17 of our own for development and tests, from an npm package, on 127.0.0.1 and a free port.
 * Nothing is installed, and nothing stays behind when the process that started it ends, in whatever way.
 */

import { postgresAccount } from "./postgres/account.ts";
import { prepareBinaries } from "./postgres/binaries.ts";
import { endOrphan, startGuard } from "./postgres/guard.ts";
import { MEMORY, memoryFolder } from "./postgres/memory.ts";
import { initialise, launch, type ServerPlan, type ServerProcess } from "./postgres/server.ts";
import { beforeExit } from "./cleanup.ts";
import { freePort } from "./free_port.ts";
import { makeTemporaryFolder, removeStaleFolders, type TemporaryFolder } from "./temporary.ts";

const PORT_ATTEMPTS = 5;
const CLOSES_WITHIN_MS = 15_000;

export interface PostgresOptions {
  /**
   * Whether a commit waits for the disk. Off by default: then temporary data lie in memory where there is room.
   * On for measuring and for crash tests.
   */
  fsync?: boolean;
  /** A folder for the data that stays when the server ends; by default it is temporary. */
  dataDirectory?: string;
  /** Server settings by their names in postgresql.conf; they win over ours. */
  settings?: Record<string, string>;
  /** Where progress is told; the standard error stream by default. */
  report?: (line: string) => void;
}

export interface Postgres extends AsyncDisposable {
  /** The superuser's connection string for the database `postgres`; it stays the same over a restart. */
  readonly url: string;
  readonly port: number;
  /** The server's process id; it changes with a restart. */
  readonly pid: number;
  readonly dataDirectory: string;
  /** What the server wrote, for the curious; it goes with the server. */
  readonly logFile: string;
  /** Ends every session as an administrator would, and starts again. */
  restart(): Promise<void>;
  /** Kills the server as a power cut would (SIGKILL); `start` brings it back, recovering from its log. */
  kill(): Promise<void>;
  /** Starts it again on the same port after `kill`. */
  start(): Promise<void>;
  /** Stops it for good and removes its temporary folder. */
  stop(): Promise<void>;
}

/** Starts a server and waits until it accepts connections. Throws an Error with the server's log if it does not. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const report = options.report ?? ((line: string) => console.error(line));
  const startedAt = performance.now();
  report("postgres: getting ready (the first time on a machine this downloads about 60 MB) ...");
  const throwAway = options.fsync !== true && options.dataDirectory === undefined;
  const folders = await makeFolders(throwAway);
  const folder = folders[0];
  try {
    const plan = await makePlan(
      folder.path,
      options.dataDirectory ?? `${folders.at(-1)?.path}/data`,
      options,
    );
    const endGuard = startGuard(plan.dataDirectory, folders.map((each) => each.path));
    try {
      const server = await startOnFreePort(plan);
      report(
        `postgres: ready on port ${server.port} after ${
          ((performance.now() - startedAt) / 1000).toFixed(1)
        } s`,
      );
      const end = options.dataDirectory === undefined ? "SIGQUIT" : "SIGINT";
      return makeHandle(plan, server, end, async () => {
        await endGuard();
        await removeAll(folders);
      });
    } catch (error) {
      await endGuard();
      throw error;
    }
  } catch (error) {
    await removeAll(folders);
    throw error;
  }
}

/** A server's temporary folders: one for programs and log, and where memory has room another in it for the data. */
async function makeFolders(mayUseMemory: boolean): Promise<[TemporaryFolder, ...TemporaryFolder[]]> {
  const folder = await makeTemporaryFolder("postgres");
  // Data first, because they tell an orphaned server; and before room is looked for, because its data may be what takes it.
  if (await Deno.stat(MEMORY).then(() => true, () => false)) {
    await removeStaleFolders("postgres", `${MEMORY}/`, endOrphan);
  }
  await removeStaleFolders("postgres", folder.path, endOrphan);
  const memory = mayUseMemory ? await memoryFolder() : undefined;
  return memory === undefined ? [folder] : [folder, await makeTemporaryFolder("postgres", memory)];
}

async function removeAll(folders: TemporaryFolder[]): Promise<void> {
  for (const folder of folders) await folder.remove();
}

async function makePlan(
  folder: string,
  dataDirectory: string,
  options: PostgresOptions,
): Promise<ServerPlan> {
  const account = await postgresAccount();
  await Deno.mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  if (account !== undefined) {
    const parent = dataDirectory.slice(0, dataDirectory.lastIndexOf("/"));
    for (const path of options.dataDirectory === undefined ? [folder, parent] : [folder]) {
      await Deno.chmod(path, 0o711);
    }
    for (const path of [folder, dataDirectory]) await Deno.chown(path, account.uid, account.gid);
  }
  const durability: Record<string, string> = options.fsync === true
    ? {}
    : { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "256MB" };
  // A socket's path has a limit of about 100 bytes; connections are made over TCP anyway.
  const sockets = folder.length < 80 ? folder : "";
  const ours = {
    unix_socket_directories: sockets,
    max_connections: "200",
    timezone: "UTC",
    log_timezone: "UTC",
  };
  const settings = { ...ours, ...durability, ...options.settings };
  const plan = { binaries: await prepareBinaries(folder, account), account, dataDirectory, folder, settings };
  const isNew = await Deno.stat(`${dataDirectory}/PG_VERSION`).then(() => false, () => true);
  if (isNew) await initialise(plan);
  return plan;
}

/** A free port can be taken by somebody else between our asking and the server's binding: then another one. */
async function startOnFreePort(plan: ServerPlan): Promise<ServerProcess & { port: number }> {
  for (let attempt = 1;; attempt++) {
    const port = freePort();
    const outcome = await launch(plan, port);
    if ("server" in outcome) return { ...outcome.server, port };
    if (outcome.failure !== "port_taken" || attempt === PORT_ATTEMPTS) {
      throw new Error(`PostgreSQL did not start:\n${outcome.log}`);
    }
  }
}

/** After a kill the old server's children need a moment to notice, and until then a new one refuses to start. */
async function startAgain(plan: ServerPlan, port: number): Promise<ServerProcess> {
  const deadline = Date.now() + CLOSES_WITHIN_MS;
  while (true) {
    const outcome = await launch(plan, port);
    if ("server" in outcome) return outcome.server;
    if (outcome.failure === "other" || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start again:\n${outcome.log}`);
    }
  }
}

function makeHandle(
  plan: ServerPlan,
  first: ServerProcess & { port: number },
  endSignal: Deno.Signal,
  release: () => Promise<void>,
): Postgres {
  const port = first.port;
  let server: ServerProcess | undefined = first;
  let stopped: Promise<void> | undefined;

  const end = async (signal: Deno.Signal) => {
    const ending = server;
    server = undefined;
    if (ending === undefined) return;
    try {
      Deno.kill(ending.pid, signal);
    } catch {
      // It has ended by itself.
    }
    await ending.ended;
  };
  const start = async () => {
    if (server === undefined) server = await startAgain(plan, port);
  };
  const stop = () =>
    stopped ??= (async () => {
      await end(endSignal);
      await release();
      forget();
    })();
  const forget = beforeExit("stop PostgreSQL", stop);

  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      if (server === undefined) throw new Error("PostgreSQL is not running.");
      return server.pid;
    },
    dataDirectory: plan.dataDirectory,
    logFile: `${plan.folder}/postgres.log`,
    restart: async () => {
      await end("SIGINT");
      await start();
    },
    kill: () => end("SIGKILL"),
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
