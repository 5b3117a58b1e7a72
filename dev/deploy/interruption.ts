/**
 * After a signal, what was started is ended and the temporary folder removed. Meanwhile no next step may begin:
 * it would put something new into the folder, or report failures that are none.
 */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
let interrupted = false;

/** From now on signals are noticed; whoever calls this also ends the process after one (`runMain`). */
export function watchForInterruption(): void {
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => void (interrupted = true));
}

/** To be awaited before and after every step: goes on at once, or never when the process is about to end. */
export async function stopHereIfInterrupted(): Promise<void> {
  if (interrupted) await new Promise<never>(() => {});
}
