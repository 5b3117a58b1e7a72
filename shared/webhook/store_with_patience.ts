/**
 * Plane counts any answer as delivered and sends nothing again, so a delivery that cannot be stored right now is held and
 * tried again for as long as Plane waits for an answer (30 s), then given up: the sweep finds what it announced.
 */
import { SuiteError } from "../errors.ts";
import { isDatabaseUnreachable } from "../store/database.ts";

export interface PatienceDependencies {
  /** How long to keep trying, in ms. */
  patienceMs: number;
  /** How many requests may wait at once; one more is refused, so that an outage does not fill the memory. */
  maxHeld: number;
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Wraps a repeatable store.
 *
 * @returns a function that throws SuiteError database_unreachable after the patience, too_busy when too many wait, and
 *   whatever else `store` throws at once
 */
export function storeWithPatience<Arguments extends unknown[], Result>(
  store: (...args: Arguments) => Promise<Result>,
  deps: PatienceDependencies,
): (...args: Arguments) => Promise<Result> {
  let held = 0;
  return async (...args) => {
    const giveUpAt = deps.now() + deps.patienceMs;
    let pauseMs = 100;
    let waiting = false;
    try {
      while (true) {
        try {
          return await store(...args);
        } catch (thrown) {
          if (!isDatabaseUnreachable(thrown)) throw thrown;
          if (deps.now() + pauseMs > giveUpAt) {
            throw new SuiteError("database_unreachable", { cause: thrown });
          }
          if (!waiting && held >= deps.maxHeld) throw new SuiteError("too_busy", { cause: thrown });
        }
        if (!waiting) {
          waiting = true;
          held += 1;
        }
        await deps.sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, 2_000);
      }
    } finally {
      if (waiting) held -= 1;
    }
  };
}
