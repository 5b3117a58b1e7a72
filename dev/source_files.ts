/** The project's TypeScript files below some folders (`"dev/"`), sorted, relative to `root` (which ends in a slash). */
export async function sourceFiles(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(`${root}${folder}`)) {
      if (entry.isDirectory) await walk(`${folder}${entry.name}/`);
      else if (entry.name.endsWith(".ts")) found.push(`${folder}${entry.name}`);
    }
  };
  for (const folder of folders) {
    if (await Deno.stat(`${root}${folder}`).then(() => true, () => false)) await walk(folder);
  }
  return found.sort();
}
