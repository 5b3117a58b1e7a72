/** The clocks of the simulated world: each shows the true time and its own error. */
import type { Kernel } from "../kernel/kernel.ts";

/** When every simulation begins: a Monday, ms since 1970. */
export const EPOCH_MS = Date.UTC(2026, 1, 2, 8, 0, 0);

export function skewedClock(kernel: Kernel, skewMs: number): () => number {
  return () => EPOCH_MS + kernel.now + skewMs;
}
