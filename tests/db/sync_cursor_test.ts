/** One worker at a time holds a cursor, and only the holder moves it. */
import assert from "node:assert/strict";
import { createCursorStore, type CursorStore } from "../../shared/store/sweeping/cursors.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { at, type Sql } from "../support/queue.ts";
import { blocked, connect, slowly } from "../support/queue_races.ts";

const NAME = "odoo:project.task";
const LEASE_MS = 60_000;

/** A store on a clock of the test's own. */
function onClock({ sql }: TestDatabase): { cursors: CursorStore; wait(seconds: number): void } {
  let seconds = 0;
  const cursors = createCursorStore(sql, { now: () => at(seconds) });
  return { cursors, wait: (more) => void (seconds += more) };
}

Deno.test("a new cursor is empty; what it was moved to is what the next holder finds", async () => {
  await using database = await createTestDatabase();
  const { cursors } = onClock(database);
  const first = await cursors.claim(NAME, "one", LEASE_MS);
  assert.deepEqual(first, { value: {}, fence: "1" });
  assert.equal(await cursors.advance(NAME, "1", { since: "x" }, null), true);
  assert.deepEqual(await cursors.claim(NAME, "two", LEASE_MS), { value: { since: "x" }, fence: "2" });
});

Deno.test("nobody gets a cursor that is held; another name is another cursor", async () => {
  await using database = await createTestDatabase();
  const { cursors } = onClock(database);
  await cursors.claim(NAME, "one", LEASE_MS);
  assert.equal(await cursors.claim(NAME, "two", LEASE_MS), null);
  assert.notEqual(await cursors.claim("plane:project", "two", LEASE_MS), null);
});

Deno.test("a lease that ended is another's, and who had it moves nothing any more", async () => {
  await using database = await createTestDatabase();
  const { cursors, wait } = onClock(database);
  await cursors.claim(NAME, "one", LEASE_MS);
  wait(60);
  assert.deepEqual(await cursors.claim(NAME, "two", LEASE_MS), { value: {}, fence: "2" });
  assert.equal(await cursors.advance(NAME, "1", { since: "stale" }, null), false);
  assert.equal(await cursors.advance(NAME, "2", { since: "right" }, LEASE_MS), true);
});

Deno.test("moving a cursor extends its lease; a lease nobody took over is still the holder's", async () => {
  await using database = await createTestDatabase();
  const { cursors, wait } = onClock(database);
  await cursors.claim(NAME, "one", LEASE_MS);
  wait(50);
  assert.equal(await cursors.advance(NAME, "1", { page: 1 }, LEASE_MS), true);
  wait(50);
  assert.equal(await cursors.claim(NAME, "two", LEASE_MS), null);
  wait(50);
  assert.equal(await cursors.advance(NAME, "1", { page: 2 }, LEASE_MS), true);
});

Deno.test("a cursor that was given back is not moved by who held it", async () => {
  await using database = await createTestDatabase();
  const { cursors } = onClock(database);
  await cursors.claim(NAME, "one", LEASE_MS);
  assert.equal(await cursors.advance(NAME, "1", null, null), true);
  assert.equal(await cursors.advance(NAME, "1", { since: "late" }, null), false);
  assert.deepEqual(
    await cursors.claim(NAME, "one", LEASE_MS),
    { value: {}, fence: "2" },
    "null left it where it was",
  );
});

for (const isNew of [true, false]) {
  Deno.test(`two workers want a${isNew ? " new" : "n old"} cursor at once: one gets it`, async () => {
    await using database = await createTestDatabase();
    await using more = connect(database.url);
    if (!isNew) {
      await database.sql`select plane.claim_cursor(${NAME}, 'before', '1 minute', ${at(-600)})`;
    }
    const claimed: number[] = [];
    const claimBy = (by: Sql) => async () => {
      claimed.push((await by`select * from plane.claim_cursor(${NAME}, 'one', '1 minute', ${at(0)})`).length);
    };
    const first = slowly(more.sql, (transaction) => claimBy(transaction)());
    await first.worked;
    const second = claimBy(more.sql)();
    await blocked(database.sql, 1);
    await Promise.all([first.commit(), second]);
    assert.deepEqual(claimed, [1, 0]);
  });
}

Deno.test("nobody gets a cursor while everything is paused", async () => {
  await using database = await createTestDatabase();
  const { cursors } = onClock(database);
  await database.sql`select plane.pause('all')`;
  assert.equal(await cursors.claim(NAME, "one", LEASE_MS), null);
  await database.sql`select plane.resume('all')`;
  assert.notEqual(await cursors.claim(NAME, "one", LEASE_MS), null);
});
