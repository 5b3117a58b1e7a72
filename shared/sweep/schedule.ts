/** When each reader is due, and how old the oldest unseen change may be. Pure. */

export interface Intervals {
  /** Between two polls of an Odoo model, in ms. */
  odooMs: number;
  /** The least between two sweeps of a Plane project, in ms. */
  planeMs: number;
  /** Between two readings of a project's cycles that nothing has asked for, in ms. */
  cyclesMs: number;
  /** Between two full passes, which find what was deleted, in ms. */
  fullMs: number;
}

export const INTERVALS: Intervals = {
  odooMs: 50_000,
  planeMs: 300_000,
  cyclesMs: 3_600_000,
  fullMs: 21_600_000,
};

/** Sweeps that find nothing may use this share of Plane's 60 calls a minute. */
const SHARE_OF_LIMIT = 0.2;
const CALLS_PER_MINUTE = 60;

/**
 * How often Plane is swept: every five minutes, and more rarely when there are so many projects that an idle sweep, of
 * `calls` calls, would take more than a fifth of the request limit.
 */
export function planeInterval(calls: number, { planeMs }: Pick<Intervals, "planeMs">): number {
  return Math.max(planeMs, Math.ceil(calls / (CALLS_PER_MINUTE * SHARE_OF_LIMIT)) * 60_000);
}

/** @param sweptAt when the last whole pass began, ISO 8601; null: never */
export function isDue(sweptAt: string | null, intervalMs: number, nowMs: number): boolean {
  if (sweptAt === null) return true;
  const at = Date.parse(sweptAt);
  // A clock that was set back must not stop the reader.
  return Number.isNaN(at) || nowMs - at >= intervalMs || at - nowMs > intervalMs;
}
