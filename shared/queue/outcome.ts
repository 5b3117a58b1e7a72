/** From a failure to what happens with the entity. Pure. */
import type { ErrorCode, SuiteError } from "../errors.ts";
import type { Claimed, Outcome } from "../store/queue.ts";
import { retryDelayMs } from "./backoff.ts";

/** The other side is down, or refuses everybody: no number of attempts makes this entity's fault of it. */
const OUTAGES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "odoo_unreachable",
  "odoo_timeout",
  "odoo_unauthorized",
  "odoo_not_configured",
  "odoo_bad_answer",
  "plane_unreachable",
  "plane_timeout",
  "plane_unauthorized",
  "plane_forbidden",
  "plane_not_configured",
  "plane_rate_limited",
  "plane_server_error",
  "plane_bad_answer",
  "database_unreachable",
]);

/** What Odoo says of its own database being away. */
const ODOO_WITHOUT_DATABASE = /^psycopg2\.(OperationalError|InterfaceError|pool\.PoolError)$/;

/** `odoo_server_error` can be a proxy's page in front of an Odoo that is down: then it names no exception. */
function isOutage({ code, facts }: SuiteError): boolean {
  if (code !== "odoo_server_error") return OUTAGES.has(code);
  return facts.exception === undefined || ODOO_WITHOUT_DATABASE.test(String(facts.exception));
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
): Outcome {
  const reason = error.code;
  if (reason === "paused") return { kind: "park", reason };
  if (reason === "waits_for_project") {
    const delayMs = Math.min(
      LOOK_AGAIN_MS * 2 ** Math.min(claimed.outages, 30),
      LOOK_AGAIN_AT_LEAST_EVERY_MS,
    );
    return { kind: "wait", delayMs, reason };
  }
  if (error.retry === "never") return { kind: "dead", reason };
  const outage = isOutage(error);
  if (claimed.attempts >= claimed.maxAttempts && !outage) return { kind: "dead", reason };
  const failures = outage ? claimed.outages + 1 : claimed.attempts;
  const backoff = error.retry === "now" ? Math.floor(random * 250) : retryDelayMs(failures, random);
  const delayMs = Math.max(backoff, error.retryAfterMs ?? 0, error.outcomeUnknown ? restMs : 0);
  // The reason says that it rests, so that nobody who is in a hurry wakes it; the mapping has the failure's own code.
  return {
    kind: outage ? "outage" : "retry",
    delayMs,
    reason: error.outcomeUnknown ? "outcome_unknown" : reason,
  };
}
