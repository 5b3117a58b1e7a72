/** A copy of the sources with one mutation, and the simulator let loose on it. */
import { makeTemporaryFolder } from "../../dev/temporary.ts";
import { ROOT } from "../../dev/root.ts";
import type { Mutation } from "./mutations.ts";

/** What the simulator needs of the project. */
const COPIED = ["deno.json", "deno.lock", "shared", "dev", "tests/sim", "tests/contract/sync_store"];

interface Found {
  /** How many schedules ran until the first one failed; null: none did. */
  readonly schedule: number | null;
  /** What it broke, or what went wrong with the search itself. */
  readonly failure: string;
}

/**
 * @param schedules how many to try
 * @throws when the place the mutation changes is not there any more
 */
async function findMutation(mutation: Mutation, schedules: number): Promise<Found> {
  const folder = await makeTemporaryFolder("mutant");
  try {
    for (const path of COPIED) await copy(`${ROOT}${path}`, `${folder.path}/${path}`);
    const file = `${folder.path}/${mutation.file}`;
    const source = await Deno.readTextFile(file);
    if (source.split(mutation.from).length !== 2) {
      throw new Error(`${mutation.name}: ${mutation.file} has no such place, or more than one`);
    }
    await Deno.writeTextFile(file, source.replace(mutation.from, () => mutation.to));
    const options = ["--seed", "1", "--seeds", `${schedules}`, "--most-failures", "1", "--no-shrink"];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "dev/sim.ts", ...options],
      cwd: folder.path,
      stdin: "null",
    }).output();
    const [, seed, failure = ""] = /seed (\d+) fails:\n {2}(.*)/.exec(new TextDecoder().decode(stdout)) ?? [];
    return seed === undefined
      ? { schedule: null, failure: new TextDecoder().decode(stderr).slice(-500) }
      : { schedule: Number(seed), failure };
  } finally {
    await folder.remove();
  }
}

/** Tries several, a few at a time, and tells of each as it is done. Resolves to the names of those that were not found. */
export async function findMutations(
  mutations: readonly Mutation[],
  schedules: number,
  tell: (line: string) => void,
): Promise<string[]> {
  const waiting = [...mutations];
  const missed: string[] = [];
  const work = async () => {
    for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
      const { name, breaks } = mutation;
      const { schedule, failure } = await findMutation(mutation, schedules);
      if (schedule === null) missed.push(name);
      const found = schedule === null ? `NOT within ${schedules} schedules` : `by schedule ${schedule}`;
      tell(`${name} (${breaks}): found ${found}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return missed;
}

/** The machine has few cores. */
const SIDE_BY_SIDE = 2;

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
