/**
 * A place in memory for the data of a server that nobody asked to keep anything. A test's database is a copy of
 * some hundred files: on a busy disk that takes a second, in memory about fifty milliseconds.
 */

export const MEMORY = "/dev/shm";
/** The tests' databases and their log stay under half of a GiB; a container's usual 64 MiB would fill up. */
const NEEDED_KIB = 2 * 1024 * 1024;

/** The folder, or nothing where there is none (macOS), it is closed to us, or too little of it is free. */
export async function memoryFolder(): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("df", { args: ["-Pk", MEMORY], stderr: "null" })
      .output();
    if (!success || !hasRoom(new TextDecoder().decode(stdout))) return undefined;
    await Deno.remove(await Deno.makeTempDir({ dir: MEMORY }));
    return MEMORY;
  } catch {
    return undefined;
  }
}

/** Whether `df -Pk` (POSIX: the fourth column is what is free, in KiB) tells of a memory file system with room. */
export function hasRoom(output: string): boolean {
  const [kind, , , free] = output.trim().split("\n").at(-1)?.split(/\s+/) ?? [];
  return (kind === "tmpfs" || kind === "shm") && Number(free) >= NEEDED_KIB;
}
