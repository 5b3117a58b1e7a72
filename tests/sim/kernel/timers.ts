/**
 * While a schedule runs, timers of the workers' code run on the virtual clock: a client that gives up after 45 s does so after
 * 45 s of simulated time. Code outside the workers (a database driver) keeps the machine's timers.
 */
import type { Kernel } from "./kernel.ts";

type Callback = (...args: unknown[]) => void;

/** Takes the timers over; the returned function gives them back. One simulation at a time in a process. */
export function takeOverTimers(kernel: Kernel): () => void {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const virtual = new Map<number, () => void>();
  let next = -1;
  // Numbers below zero are ours: the machine's timers have others.
  const set = (callback: Callback, milliseconds = 0, ...args: unknown[]): number => {
    if (kernel.owner === null) return Number(real.setTimeout(callback, milliseconds, ...args));
    const id = next--;
    virtual.set(
      id,
      kernel.after(milliseconds, kernel.owner, () => {
        virtual.delete(id);
        callback(...args);
      }),
    );
    return id;
  };
  const clear = (id?: number): void => {
    const cancel = id === undefined ? undefined : virtual.get(id);
    if (cancel === undefined) return real.clearTimeout(id);
    virtual.delete(id ?? 0);
    cancel();
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  return () => {
    Object.assign(globalThis, real);
  };
}
