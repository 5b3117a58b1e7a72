/**
 * What a development process has started and must end: children, servers, temporary folders. One registry per
 * process. It is emptied, newest first, at the normal end (`runMain`), after an error, and on SIGINT, SIGTERM
 * and SIGHUP.
 */

type Step = { name: string; end: () => Promise<void> };

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const steps = new Set<Step>();
let listening = false;
let running: Promise<void> | undefined;

/**
 * Promises that `end` runs once before this process ends. `end` must be harmless when the thing is gone.
 * Returns a function that takes the promise back, for a thing that was ended by hand.
 */
export function beforeExit(name: string, end: () => Promise<void>): () => void {
  listen();
  const step = { name, end };
  steps.add(step);
  return () => void steps.delete(step);
}

/** Ends everything registered, newest first; one failing step does not keep the others from running. */
export function cleanUp(): Promise<void> {
  running ??= endAll().finally(() => running = undefined);
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

/** A signal comes to the whole group of a terminal, so a second one while we end changes nothing. */
function listen(): void {
  if (listening) return;
  listening = true;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    Deno.addSignalListener(
      signal as keyof typeof SIGNALS,
      () => void cleanUp().finally(() => Deno.exit(code)),
    );
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
  listen();
  try {
    const code = await main();
    await cleanUp();
    Deno.exit(code);
  } catch (error) {
    return await fail(error);
  }
}
