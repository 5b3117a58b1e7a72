/** PostgreSQL servers of other releases than the development one: from npm packages, or Debian's own. */
import postgres from "postgres";
import { beforeExit } from "../cleanup.ts";
import { freePort } from "../free_port.ts";
import { type Account, postgresAccount } from "../postgres/account.ts";
import type { Binaries } from "../postgres/binaries.ts";
import { launch, type ServerPlan } from "../postgres/server.ts";
import { mustRun } from "./run_command.ts";

/** The releases the migrations promise to apply on, as npm has them. */
export const EMBEDDED_RELEASES = ["15.18.0-beta.17", "16.14.0-beta.17", "17.10.0-beta.17", "18.4.0-beta.17"];

export interface RunningPostgres {
  /** The superuser's connection string for the database `postgres`. */
  url: string;
  stop(): Promise<void>;
}

/** The programs in an installed package; its libraries are linked in `folder`, which must exist. */
export async function packagedBinaries(packageFolder: string, folder: string): Promise<Binaries> {
  const native = `${packageFolder}/native`;
  const links = `${folder}/links`;
  await Deno.mkdir(links);
  const list: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(`${native}/pg-symlinks.json`),
  );
  for (const { source, target } of list) {
    await Deno.symlink(`${packageFolder}/${source}`, `${links}/${target.split("/").at(-1)}`);
  }
  const variable = Deno.build.os === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  return {
    initdb: `${native}/bin/initdb`,
    postgres: `${native}/bin/postgres`,
    environment: { [variable]: `${links}:${native}/lib` },
  };
}

/** The newest of Debian's servers that has the library file, e.g. `plpgsql_check.so`; undefined when none has. */
export async function debianBinaries(library: string): Promise<Binaries | undefined> {
  const home = "/usr/lib/postgresql";
  const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
  if (!await exists(home)) return undefined;
  const releases = [...Deno.readDirSync(home)].map(({ name }) => name);
  for (const release of releases.sort((one, other) => Number(other) - Number(one))) {
    const bin = `${home}/${release}/bin`;
    if (!await exists(`${home}/${release}/lib/${library}`) || !await exists(`${bin}/initdb`)) continue;
    return { initdb: `${bin}/initdb`, postgres: `${bin}/postgres`, environment: {} };
  }
  return undefined;
}

/** Starts a server with these programs on a free port; `folder` exists, is reachable for others, and is its own. */
export async function startRelease(
  binaries: Binaries,
  folder: string,
  settings: Record<string, string> = {},
): Promise<RunningPostgres> {
  const account = await postgresAccount();
  const plan = await initialise(binaries, folder, account, settings);
  const port = freePort();
  const outcome = await launch(plan, port);
  if (!("server" in outcome)) throw new Error(`PostgreSQL did not start:\n${outcome.log}`);
  const { server } = outcome;
  const stop = async () => {
    forget();
    try {
      Deno.kill(server.pid, "SIGQUIT");
    } catch {
      // It has ended by itself.
    }
    await server.ended;
  };
  const forget = beforeExit("stop PostgreSQL", stop);
  return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop };
}

async function initialise(
  binaries: Binaries,
  folder: string,
  account: Account | undefined,
  settings: Record<string, string>,
): Promise<ServerPlan> {
  const dataDirectory = `${folder}/data`;
  await Deno.mkdir(dataDirectory, { mode: 0o700 });
  if (account !== undefined) {
    for (const path of [folder, dataDirectory]) await Deno.chown(path, account.uid, account.gid);
  }
  const args = [
    "-D",
    dataDirectory,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ];
  await mustRun(binaries.initdb, args, { cwd: folder, env: binaries.environment, account });
  const ours = { unix_socket_directories: "", fsync: "off", timezone: "UTC" };
  return { binaries, account, dataDirectory, folder, settings: { ...ours, ...settings } };
}

/** The server's release as it says it itself, e.g. `15.18`. */
export async function serverRelease(url: string): Promise<string> {
  const sql = postgres(url, { max: 1 });
  try {
    const [row] = await sql<
      { release: string }[]
    >`select split_part(current_setting('server_version'), ' ', 1) as release`;
    return row?.release ?? "unknown";
  } finally {
    await sql.end();
  }
}
