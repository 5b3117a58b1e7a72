/** Runs other programs to their end, with their output kept and a limit on their time. */
import { beforeExit } from "../cleanup.ts";
import { stopHereIfInterrupted } from "./interruption.ts";

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Whether `env` is all it gets; by default it is added to this process's own. */
  clearEnv?: boolean;
  /** Whom to run it as; by default whoever runs this. */
  account?: { uid: number; gid: number };
  /** Default 5 minutes. */
  timeoutMs?: number;
}

const LINES_SHOWN = 40;

/**
 * Runs `command` with closed standard input and returns its exit code and output, whatever the code is.
 * Throws when the program cannot be started or runs over its time. It is ended with this process.
 */
async function runCommand(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  await stopHereIfInterrupted();
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 300_000);
  const child = new Deno.Command(command, {
    args,
    cwd: options.cwd,
    env: options.env,
    clearEnv: options.clearEnv ?? false,
    ...options.account,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: timeout,
  }).spawn();
  const forget = beforeExit(`end ${command}`, async () => {
    endChild(child);
    await child.status;
  });
  try {
    const output = await child.output();
    if (timeout.aborted) throw new Error(`${command} ${args.join(" ")} ran over its time`);
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } finally {
    forget();
  }
}

/** Like `runCommand`, but throws with the end of the output when the exit code is not 0. */
export async function mustRun(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result;
  throw new Error(`${command} ${args.join(" ")}\nexit code ${result.code}\n${lastLines(result)}`);
}

/** Asks a child to end; harmless when it has ended by itself. */
export function endChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // It is gone already.
  }
}

/** The end of what a program said, standard output before standard error. */
function lastLines(result: CommandResult): string {
  return `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-LINES_SHOWN).join("\n");
}
