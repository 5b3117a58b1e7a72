/**
 * A copy of what a deployment reads, with files planted in it that must never be uploaded.
 *
 * A clean clone has no `.env`, so looking for one in the upload would prove nothing there. In the copy every
 * folder has one, and a test, and a note, and all of them contain a marker that no upload may contain.
 */

/** The content of every planted file. */
export const MARKER = "planted-by-the-deployment-check";

const PLANTED = [".env", ".env.local", "planted_test.ts", "planted.test.ts", "PLANTED.md", "planted.ts"];

/** What a deployment can reach: the functions, the code they share, and the import map. */
const DEPLOYED_ROOTS = ["deno.json", "shared", "supabase"];

/** Copies the deployable part of `root` into `target` (created) and plants decoys. */
export async function createWorkingCopy(root: string, target: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  for (const name of DEPLOYED_ROOTS) await copy(`${root}/${name}`, `${target}/${name}`);
  await plant(target);
}

async function copy(source: string, target: string): Promise<void> {
  if (!(await Deno.stat(source)).isDirectory) return await Deno.copyFile(source, target);
  await Deno.mkdir(target);
  for await (const entry of Deno.readDir(source)) {
    if (entry.isSymlink || entry.name === ".temp" || entry.name === ".branches") continue;
    await copy(`${source}/${entry.name}`, `${target}/${entry.name}`);
  }
}

async function plant(directory: string): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.isDirectory && entry.name !== "migrations") await plant(`${directory}/${entry.name}`);
  }
  for (const name of PLANTED) {
    const text = name.endsWith(".ts") ? `export const planted = "${MARKER}";\n` : `PLANTED=${MARKER}\n`;
    await Deno.writeTextFile(`${directory}/${name}`, text);
  }
}

/** The names of the functions in a repository: every folder of supabase/functions that has an index.ts. */
export async function functionNames(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${root}/supabase/functions`)) {
    if (!entry.isDirectory || entry.name.startsWith("_")) continue;
    const files = [...Deno.readDirSync(`${root}/supabase/functions/${entry.name}`)];
    if (files.some(({ name }) => name === "index.ts")) names.push(entry.name);
  }
  return names.sort();
}
