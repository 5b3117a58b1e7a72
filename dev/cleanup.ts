/**
 * What a development process has started and must end: children, servers, temporary folders. One registry per
 * process. It is emptied, newest first, at the normal end (`runMain`), after an error, on SIGINT, SIGTERM and
 * SIGHUP, and when the program that launched this one has ended.
 */

import { whenLauncherEnds } from "./launcher.ts";

type Step = { name: string; end: () => Promise<void> };

/** The exit codes a shell gives for them. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const steps = new Set<Step>();
const listeners = Object.entries(CODES).map(([signal, code]) => ({
  signal: signal as keyof typeof CODES,
  // A signal comes to the whole group of a terminal, so a second one while we end changes nothing.
  listener: () => void cleanUp().finally(() => Deno.exit(code)),
}));
let listening = false;
let running: Promise<void> | undefined;

/**
 * Promises that `end` runs once before this process ends. `end` must be harmless when the thing is gone.
 * Returns a function that takes the promise back, for a thing that was ended by hand.
 */
export function beforeExit(name: string, end: () => Promise<void>): () => void {
  const step = { name, end };
  steps.add(step);
  listen();
  return () => {
    steps.delete(step);
    listen();
  };
}

/** Ends everything registered, newest first; one failing step does not keep the others from running. */
function cleanUp(): Promise<void> {
  running ??= endAll().finally(() => {
    running = undefined;
    listen();
  });
  return running;
}

async function endAll(): Promise<void> {
  while (steps.size > 0) {
    const step = [...steps].at(-1);
    if (step === undefined) return;
    steps.delete(step);
    try {
      await step.end();
    } catch (error) {
      console.error(`cleanup: ${step.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Listens to signals while there is something to end, and not longer: nothing else here needs them. */
function listen(): void {
  const needed = steps.size > 0 || running !== undefined;
  if (needed === listening) return;
  listening = needed;
  for (const { signal, listener } of listeners) {
    if (needed) Deno.addSignalListener(signal, listener);
    else Deno.removeSignalListener(signal, listener);
  }
}

/**
 * Runs a program's main function and ends the process with the code it returns (1 if it throws, also from a
 * promise nobody awaits), after everything registered was ended.
 */
export async function runMain(main: () => Promise<number>): Promise<never> {
  const fail = (error: unknown): Promise<never> => {
    console.error(error);
    return cleanUp().then(() => Deno.exit(1));
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    void fail(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    void fail(event.error);
  });
  try {
    await whenLauncherEnds(() => void cleanUp().finally(() => Deno.exit(CODES.SIGTERM)));
    const code = await main();
    await cleanUp();
    Deno.exit(code);
  } catch (error) {
    return await fail(error);
  }
}
