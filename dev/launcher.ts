/**
 * `npx deno task dev` is a chain of processes: npm, a shell, deno task, and we. Who ends npm by a signal means us, but
 * npm passes signals only to its shell, and we would go on with nobody to end us. So we watch the chain.
 */

import { isRunning } from "./is_running.ts";

const EVERY_MS = 500;

/** Programs that only start others; the first ancestor that is none of them is somebody with a life of its own. */
const LAUNCHER = /\b(deno|npm|npx)\b/;

interface Process {
  readonly parent: number;
  readonly command: string;
}

/** Calls `then` once, when one of the processes that launched this one has ended. Keeps no program running. */
export async function whenLauncherEnds(then: () => void): Promise<void> {
  const chain = await launchers(Deno.ppid);
  if (chain.length === 0) return;
  const timer = setInterval(() => {
    if (chain.every(lives)) return;
    clearInterval(timer);
    then();
  }, EVERY_MS);
  Deno.unrefTimer(timer);
}

/** The process ids from a parent upwards, as long as they are launchers. */
async function launchers(pid: number): Promise<number[]> {
  const found = await readProcess(pid);
  if (found === undefined || !LAUNCHER.test(found.command)) return [];
  return [pid, ...await launchers(found.parent)];
}

async function readProcess(pid: number): Promise<Process | undefined> {
  try {
    const [stat, command] = await Promise.all([
      Deno.readTextFile(`/proc/${pid}/stat`),
      Deno.readTextFile(`/proc/${pid}/cmdline`),
    ]);
    return { parent: Number(afterName(stat)[1]), command: command.replaceAll("\0", " ") };
  } catch {
    return Deno.build.os === "linux" ? undefined : await askPs(pid);
  }
}

async function askPs(pid: number): Promise<Process | undefined> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "ppid=,command=", "-p", String(pid)] })
    .output();
  const [, parent, command = ""] = /^\s*(\d+) (.*)/.exec(new TextDecoder().decode(stdout)) ?? [];
  return parent === undefined ? undefined : { parent: Number(parent), command };
}

/** A process that ended but that nobody has asked about is a zombie: it still has an id. */
function lives(pid: number): boolean {
  if (!isRunning(pid)) return false;
  try {
    return afterName(Deno.readTextFileSync(`/proc/${pid}/stat`))[0] !== "Z";
  } catch {
    return Deno.build.os !== "linux";
  }
}

/** The fields of /proc/<pid>/stat behind the name, which may contain anything: state, parent, ... */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
