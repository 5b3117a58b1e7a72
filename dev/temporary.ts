/**
 * Temporary folders that say who owns them in their name, `<prefix>-<kind>-<pid>-<random>`, so that a later
 * start can remove those whose owner was killed before it could.
 */

import { beforeExit } from "./cleanup.ts";
import { isRunning } from "./is_running.ts";

const PREFIX = "plane-odoo";
const NAME = new RegExp(`^${PREFIX}-[a-z]+-(\\d+)-`);

export interface TemporaryFolder {
  readonly path: string;
  /** Removes the folder with its contents; harmless the second time. */
  remove(): Promise<void>;
}

/** Makes a folder, in `dir` if given, that is gone when this process ends. `kind` is one lower-case word. */
export async function makeTemporaryFolder(kind: string, dir?: string): Promise<TemporaryFolder> {
  const path = await Deno.makeTempDir({ prefix: `${PREFIX}-${kind}-${Deno.pid}-`, dir });
  const forget = beforeExit(`remove ${path}`, () => removeFolder(path));
  return {
    path,
    async remove() {
      await removeFolder(path);
      forget();
    },
  };
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Removes the folders of processes that no longer run, in the folder that holds `besides`, after `release` was
 * called with each path (to end what still uses it). Folders of other users are left to them.
 */
export async function removeStaleFolders(
  kind: string,
  besides: string,
  release: (path: string) => Promise<void>,
): Promise<void> {
  const parent = besides.slice(0, besides.lastIndexOf("/"));
  for await (const entry of Deno.readDir(parent)) {
    const pid = Number(NAME.exec(entry.name)?.[1]);
    if (!entry.isDirectory || !entry.name.startsWith(`${PREFIX}-${kind}-`) || !(pid > 0) || isRunning(pid)) {
      continue;
    }
    try {
      await release(`${parent}/${entry.name}`);
      await removeFolder(`${parent}/${entry.name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
}
