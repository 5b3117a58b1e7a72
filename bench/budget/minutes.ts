/** How much of each minute of Plane's limit eight workers in three lanes use, on a clock of the bench's own. */
import { createCallBudget } from "../../shared/plane/call_budget.ts";
import type { Sql } from "../../shared/store/database.ts";
import { type Fate, playTraffic, VirtualClock, type Worker } from "../../tests/support/plane_traffic.ts";

const LIMIT = 60;
const LANES = ["interactive", "live", "backfill"] as const;

export interface Minutes {
  /** Answered requests per minute after the first, in which the window fills. */
  usefulPerMinute: number;
  /** Requests Plane's model of its throttle refused. */
  upstream429: number;
  perLane: Record<string, number>;
}

/**
 * Real SQL; only the clock is virtual, and the network: 30 to 250 ms there and back. Seeded, so that each run is the same.
 */
export async function simulateMinutes(sql: Sql, workerCount: number, minutes: number): Promise<Minutes> {
  const random = seeded(7);
  const clock = new VirtualClock();
  const fate = (): Fate => ({
    kind: "answered",
    lateMs: Math.floor(random() * 5),
    thereMs: 15 + Math.floor(random() * 110),
    backMs: 15 + Math.floor(random() * 110),
  });
  const workers = Array.from({ length: workerCount }, (_, index): Worker => ({
    lane: LANES[index % LANES.length] ?? "live",
    longestWaitMs: 60_000,
    startsAtMs: index,
    // Spread over the first minute, as the traffic of a day is; all at once would come in bursts for ever.
    next: () => ({ fate: fate(), restMs: clock.nowMs < 60_000 ? Math.floor(random() * 14_000) : 0 }),
  }));
  const { arrivals } = await playTraffic({
    credential: "minutes",
    budget: createCallBudget(sql, { now: clock.iso }),
    clock,
    workers,
    limit: LIMIT,
    untilMs: minutes * 60_000,
  });
  const measured = arrivals.filter(({ atMs, refused }) => atMs >= 60_000 && !refused);
  const each = (count: number) => count / (minutes - 1);
  return {
    usefulPerMinute: each(measured.length),
    upstream429: arrivals.filter(({ refused }) => refused).length,
    perLane: Object.fromEntries(
      LANES.map((lane) => [lane, each(measured.filter((arrival) => arrival.lane === lane).length)]),
    ),
  };
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
