/** Which files of the repository a function really needs, as Deno resolves them. */
import { mustRun } from "./run_command.ts";

/** What is used of `deno info --json`. */
export interface ModuleInformation {
  modules: { kind?: string; specifier: string; error?: string }[];
}

/**
 * The local files of a module graph as paths relative to `root` (an absolute path), sorted.
 * Throws when a module does not resolve or a local one lies outside `root`.
 */
export function localFiles(information: ModuleInformation, root: string): string[] {
  const base = new URL(`file://${root}/`).href;
  const files: string[] = [];
  for (const { specifier, error } of information.modules) {
    if (error !== undefined) throw new Error(`${specifier}: ${error}`);
    if (!specifier.startsWith("file:")) continue;
    if (!specifier.startsWith(base)) throw new Error(`${specifier} is imported from outside the repository`);
    files.push(decodeURIComponent(specifier.slice(base.length)));
  }
  return files.sort();
}

/** The packages of a module graph that npm or a web address has to supply, sorted. */
export function foreignModules(information: ModuleInformation): string[] {
  return information.modules.map(({ specifier }) => specifier)
    .filter((specifier) => !specifier.startsWith("file:") && !specifier.startsWith("node:"))
    .sort();
}

/** Reads the module graph of `entryPoint` (relative to `root`), with the top-level deno.json as import map. */
export async function readModules(root: string, entryPoint: string): Promise<ModuleInformation> {
  const args = ["info", "--quiet", "--json", "--no-lock", "--config", `${root}/deno.json`, entryPoint];
  const { stdout } = await mustRun(Deno.execPath(), args, { cwd: root, env: { NO_COLOR: "1" } });
  const information: ModuleInformation = JSON.parse(stdout);
  return information;
}
