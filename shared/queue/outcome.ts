/** From a failure to what happens with the entity. Pure. */
import { isOutage } from "../circuit/outage.ts";
import type { SuiteError } from "../errors.ts";
import type { Claimed, Outcome } from "../store/queue.ts";
import { type DelayBounds, retryDelayMs } from "./backoff.ts";

/** What a pair's options say of tries and waits; what is left out is as usual. */
export interface RetryRules extends Partial<DelayBounds> {
  /** Tries before a record is given up. */
  attempts?: number;
}

/**
 * An entity whose project is missing looks again by itself after this long, in ms, if nothing wakes it before; twice as long
 * each time, because the project may well be one that we shall never see.
 */
const LOOK_AGAIN_MS = 300_000;
const LOOK_AGAIN_AT_LEAST_EVERY_MS = 6 * 3_600_000;

/**
 * What becomes of an entity whose processing failed.
 *
 * A write whose outcome nobody knows may still land: the entity rests longer than the other side's longest request before
 * it is looked at again. An outage never leads to giving up: it is not counted among the attempts.
 */
export function outcomeOfFailure(
  error: SuiteError,
  claimed: Pick<Claimed, "attempts" | "outages" | "maxAttempts">,
  restMs: number,
  random: number,
  rules: RetryRules = {},
): Outcome {
  const reason = error.code;
  if (reason === "paused" || reason === "left_out") return { kind: "park", reason };
  if (reason === "waits_for_project") {
    const delayMs = Math.min(
      LOOK_AGAIN_MS * 2 ** Math.min(claimed.outages, 30),
      LOOK_AGAIN_AT_LEAST_EVERY_MS,
    );
    return { kind: "wait", delayMs, reason };
  }
  if (error.retry === "never") return { kind: "dead", reason };
  const outage = isOutage(error);
  if (claimed.attempts >= (rules.attempts ?? claimed.maxAttempts) && !outage) return { kind: "dead", reason };
  const failures = outage ? claimed.outages + 1 : claimed.attempts;
  const backoff = error.retry === "now" ? Math.floor(random * 250) : retryDelayMs(failures, random, rules);
  const delayMs = Math.max(backoff, error.retryAfterMs ?? 0, error.outcomeUnknown ? restMs : 0);
  // The reason says that it rests, so that nobody who is in a hurry wakes it; the mapping has the failure's own code.
  return {
    kind: outage ? "outage" : "retry",
    delayMs,
    reason: error.outcomeUnknown ? "outcome_unknown" : reason,
  };
}
