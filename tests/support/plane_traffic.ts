/**
 * Workers that send requests to a model of Plane's throttle by the budget's real SQL and a clock of the simulation's own:
 * minutes pass in moments, and every latency, crash and loss is the caller's choice.
 */
import { Throttle } from "../../dev/sandbox/plane/throttle.ts";
import { SuiteError } from "../../shared/errors.ts";
import type { CallBudget, Lane, Reservation } from "../../shared/plane/call_budget.ts";

/** What becomes of a request; all times in ms. A request is sent `lateMs` after it was due. */
export type Fate =
  | { readonly kind: "answered"; readonly lateMs: number; readonly thereMs: number; readonly backMs: number }
  /** It arrives and the answer is lost, or the worker dies meanwhile. */
  | { readonly kind: "lost"; readonly lateMs: number; readonly thereMs: number }
  /** The worker dies before sending. */
  | { readonly kind: "crashed" }
  /** The worker changes its mind before sending. */
  | { readonly kind: "released"; readonly afterMs: number };

export interface Worker {
  readonly lane: Lane;
  readonly longestWaitMs: number;
  /** When it asks for the first time. */
  readonly startsAtMs: number;
  /** What becomes of its next request, and how long it rests afterwards; undefined: it stops. */
  next(): { fate: Fate; restMs: number } | undefined;
}

export interface TrafficReport {
  /** Requests that reached Plane, refused ones included. */
  readonly arrivals: readonly {
    readonly atMs: number;
    readonly lane: Lane | "foreign";
    readonly refused: boolean;
  }[];
  /** How often the budget said no. */
  readonly turnedAway: number;
  readonly waitsMs: readonly number[];
}

export interface TrafficOptions {
  readonly credential: string;
  /** Made with the simulation's clock: `createCallBudget(sql, { now })`. */
  readonly budget: CallBudget;
  readonly clock: VirtualClock;
  readonly workers: readonly Worker[];
  /** What Plane allows in 60 s. */
  readonly limit: number;
  /** How far Plane's clock is ahead of ours, in ms. */
  readonly planeAheadMs?: number;
  /** When others use the same key, in ms from the beginning. */
  readonly foreignAtMs?: readonly number[];
  readonly untilMs: number;
}

/** Milliseconds from the beginning; as ISO 8601 for SQL. */
export class VirtualClock {
  nowMs = 0;
  readonly #beginMs = Date.UTC(2026, 0, 31, 12);
  readonly iso = (): string => new Date(this.#beginMs + this.nowMs).toISOString();
}

/** Plays until no event before `untilMs` is left. */
export async function playTraffic(options: TrafficOptions): Promise<TrafficReport> {
  const { clock, budget, credential, limit } = options;
  const throttle = new Throttle();
  const key = { token: credential, userId: "u", limit, expired: false };
  const arrivals: { atMs: number; lane: Lane | "foreign"; refused: boolean }[] = [];
  const waitsMs: number[] = [];
  let turnedAway = 0;
  const events: { atMs: number; order: number; run: () => Promise<void> | void }[] = [];
  let order = 0;
  const plan = (atMs: number, run: () => Promise<void> | void) => {
    const event = { atMs: Math.max(atMs, clock.nowMs), order: order++, run };
    const index = events.findIndex((other) => other.atMs > event.atMs);
    events.splice(index === -1 ? events.length : index, 0, event);
  };

  function arrive(lane: Lane | "foreign") {
    try {
      const headers = throttle.count(key, (clock.nowMs + (options.planeAheadMs ?? 0)) / 1000);
      arrivals.push({ atMs: clock.nowMs, lane, refused: false });
      return { status: 200, remaining: Number(headers["X-RateLimit-Remaining"]), retryAfterMs: null };
    } catch (thrown) {
      const retryAfter = (thrown as { headers?: Record<string, string> }).headers?.["Retry-After"];
      if (retryAfter === undefined) throw thrown;
      arrivals.push({ atMs: clock.nowMs, lane, refused: true });
      return { status: 429, remaining: null, retryAfterMs: Number(retryAfter) * 1000 };
    }
  }

  function send(worker: Worker, reservation: Reservation, fate: Fate, again: () => void) {
    const dueMs = clock.nowMs + reservation.waitMs;
    if (fate.kind === "crashed") return again();
    if (fate.kind === "released") {
      plan(clock.nowMs + fate.afterMs, async () => {
        await reservation.release();
        again();
      });
      return;
    }
    plan(dueMs + fate.lateMs + fate.thereMs, () => {
      const answer = arrive(worker.lane);
      if (fate.kind === "lost") return again();
      plan(clock.nowMs + fate.backMs, async () => {
        await reservation.settle(answer);
        again();
      });
    });
  }

  async function turn(worker: Worker): Promise<void> {
    const next = worker.next();
    if (next === undefined) return;
    const again = () => plan(clock.nowMs + next.restMs, () => turn(worker));
    try {
      const reservation = await budget.reserve(credential, worker.lane, worker.longestWaitMs);
      waitsMs.push(reservation.waitMs);
      send(worker, reservation, next.fate, again);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError) || thrown.code !== "plane_rate_limited") throw thrown;
      turnedAway++;
      plan(clock.nowMs + Math.max(thrown.retryAfterMs ?? 0, 1), () => turn(worker));
    }
  }

  for (const worker of options.workers) plan(worker.startsAtMs, () => turn(worker));
  for (const atMs of options.foreignAtMs ?? []) plan(atMs, () => void arrive("foreign"));
  for (
    let event = events.shift();
    event !== undefined && event.atMs < options.untilMs;
    event = events.shift()
  ) {
    clock.nowMs = event.atMs;
    await event.run();
  }
  return { arrivals, turnedAway, waitsMs };
}

/** The most arrivals that Plane counted in any 60 s. */
export function fullestWindow(arrivals: TrafficReport["arrivals"]): number {
  const times = arrivals.filter(({ refused }) => !refused).map(({ atMs }) => atMs);
  return Math.max(0, ...times.map((end) => times.filter((at) => at > end - 60_000 && at <= end).length));
}
