/**
 * A shell that waits for the end of its input, which comes when this process ends in whatever way, also by
 * kill -9 or when a test file's isolate goes away. It then stops the server and removes its folders.
 */

import { isRunning } from "../is_running.ts";

/** $1: the data folder, then the folders to remove. postmaster.pid vanishes when the server has ended. */
const SCRIPT = `
trap '' INT TERM HUP
read answer
if [ "$answer" = done ]; then exit 0; fi
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  tries=0
  while [ -e "$1/postmaster.pid" ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
fi
shift
rm -rf "$@"
`;

/** Starts the guard; the returned function ends it after the server was stopped in the normal way. */
export function startGuard(dataDirectory: string, folders: string[]): () => Promise<void> {
  const guard = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "guard", dataDirectory, ...folders],
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return async () => {
    const writer = guard.stdin.getWriter();
    await writer.write(new TextEncoder().encode("done\n"));
    await writer.close();
    await guard.status;
  };
}

/** Ends a server that outlived its owner and its guard; `folder` is the dead owner's temporary folder. */
export async function endOrphan(folder: string): Promise<void> {
  const pid = await readServerPid(`${folder}/data`);
  if (pid === undefined || !isRunning(pid) || !(await runsIn(pid, folder))) return;
  Deno.kill(pid, "SIGQUIT");
  const deadline = Date.now() + 5_000;
  while (isRunning(pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The server's process id from postmaster.pid, whose first line it is; nothing when no server runs there. */
async function readServerPid(dataDirectory: string): Promise<number | undefined> {
  try {
    const pid = Number((await Deno.readTextFile(`${dataDirectory}/postmaster.pid`)).split("\n")[0]);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A process id can have been given away again, so the command line must name the folder. */
async function runsIn(pid: number, folder: string): Promise<boolean> {
  const commandLine = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(async () => {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "command=", "-p", String(pid)] }).output();
    return new TextDecoder().decode(stdout);
  });
  return commandLine.includes(folder);
}
