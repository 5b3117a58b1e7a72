/** The value below which the share `fraction` (0 to 1) of the samples lies, by the nearest-rank method. NaN for none. */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.max(Math.ceil(sorted.length * fraction) - 1, 0)] ?? NaN;
}

/** The middle value; with an even count the mean of the two in the middle. NaN for none. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}
