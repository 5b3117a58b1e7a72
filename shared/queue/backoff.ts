/** When to try again: exponential with full jitter, so that what failed together does not come back together. */

/** The first failure waits up to this, in ms. */
export const FIRST_DELAY_MS = 1_000;
/** No wait is longer than this, in ms: when the other side is back, everybody has noticed within 15 minutes. */
export const LONGEST_DELAY_MS = 900_000;

export interface DelayBounds {
  firstMs: number;
  longestMs: number;
}

/**
 * @param attempt 1 for the first failure
 * @param random in [0, 1)
 * @returns ms, evenly between 0 and the bound, which doubles with each attempt up to the longest
 */
export function retryDelayMs(
  attempt: number,
  random: number,
  { firstMs = FIRST_DELAY_MS, longestMs = LONGEST_DELAY_MS }: Partial<DelayBounds> = {},
): number {
  const bound = Math.min(longestMs, firstMs * 2 ** Math.max(0, Math.min(attempt, 30) - 1));
  return Math.floor(random * bound);
}
