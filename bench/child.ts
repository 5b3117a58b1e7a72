/** Work in a process of its own, so that whoever measures does not share a thread with what is measured. */
import { beforeExit } from "../dev/cleanup.ts";

/**
 * Runs a program of this folder: it reads its task as JSON from its input and writes its answer as JSON to its output.
 * Throws an Error when it fails; what it says is on our standard error stream.
 */
export async function runChild(program: string, task: unknown): Promise<unknown> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net",
      "--allow-read",
      "--allow-env",
      new URL(program, import.meta.url).pathname,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const forget = beforeExit(`end ${program}`, async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child.status;
  });
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(task)));
  await input.close();
  const { code, stdout } = await child.output();
  forget();
  if (code !== 0) throw new Error(`${program} ended with code ${code}.`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The other end: answers the task with what `work` makes of it. */
export async function answerTask(work: (task: unknown) => Promise<unknown>): Promise<void> {
  const task: unknown = await new Response(Deno.stdin.readable).json();
  console.log(JSON.stringify(await work(task)));
}
