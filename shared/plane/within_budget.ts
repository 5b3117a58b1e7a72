/** A transport that sends only when the shared budget allows it. */
import { SuiteError } from "../errors.ts";
import { isDatabaseUnreachable } from "../store/database.ts";
import { retryAfter } from "./answer_errors.ts";
import type { CallBudget, Lane, Reservation } from "./call_budget.ts";
import { type Pause, pause } from "./pause.ts";
import type { PlaneTransport } from "./transport.ts";

export interface BudgetedTransportOptions {
  readonly budget: CallBudget;
  /** The credential's name in the books. */
  readonly credential: string;
  readonly lane: Lane;
  /** The longest wait for a slot, in ms. A call's own deadline may shorten it. */
  readonly longestWaitMs: number;
  /** A clock that never goes back, in ms. */
  readonly now: () => number;
  readonly pause?: Pause;
}

/**
 * Who comes later than this after the slot was due books another, in ms: an isolate may have been frozen meanwhile. The
 * budget counts on an arrival within 90 s of that moment; a request's own time limit comes on top.
 */
const LATEST_SENDING_MS = 10_000;

/**
 * Books a slot for each request, waits for it, and tells the books what came of it: given back when nothing was sent, left
 * alone when no answer came, because such a request may still arrive.
 *
 * @throws SuiteError plane_rate_limited with `facts.refused_by` "budget" when the wait would be too long,
 * database_unreachable when the books cannot be read: nothing was sent then
 */
export function withinBudget(transport: PlaneTransport, options: BudgetedTransportOptions): PlaneTransport {
  const { now } = options;
  return async (request) => {
    const askedAt = now();
    const passedMs = () => now() - askedAt;
    const remainingMs = () => (request.deadlineMs ?? Infinity) - passedMs();
    const longestWaitMs = () => Math.max(0, Math.min(options.longestWaitMs - passedMs(), remainingMs()));
    const reservation = await slot(options, longestWaitMs, request.signal);
    let sent = false;
    let answer: { status: number; headers: Headers } | undefined;
    try {
      return await transport({
        ...request,
        ...(request.deadlineMs === undefined ? {} : { deadlineMs: remainingMs() }),
        onSend: () => {
          sent = true;
          request.onSend?.();
        },
        onAnswer: (seen) => {
          answer = seen;
          request.onAnswer?.(seen);
        },
      });
    } finally {
      await tellBooks(reservation, sent, answer);
    }
  };
}

/** A booked slot whose moment has come. */
async function slot(
  { budget, credential, lane, now, pause: wait = pause }: BudgetedTransportOptions,
  longestWaitMs: () => number,
  signal: AbortSignal | undefined,
): Promise<Reservation> {
  while (true) {
    signal?.throwIfAborted();
    const bookedAt = now();
    const reservation = await reachable(() => budget.reserve(credential, lane, longestWaitMs()));
    try {
      if (reservation.waitMs > 0) await wait(reservation.waitMs, signal);
      const late = now() - bookedAt - reservation.waitMs > LATEST_SENDING_MS;
      if (!late && (reservation.waitMs === 0 || await isOpen(budget, credential))) return reservation;
    } catch (thrown) {
      await quietly(() => reservation.release());
      throw thrown;
    }
    await quietly(() => reservation.release());
  }
}

/** Somebody may have met a 429 since the slot was booked. */
async function isOpen(budget: CallBudget, credential: string): Promise<boolean> {
  return await reachable(() => budget.pausedMs?.(credential) ?? Promise.resolve(0)) === 0;
}

function tellBooks(
  reservation: Reservation,
  sent: boolean,
  answer: { status: number; headers: Headers } | undefined,
): Promise<void> {
  if (!sent) return quietly(() => reservation.release());
  if (answer === undefined) return Promise.resolve();
  const { status, headers } = answer;
  const remaining = /^\d{1,9}$/.exec(headers.get("x-ratelimit-remaining")?.trim() ?? "");
  return quietly(() =>
    reservation.settle({
      status,
      remaining: remaining === null ? null : Number(remaining[0]),
      retryAfterMs: retryAfter(headers) ?? null,
    })
  );
}

/** What the books do not learn only keeps a slot taken for longer: no reason to lose an answer. */
async function quietly(tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch {
    // See above.
  }
}

async function reachable<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof SuiteError || !isDatabaseUnreachable(thrown)) throw thrown;
    throw new SuiteError("database_unreachable", { cause: thrown });
  }
}
