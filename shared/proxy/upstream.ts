/** One call to Plane: a slot in the common budget, the request, and what its answer says about the budget. */
import { SuiteError } from "../errors.ts";
import type { CallBudget, Reservation } from "../plane/call_budget.ts";
import type { PlaneCredential } from "../plane/credential.ts";
import { answerOf, type ProxiedAnswer } from "./answer.ts";

export interface UpstreamDependencies {
  fetch: typeof fetch;
  /** `https://plane.example/api/v1/`. */
  apiRoot: string;
  credential: PlaneCredential;
  budget: CallBudget;
  /** How long a caller may wait for a slot, and Plane may take until its answer begins, in ms. */
  longestWaitMs: number;
  timeoutMs: number;
  /** Rejects with the signal's reason. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Keeps the worker alive for what the caller need not wait for. */
  background: (work: Promise<unknown>) => void;
}

export interface UpstreamRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | null;
}

/**
 * Sends one request. The signal counts until the request is on its way; after that its effect is open, so its answer is
 * waited for, whoever still wants it.
 *
 * @throws SuiteError plane_rate_limited (retryAfterMs), plane_timeout and plane_unreachable (the outcome of a write is
 *   unknown), plane_bad_answer, whatever the credential throws; the signal's reason
 */
export async function callPlane(
  request: UpstreamRequest,
  signal: AbortSignal,
  deps: UpstreamDependencies,
): Promise<ProxiedAnswer> {
  const { credential, budget } = deps;
  const ours = await credential.headers();
  const reservation = await budget.reserve(credential.name, "interactive", deps.longestWaitMs);
  await waitForSlot(reservation, signal, deps);
  const timeout = new AbortController();
  // Until the answer begins, and for one that is read whole until its end; a stream takes as long as its reader.
  const timer = setTimeout(() => timeout.abort(), deps.timeoutMs);
  try {
    const response = await send(request, ours, timeout.signal, deps);
    deps.background(reservation.settle({
      status: response.status,
      remaining: wholeNumber(response.headers.get("x-ratelimit-remaining")),
      retryAfterMs: response.status === 429 ? secondsAsMs(response.headers.get("retry-after")) : null,
    }));
    const secrets = Object.values(ours).map((value) => value.replace(/^Bearer /, ""));
    return await answerOf(response, { apiRoot: deps.apiRoot, method: request.method, secrets });
  } catch (cause) {
    if (cause instanceof SuiteError) throw cause;
    const code = timeout.signal.aborted ? "plane_timeout" : "plane_unreachable";
    throw new SuiteError(code, { outcomeUnknown: request.method !== "GET", cause });
  } finally {
    clearTimeout(timer);
  }
}

async function waitForSlot(
  reservation: Reservation,
  signal: AbortSignal,
  deps: UpstreamDependencies,
): Promise<void> {
  try {
    signal.throwIfAborted();
    if (reservation.waitMs === 0) return;
    await deps.sleep(reservation.waitMs, signal);
    // Plane may have asked everybody to pause after this slot was booked.
    const pausedMs = await deps.budget.pausedMs?.(deps.credential.name) ?? 0;
    if (pausedMs > 0) {
      throw new SuiteError("plane_rate_limited", { retryAfterMs: pausedMs });
    }
  } catch (reason) {
    deps.background(reservation.release());
    throw reason;
  }
}

function send(
  { method, url, headers, body }: UpstreamRequest,
  ours: Record<string, string>,
  signal: AbortSignal,
  deps: UpstreamDependencies,
): Promise<Response> {
  return deps.fetch(url, {
    method,
    headers: { "User-Agent": "plane-proxy", ...headers, ...ours },
    body: body === null || body.length === 0 ? null : body as BufferSource,
    // Our credential must never travel on to where a redirect points.
    redirect: "manual",
    signal,
  });
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

/** Plane sends seconds, never a date. */
function secondsAsMs(text: string | null): number | null {
  const seconds = wholeNumber(text);
  return seconds === null ? null : seconds * 1000;
}
