/** The promise of the budget: no window of 60 s at Plane has more requests than the limit, whatever happens to them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createCallBudget, type Lane } from "../../shared/plane/call_budget.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  type Fate,
  fullestWindow,
  playTraffic,
  VirtualClock,
  type Worker,
} from "../support/plane_traffic.ts";

const lane = fc.constantFrom<Lane>("interactive", "live", "backfill");
/** A request may come late by as much as the table allows: 90 s from due to arrival. */
const fate: fc.Arbitrary<Fate> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("answered" as const),
      lateMs: fc.nat(5_000),
      thereMs: fc.nat(20_000),
      backMs: fc.nat(30_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("lost" as const),
      lateMs: fc.nat(30_000),
      thereMs: fc.nat(60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crashed" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("released" as const), afterMs: fc.nat(20_000) }) },
);
const turn = fc.record({ fate, restMs: fc.oneof(fc.constant(0), fc.nat(40_000)) });
const worker = fc.record({
  lane,
  longestWaitMs: fc.constantFrom(0, 2_000, 60_000, 600_000),
  startsAtMs: fc.nat(70_000),
  turns: fc.array(turn, { minLength: 1, maxLength: 12 }),
});

function working(
  { turns, ...rest }: { turns: { fate: Fate; restMs: number }[] } & Omit<Worker, "next">,
): Worker {
  let index = 0;
  return { ...rest, next: () => turns[index++] };
}

Deno.test("no window has more requests than the limit, whatever comes late, is lost, crashes or is given back", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: -600_000, max: 600_000 }),
      fc.array(worker, { minLength: 1, maxLength: 8 }),
      async (limit, planeAheadMs, workers) => {
        const credential = `run-${run++}`;
        await sql`insert into plane.api_budget (credential, call_limit) values (${credential}, ${limit})`;
        const clock = new VirtualClock();
        const { arrivals } = await playTraffic({
          credential,
          budget: createCallBudget(sql, { now: clock.iso }),
          clock,
          workers: workers.map(working),
          limit,
          planeAheadMs,
          untilMs: 900_000,
        });
        assert.ok(fullestWindow(arrivals) <= limit, `${fullestWindow(arrivals)} in a window of ${limit}`);
        assert.equal(arrivals.filter(({ refused }) => refused).length, 0, "Plane answered 429");
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("with prompt answers hardly a slot is lost: 58 of 60 are used in each minute", async () => {
  await using database = await createTestDatabase();
  const clock = new VirtualClock();
  const answered: Fate = { kind: "answered", lateMs: 5, thereMs: 80, backMs: 80 };
  const workers = Array.from({ length: 8 }, (_, index): Worker => ({
    lane: (["interactive", "live", "backfill"] as const)[index % 3] ?? "live",
    longestWaitMs: 60_000,
    startsAtMs: index,
    next: () => ({ fate: answered, restMs: 0 }),
  }));
  const minutes = 5;
  const { arrivals } = await playTraffic({
    credential: "default",
    budget: createCallBudget(database.sql, { now: clock.iso }),
    clock,
    workers,
    limit: 60,
    untilMs: minutes * 60_000,
  });
  assert.equal(arrivals.filter(({ refused }) => refused).length, 0);
  for (let minute = 1; minute < minutes; minute++) {
    const used = arrivals.filter(({ atMs }) => Math.floor(atMs / 60_000) === minute).length;
    assert.ok(used >= 58 && used <= 60, `minute ${minute}: ${used}`);
  }
});
