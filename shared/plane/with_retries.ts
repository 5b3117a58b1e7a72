/** A transport that tries again where that can help and cannot harm. */
import { SuiteError } from "../errors.ts";
import { type Pause, pause } from "./pause.ts";
import type { PlaneAnswer, PlaneRequest, PlaneTransport } from "./transport.ts";

export interface RetryOptions {
  /** Attempts after the first. Default 3. */
  readonly retries?: number;
  /** How long a call may take with all its attempts, in ms, when it does not say so itself. */
  readonly deadlineMs: number;
  /** A clock that never goes back, in ms. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause?: Pause;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/**
 * Repeats what failed by 429, 5xx or the network: requests that change nothing when they come twice, and creations with an
 * external id, which Plane refuses to make twice. `Retry-After` is obeyed; a wait beyond the deadline is not begun.
 *
 * A creation is not repeated after a timeout (ours or a gateway's 504): the first may still be at work, and Plane does not
 * notice two at the same moment. If an earlier attempt may have taken effect, the error says `outcomeUnknown`.
 */
export function withRetries(transport: PlaneTransport, options: RetryOptions): PlaneTransport {
  const { now, random, pause: wait = pause, retries = 3 } = options;
  return async (request) => {
    const startedAt = now();
    const deadlineMs = request.deadlineMs ?? options.deadlineMs;
    const remainingMs = () => deadlineMs - (now() - startedAt);
    let outcomeUnknown = false;
    for (let attempt = 1;; attempt += 1) {
      try {
        return await transport({ ...request, deadlineMs: remainingMs() });
      } catch (thrown) {
        if (!(thrown instanceof SuiteError)) throw thrown;
        if (outcomeUnknown && isOwnDeletion(request, thrown)) return GONE;
        outcomeUnknown ||= thrown.outcomeUnknown;
        const delayMs = retryDelayMs(attempt, thrown, random());
        if (attempt > retries || !canRepeat(request, thrown) || delayMs >= remainingMs()) {
          throw outcomeUnknown && thrown.code !== "plane_conflict" ? thrown.withUnknownOutcome() : thrown;
        }
        await wait(delayMs, request.signal);
      }
    }
  };
}

const GONE: PlaneAnswer = { status: 204, headers: new Headers(), body: null };

/** The first attempt's answer was lost, and the second finds nothing. */
function isOwnDeletion(request: PlaneRequest, error: SuiteError): boolean {
  return request.method === "DELETE" && error.code === "plane_not_found";
}

/** Exponential with full jitter; not before Plane's own word, and not all at that moment. */
export function retryDelayMs(attempt: number, error: SuiteError, random: number): number {
  const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 20));
  return error.retryAfterMs === undefined
    ? Math.floor(random * bound)
    : error.retryAfterMs + Math.floor(random * FIRST_DELAY_MS);
}

function canRepeat(request: PlaneRequest, error: SuiteError): boolean {
  const creates = request.method === "POST";
  if (creates && !hasExternalId(request.body)) return false;
  switch (error.code) {
    case "plane_rate_limited":
      // The budget has already weighed how long it is worth to wait.
      return error.facts.refused_by !== "budget";
    case "plane_server_error":
      return !(creates && error.facts.status === 504);
    case "plane_unreachable":
      return true;
    case "plane_timeout":
      return !creates;
    default:
      return false;
  }
}

/** Plane checks for a duplicate only when both halves are given. */
function hasExternalId(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  const { external_id: id, external_source: source } = body as Record<string, unknown>;
  return typeof id === "string" && id !== "" && typeof source === "string" && source !== "";
}
