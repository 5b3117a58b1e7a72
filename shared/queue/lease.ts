import { SuiteError } from "../errors.ts";

/**
 * The time a worker may still act for an entity. Neither side can compare-and-set, so a fence in our database cannot stop
 * a write that is on its way: a worker begins none that could still be running when its lease ends.
 */
export interface Lease {
  /** @throws SuiteError lease_lost unless the lease lasts for at least this long, in ms */
  require(milliseconds: number): void;
}

/**
 * @param now a clock that never goes back, in ms
 * @param claimedAt its reading before the claim was sent, so that the lease is never believed longer than it is
 */
export function leaseOf(now: () => number, claimedAt: number, leaseMs: number): Lease {
  return {
    require(milliseconds) {
      if (now() - claimedAt + milliseconds > leaseMs) throw new SuiteError("lease_lost");
    },
  };
}
