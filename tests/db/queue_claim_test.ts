/** Who gets which entity, in which order, and who still holds it. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at, claim, claimOne, deliver, effect, openIntent, queueRow, settle } from "../support/queue.ts";

Deno.test("higher priority goes first, and within one priority what is due longest", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "late", at(3), { priority: 5 });
  await deliver(sql, "early", at(1), { priority: 5 });
  await deliver(sql, "urgent", at(4), { priority: 6 });
  await deliver(sql, "idle", at(0), { priority: 3 });
  const order: string[] = [];
  for (let turn = 0; turn < 4; turn++) order.push((await claimOne(sql, at(10))).source_id);
  assert.deepEqual(order, ["urgent", "early", "late", "idle"]);
});

Deno.test("one claim takes the most urgent, across priorities and up to its limit", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const [id, priority] of [["a", 6], ["b", 5], ["c", 5], ["d", 3]] as const) {
    await deliver(sql, id, at(0), { priority });
  }
  const first = await claim(sql, at(1), 3);
  assert.deepEqual(first.map(({ source_id }) => source_id).sort(), ["a", "b", "c"]);
  assert.deepEqual((await claim(sql, at(1), 3)).map(({ source_id }) => source_id), ["d"]);
  assert.deepEqual(await claim(sql, at(1), 3), []);
});

Deno.test("what is not due yet is not claimed, however urgent", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "later", at(10), { priority: 9 });
  await deliver(sql, "now", at(1), { priority: 1 });
  assert.equal((await claimOne(sql, at(5))).source_id, "now");
  assert.deepEqual(await claim(sql, at(5)), []);
  assert.equal((await claimOne(sql, at(10))).source_id, "later");
});

Deno.test("two workers never hold one entity at a time", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (let n = 0; n < 40; n++) await deliver(sql, `e${n}`, at(0));
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim(sql, at(1), 10)));
  const ids = claims.flat().map(({ source_id }) => source_id);
  assert.equal(ids.length, 40);
  assert.equal(new Set(ids).size, 40);
});

Deno.test("a row somebody has locked is passed over, not waited for", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "locked", at(0), { priority: 9 });
  await deliver(sql, "free", at(1));
  await sql.begin(async (other) => {
    await other`select from plane.sync_queue where entity_key = 'issue:locked' for update`;
    assert.equal((await claimOne(sql, at(5))).source_id, "free");
  });
});

Deno.test("a lease that ends without a word is claimed again, with a higher fence and one more crash", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const first = await claimOne(sql, at(0), 60);
  assert.deepEqual(await claim(sql, at(59)), [], "not while the lease lasts");
  const second = await claimOne(sql, at(60), 60);
  assert.equal(second.entity_key, first.entity_key);
  assert(BigInt(second.fence) > BigInt(first.fence));
  assert.deepEqual([first.crashes, second.crashes], [0, 1]);
  assert.deepEqual([first.attempts, second.attempts], [1, 2]);
});

Deno.test("crashes are counted in a row: a word from the worker ends the row", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await claimOne(sql, at(0), 60);
  const again = await claimOne(sql, at(60), 60);
  await settle(sql, again, "retry", at(61), { next: at(62), reason: "odoo_conflict" });
  assert.equal((await claimOne(sql, at(62))).crashes, 0);
});

Deno.test("entities whose worker died come back one at a time, so that the one that killed it is found", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const id of ["a", "b", "c"]) await deliver(sql, id, at(0));
  await claim(sql, at(0), 3, 60);
  await deliver(sql, "new", at(60));
  const first = await claim(sql, at(61), 4, 60);
  assert.deepEqual(first.map(({ crashes }) => crashes).sort(), [0, 1], "what is new is not held up");
  const second = await claim(sql, at(61), 4, 60);
  assert.deepEqual(second.map(({ crashes }) => crashes), [1]);
  await claim(sql, at(61), 4, 60);
  assert.deepEqual(await claim(sql, at(61), 4, 60), []);
});

Deno.test("the former holder can neither settle, nor write effects, nor open an intent", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const former = await claimOne(sql, at(0), 60);
  const mapping = await openIntent(sql, former, "issue", "a");
  const holder = await claimOne(sql, at(60), 60);

  const log = [{ operation: "create", success: true, duration_ms: 1 }];
  const effects = [effect(former, { mapping_id: mapping, mapping: { odoo_id: "7", synced: true }, log })];
  assert.equal(await settle(sql, former, "done", at(61), { effects }), false);
  assert.equal(await openIntent(sql, former, "issue", "a"), undefined);
  const [left] = await sql`
    select (select odoo_id from plane.sync_mappings) as partner, (select count(*)::int from plane.sync_log) as logged`;
  assert.deepEqual({ ...left }, { partner: null, logged: 0 });
  assert.equal((await queueRow(sql, "issue:a"))?.status, "processing");

  assert.equal(await openIntent(sql, holder, "issue", "a"), mapping, "the intent is the same one");
  assert.equal(await settle(sql, holder, "done", at(62)), true);
  assert.equal(await queueRow(sql, "issue:a"), undefined);
});

Deno.test("a worker that holds an entity a second time cannot settle its first hold", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const former = await claimOne(sql, at(0), 60);
  const holder = await claimOne(sql, at(60), 60);
  const log = (operation: string) => [{ operation, success: true, duration_ms: 1 }];
  const effects = [
    { ...effect(former, { log: log("create") }), fence: former.fence },
    { ...effect(holder, { log: log("update") }), fence: holder.fence },
  ];
  // Both ended while a settle was on its way, so they are settled together.
  await sql`
    select * from plane.settle_entities(
      ${[former.id, holder.id]}::uuid[], ${[former.fence, holder.fence]}::bigint[], array['dead', 'retry'],
      array[null, ${at(90)}::timestamptz], array['odoo_rejected', 'odoo_conflict'], ${
    JSON.stringify(effects)
  }::text::jsonb, ${at(61)})`;
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.last_error, row?.due], ["pending", "odoo_conflict", at(90)]);
  const logged = await sql`select operation from plane.sync_log`;
  assert.deepEqual(logged.map(({ operation }) => operation), ["update"]);
});

Deno.test("dead letters and finished rows are not in the index a claim reads", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "dead", at(0));
  await settle(sql, await claimOne(sql, at(0)), "dead", at(0), { reason: "odoo_rejected" });
  assert.deepEqual(await claim(sql, at(1000), 10), []);
  const [index] = await sql<{ definition: string }[]>`
    select pg_get_expr(indpred, indrelid) as definition from pg_index where indexrelid = 'plane.sync_queue_due_idx'::regclass`;
  assert.equal(index?.definition, "is_open");
  const statuses = ["pending", "processing", "completed", "failed", "cancelled"];
  for (const status of statuses) {
    const [row] = await sql`
      update plane.sync_queue set status = ${status} returning is_open`;
    assert.equal(row?.is_open, status === "pending" || status === "processing", status);
  }
});
