/** Who gets the next slot: shares that can always be had, borrowing what others leave, somebody at a screen first. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createCallBudget, type Lane } from "../../shared/plane/call_budget.ts";
import { budgetBooks } from "../support/budget.ts";
import { createTestDatabase } from "../support/database.ts";
import { type Fate, playTraffic, VirtualClock, type Worker } from "../support/plane_traffic.ts";

const SHARES: Readonly<Record<Lane, number>> = { interactive: 18, live: 27, backfill: 6 };
const PROMPT: Fate = { kind: "answered", lateMs: 2, thereMs: 50, backMs: 50 };

/** Workers of one lane that always have another request. */
function busy(lane: Lane, count: number, startsAtMs = 0, longestWaitMs = 60_000): Worker[] {
  return Array.from({ length: count }, () => ({
    lane,
    longestWaitMs,
    startsAtMs,
    next: () => ({ fate: PROMPT, restMs: 0 }),
  }));
}

async function play(workers: Worker[], minutes: number) {
  await using database = await createTestDatabase();
  const clock = new VirtualClock();
  const budget = createCallBudget(database.sql, { now: clock.iso });
  const untilMs = minutes * 60_000;
  return await playTraffic({ credential: "default", budget, clock, workers, limit: 60, untilMs });
}

const countIn = (
  arrivals: readonly { atMs: number; lane: string }[],
  lane: string,
  fromMs: number,
  toMs: number,
) => arrivals.filter((each) => each.lane === lane && each.atMs >= fromMs && each.atMs < toMs).length;

Deno.test("a lane alone may use everything but what is kept for somebody at a screen", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  assert.equal((await budgetBooks(sql, "a").fill("interactive", 0)).length, 60);
  assert.equal((await budgetBooks(sql, "b").fill("live", 0)).length, 58);
});

Deno.test("somebody at a screen need not wait although backfill has taken all it can and waits for more", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  for (let second = 0; second < 60; second++) {
    const { call_id } = await books.reserve("backfill", second);
    if (call_id !== null) await books.settle(call_id, second + 0.1);
  }
  for (let waiting = 0; waiting < 4; waiting++) await books.reserve("backfill", 60, 60_000);
  assert.equal((await books.reserve("interactive", 60.1)).wait_ms, 0);
  assert.equal((await books.reserve("interactive", 60.1)).wait_ms, 0);
});

Deno.test("backfill beyond its share is spread evenly", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  assert.equal((await books.fill("backfill", 0)).length, SHARES.backfill);
  const waits: number[] = [];
  for (let next = 0; next < 3; next++) waits.push((await books.reserve("backfill", 0, 60_000)).wait_ms);
  assert.deepEqual(waits, [900, 1800, 2700]);
});

for (const lane of ["interactive", "live", "backfill"] as const) {
  const others = (["interactive", "live", "backfill"] as const).filter((each) => each !== lane);
  Deno.test(`${lane} has its share in each minute after the first, however hard the others press`, async () => {
    const late = busy(lane, 8, 60_000);
    const { arrivals } = await play([...others.flatMap((other) => busy(other, 20)), ...late], 5);
    for (let minute = 2; minute < 5; minute++) {
      const used = countIn(arrivals, lane, minute * 60_000, (minute + 1) * 60_000);
      // A hold lasts a little longer than a minute: margin and latency.
      assert.ok(used >= SHARES[lane] - 1, `minute ${minute}: ${used}`);
    }
    assert.equal(arrivals.filter(({ refused }) => refused).length, 0);
  });
}

Deno.test("who cannot wait and comes back when told gets its share, too", async () => {
  const impatient = busy("interactive", 20, 90_000, 0);
  const { arrivals, turnedAway } = await play(
    [...busy("live", 20), ...busy("backfill", 20), ...impatient],
    5,
  );
  assert.ok(turnedAway > 0);
  for (let minute = 3; minute < 5; minute++) {
    const used = countIn(arrivals, "interactive", minute * 60_000, (minute + 1) * 60_000);
    assert.ok(used >= SHARES.interactive - 1, `minute ${minute}: ${used}`);
  }
});

Deno.test("a lane that stops gives back what it had: nothing stays unused", async () => {
  const leaving = busy("live", 8).map((worker) => {
    let left = 4;
    return { ...worker, next: () => left-- > 0 ? { fate: PROMPT, restMs: 0 } : undefined };
  });
  const { arrivals } = await play([...leaving, ...busy("backfill", 8)], 5);
  assert.ok(countIn(arrivals, "backfill", 180_000, 240_000) >= 56);
});

Deno.test("shares hold for any limit and any settings: a lane below its share takes the first free slot", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  let run = 0;
  const percents = fc.tuple(fc.nat(50), fc.nat(30), fc.nat(20));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 5, max: 40 }),
      percents,
      fc.constantFrom<Lane>("interactive", "live", "backfill"),
      fc.constantFrom<Lane>("interactive", "live", "backfill"),
      async (limit, [interactive, live, backfill], greedy, late) => {
        fc.pre(greedy !== late);
        const credential = `run-${run++}`;
        await sql`
          insert into plane.api_budget (credential, call_limit, interactive_percent, live_percent, backfill_percent)
          values (${credential}, ${limit}, ${interactive}, ${live}, ${backfill})`;
        const share = Math.floor(limit * { interactive, live, backfill }[late] / 100);
        const books = budgetBooks(sql, credential);
        // The greedy lane takes what it can, is answered at once, and books what it can of the time to come.
        for (let second = 0; second < 60; second += 3) {
          for (const id of await books.fill(greedy, second)) await books.settle(id, second + 0.1);
        }
        for (let more = 0; more < limit; more++) await books.reserve(greedy, 60, 60_000);
        const waits: number[] = [];
        for (let next = 0; next < share; next++) {
          const booking = await books.reserve(late, 60, 600_000);
          assert.notEqual(booking.call_id, null);
          waits.push(booking.wait_ms);
        }
        assert.ok(waits.every((wait) => wait <= 61_000), `${late}, share ${share} of ${limit}: ${waits}`);
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("a lane without a share is told to come back while the others claim everything", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.api_budget (credential, interactive_percent, live_percent, backfill_percent)
    values ('default', 50, 50, 0)`;
  const books = budgetBooks(database.sql);
  await books.fill("interactive", 0);
  for (const lane of ["interactive", "live"] as const) {
    assert.equal((await books.reserve(lane, 1)).call_id, null);
  }
  assert.deepEqual(await books.reserve("backfill", 1, 600_000), { call_id: null, wait_ms: 60_000 });
});
