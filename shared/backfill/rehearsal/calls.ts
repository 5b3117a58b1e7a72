/** How often a dry run would ask each side for what. */

export interface RehearsedCalls {
  reads: number;
  writes: number;
  /** `model/method`, or Plane's operation -> how often. */
  by: Record<string, number>;
}

export function noCalls(): RehearsedCalls {
  return { reads: 0, writes: 0, by: {} };
}

export function countCall(calls: RehearsedCalls, what: string, writes: boolean): void {
  calls[writes ? "writes" : "reads"] += 1;
  calls.by[what] = (calls.by[what] ?? 0) + 1;
}
