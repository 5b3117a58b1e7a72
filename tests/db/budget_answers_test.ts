/** What answers, and their absence, do to the budget. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createCallBudget } from "../../shared/plane/call_budget.ts";
import { budgetBooks } from "../support/budget.ts";
import { createTestDatabase } from "../support/database.ts";
import { type Fate, playTraffic, VirtualClock, type Worker } from "../support/plane_traffic.ts";
import { at } from "../support/queue.ts";

Deno.test("an answered call counts for 60 s and a margin from its answer", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  for (const id of await books.fill("interactive", 0)) await books.settle(id, 3);
  assert.equal((await books.reserve("interactive", 10, 60_000)).wait_ms, 53_500);
});

Deno.test("a call nobody heard of again counts until 60 s after its latest possible arrival", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  await books.fill("interactive", 0);
  assert.deepEqual(await books.reserve("interactive", 61, 60_000), { call_id: null, wait_ms: 89_500 });
  assert.equal((await books.reserve("interactive", 150.5)).wait_ms, 0);
});

Deno.test("a slot given back is free at once; giving back what was answered does nothing", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  const [first = null, second = null] = await books.fill("interactive", 0);
  await books.release(first, 1);
  assert.notEqual((await books.reserve("interactive", 1)).call_id, null);
  await books.settle(second, 1);
  await books.release(second, 2);
  assert.equal((await books.reserve("interactive", 2)).call_id, null);
});

Deno.test("a 429 makes everybody wait as long as it says, once", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const books = budgetBooks(sql);
  const ids = await books.fill("live", 0, 3);
  for (const id of ids) await books.settle(id, 1, { status: 429, retryAfterMs: 20_000 });
  for (const lane of ["interactive", "live", "backfill"] as const) {
    assert.equal((await books.reserve(lane, 1)).wait_ms, 20_500, lane);
  }
  const [row] = await sql`select plane.paused_ms('default', ${at(11)}) as ms`;
  assert.equal(row?.ms, 10_500);
  assert.equal((await budgetBooks(sql, "other").reserve("live", 1)).wait_ms, 0, "another credential is free");
});

Deno.test("an earlier Retry-After never shortens a later one, and without the header it is five seconds", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  const [first = null, second = null, third = null] = await books.fill("live", 0, 3);
  await books.settle(first, 1, { status: 429 });
  assert.equal((await books.reserve("live", 1)).wait_ms, 5_500);
  await books.settle(second, 1, { status: 429, retryAfterMs: 30_000 });
  await books.settle(third, 2, { status: 429, retryAfterMs: 3_000 });
  assert.equal((await books.reserve("live", 2)).wait_ms, 29_500);
});

Deno.test("what others use of the key is learnt from the remaining count and forgotten when they stop", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  const first = await books.reserve("live", 0);
  await books.settle(first.call_id, 0.1, { remaining: 19 });
  assert.deepEqual(await books.held(0.2), { live: 1, foreign: 40 });
  assert.equal((await books.fill("interactive", 0.2)).length, 19);
  assert.equal((await books.reserve("interactive", 0.3)).call_id, null);
  assert.equal((await books.reserve("interactive", 61)).wait_ms, 0);
});

Deno.test("calls of our own that left the window while an answer was on its way are not taken for others'", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  for (const id of await books.fill("interactive", 0, 30)) await books.settle(id, 0.1);
  const slow = await books.reserve("interactive", 50);
  await books.settle(slow.call_id, 70, { remaining: 29 });
  assert.deepEqual(await books.held(70), { interactive: 1 });
});

Deno.test("an answer that shows more room than thought gives the room back", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  const first = await books.reserve("live", 0);
  await books.settle(first.call_id, 0.1, { remaining: 19 });
  const second = await books.reserve("live", 30);
  await books.settle(second.call_id, 30.1, { remaining: 48 });
  assert.deepEqual(await books.held(30.2), { live: 2, foreign: 10 });
});

Deno.test("a 429 without calls of our own means that others have the whole window, until it says otherwise", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  const first = await books.reserve("live", 0);
  await books.settle(first.call_id, 0.1, { status: 429, retryAfterMs: 10_000 });
  // One probes when Retry-After ends, the others wait for what it finds.
  const probe = await books.reserve("interactive", 1, 60_000);
  assert.equal(probe.wait_ms, 9_600);
  assert.ok((await books.reserve("interactive", 1, 60_000)).wait_ms > 50_000);
  await books.settle(probe.call_id, 10.7, { remaining: 30 });
  assert.equal((await books.reserve("interactive", 10.8)).wait_ms, 0);
});

Deno.test("a late or repeated answer, an answer to nothing and a strange remaining count do no harm", async () => {
  await using database = await createTestDatabase();
  const books = budgetBooks(database.sql);
  const { call_id } = await books.reserve("live", 0);
  await books.settle(call_id, 1, { remaining: 400 });
  await books.settle(call_id, 2, { status: 429, retryAfterMs: 60_000 });
  await books.settle("999999", 2, { remaining: 0 });
  assert.deepEqual(await books.held(2), { live: 1 });
  assert.equal((await books.reserve("live", 2)).wait_ms, 0);
});

Deno.test("in shadow mode everything is counted and nobody waits", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`insert into plane.api_budget (credential, call_limit, mode) values ('default', 2, 'shadow')`;
  const books = budgetBooks(sql);
  for (let call = 0; call < 5; call++) {
    const { call_id, wait_ms } = await books.reserve("live", 0);
    assert.equal(wait_ms, 0);
    await books.settle(call_id, 0.1);
  }
  const [row] = await sql`select count(*)::int as calls, max(wait_ms) as most from plane.api_call`;
  assert.equal(row?.calls, 5);
  assert.ok(row?.most > 59_000);
});

Deno.test("a lower limit takes effect at once, a higher one too", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const books = budgetBooks(sql);
  for (const id of await books.fill("interactive", 0, 20)) await books.settle(id, 0);
  await sql`update plane.api_budget set call_limit = 10`;
  assert.equal((await books.reserve("interactive", 1)).call_id, null);
  await sql`update plane.api_budget set call_limit = 25`;
  assert.equal((await books.fill("interactive", 1)).length, 5);
});

Deno.test("with others on the same key 429s stay rare, and most of what they leave is used", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  let run = 0;
  const prompt: Fate = { kind: "answered", lateMs: 5, thereMs: 60, backMs: 60 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(299_999), { maxLength: 150 }),
      async (foreignAtMs) => {
        const clock = new VirtualClock();
        const workers = Array.from({ length: 6 }, (): Worker => ({
          lane: "live",
          longestWaitMs: 60_000,
          startsAtMs: 0,
          next: () => ({ fate: prompt, restMs: 0 }),
        }));
        const { arrivals } = await playTraffic({
          credential: `run-${run++}`,
          budget: createCallBudget(sql, { now: clock.iso }),
          clock,
          workers,
          limit: 60,
          foreignAtMs,
          untilMs: 300_000,
        });
        const ours = arrivals.filter(({ lane }) => lane !== "foreign");
        const refused = ours.filter((each) => each.refused).length;
        // Each of their calls can surprise one of ours that is under way, not more.
        assert.ok(
          refused <= foreignAtMs.length,
          `${refused} refused for ${foreignAtMs.length} foreign calls`,
        );
        const used = arrivals.filter((each) => !each.refused).length;
        assert.ok(used >= 5 * 60 * 0.7, `${used} of 300 used`);
      },
    ),
    { numRuns: 8 },
  );
});
