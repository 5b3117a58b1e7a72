/** What settling an entity means for its row and its deliveries. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at, claim, claimOne, deliver, deliveries, queueRow, settle } from "../support/queue.ts";

Deno.test("done: the row leaves the table and its deliveries are processed", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const second of [0, 1, 2]) await deliver(sql, "a", at(second));
  await deliver(sql, "b", at(0));
  const held = await claim(sql, at(3), 1);
  assert.equal(held[0]?.source_id, "a");
  for (const each of held) assert.equal(await settle(sql, each, "done", at(4)), true);
  assert.equal(await queueRow(sql, "issue:a"), undefined);
  assert.deepEqual(await deliveries(sql, "issue:a"), { processed: 3 });
  assert.deepEqual(await deliveries(sql, "issue:b"), { received: 1 });
});

Deno.test("done, but a hint came while the entity was at work: it is due again and the deliveries stay open", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const held = await claimOne(sql, at(1));
  await deliver(sql, "a", at(2), { observedAt: at(2), hash: "second" });
  assert.equal(await settle(sql, held, "done", at(3)), true);
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.due, row?.attempts], ["pending", at(3), 0]);
  assert.deepEqual(await deliveries(sql, "issue:a"), { received: 2 });

  const next = await claimOne(sql, at(4));
  assert.equal(next.observation_hash, "second");
  await settle(sql, next, "done", at(5));
  assert.equal(await queueRow(sql, "issue:a"), undefined);
  assert.deepEqual(await deliveries(sql, "issue:a"), { processed: 2 });
});

Deno.test("retry: due at its time, the attempt counts, the reason is shown", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "retry", at(1), {
    next: at(31),
    reason: "odoo_server_error",
  });
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.due, row?.attempts, row?.last_error], [
    "pending",
    at(31),
    1,
    "odoo_server_error",
  ]);
  assert.deepEqual(await claim(sql, at(30)), []);
  assert.equal((await claimOne(sql, at(31))).attempts, 2);
});

Deno.test("an outage does not count as an attempt, and its length is remembered while it lasts", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  for (const round of [1, 2, 3]) {
    const held = await claimOne(sql, at(round));
    assert.equal(held.attempts, 1);
    await settle(sql, held, "outage", at(round), { next: at(round + 1), reason: "odoo_unreachable" });
    assert.equal((await queueRow(sql, "issue:a"))?.outages, round);
  }
  await settle(sql, await claimOne(sql, at(4)), "retry", at(4), { next: at(5), reason: "odoo_conflict" });
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.outages, row?.attempts], [0, 1]);
});

Deno.test("wait: due at its time, and the attempt does not count", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "wait", at(1), {
    next: at(300),
    reason: "waits_for_project",
  });
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.due, row?.attempts, row?.outages], [at(300), 0, 1]);
});

Deno.test("park: due never, whatever hints come", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "park", at(1), { reason: "paused" });
  await deliver(sql, "a", at(2));
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.due, row?.attempts], ["pending", "infinity", 0]);
  assert.deepEqual(await claim(sql, at(1_000_000)), []);
});

Deno.test("dead: the row stays with its reason, and the deliveries have failed with it", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "dead", at(1), { reason: "odoo_rejected" });
  const [row] = await sql`
    select q.status, q.last_error, d.error, d.status as delivery, v.reason
    from plane.sync_queue q join plane.webhook_delivery d using (entity_key) join plane.v_dead_letters v on v.id = q.id`;
  assert.deepEqual({ ...row }, {
    status: "failed",
    last_error: "odoo_rejected",
    error: "odoo_rejected",
    delivery: "failed",
    reason: "odoo_rejected",
  });
});

Deno.test("dead, but a hint came meanwhile: that is new information, so it is tried anew", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const held = await claimOne(sql, at(0));
  await deliver(sql, "a", at(1));
  await settle(sql, held, "dead", at(2), { reason: "odoo_rejected" });
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.due, row?.attempts], ["pending", at(2), 0]);
  assert.deepEqual(await deliveries(sql, "issue:a"), { received: 2 });
});

Deno.test("a success after a dead letter answers for the deliveries that had failed", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "dead", at(1), { reason: "odoo_rejected" });
  await deliver(sql, "a", at(2));
  await settle(sql, await claimOne(sql, at(3)), "done", at(3));
  assert.deepEqual(await deliveries(sql, "issue:a"), { processed: 2 });
  const [left] =
    await sql`select count(*)::int as errors from plane.webhook_delivery where error is not null`;
  assert.equal(left?.errors, 0);
});

Deno.test("an entity that rests keeps resting though a hint came while it was at work", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const held = await claimOne(sql, at(0));
  await deliver(sql, "a", at(1));
  await settle(sql, held, "retry", at(2), { next: at(92), reason: "odoo_timeout" });
  assert.equal((await queueRow(sql, "issue:a"))?.due, at(92));
});

Deno.test("one settle takes many entities, each with its own end", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const id of ["a", "b", "c"]) await deliver(sql, id, at(0));
  const held = await claim(sql, at(1), 3);
  const outcomes = new Map([["a", "done"], ["b", "retry"], ["c", "dead"]]);
  const rows = await sql<{ id: string; settled: boolean }[]>`
    select * from plane.settle_entities(
      ${held.map(({ id }) => id)}::uuid[], ${held.map(({ fence }) => fence)}::bigint[],
      ${held.map(({ source_id }) => outcomes.get(source_id) ?? "")}::text[],
      ${held.map(() => at(9))}::timestamptz[], ${held.map(() => "why")}::text[], '[]', ${at(2)})`;
  assert(rows.every(({ settled }) => settled));
  const left = await sql`select entity_key, status from plane.sync_queue order by entity_key`;
  assert.deepEqual(left.map((row) => ({ ...row })), [
    { entity_key: "issue:b", status: "pending" },
    { entity_key: "issue:c", status: "failed" },
  ]);
});

Deno.test("settling twice changes nothing the second time", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const held = await claimOne(sql, at(0));
  assert.equal(await settle(sql, held, "retry", at(1), { next: at(9), reason: "odoo_conflict" }), true);
  assert.equal(await settle(sql, held, "done", at(2)), false);
  assert.equal((await queueRow(sql, "issue:a"))?.due, at(9));
});

Deno.test("the documented pair of functions takes an entity and says how it went", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`select plane.enqueue_sync('plane', 'a', 'issue', 'update', '{"project_id": "p"}')`;
  const acquire = () => sql<{ id: string }[]>`select * from plane.acquire_queue_item('worker-1')`;
  const [item] = await acquire();
  assert.deepEqual(Object.keys(item ?? {}), [
    "id",
    "source_system",
    "source_id",
    "source_type",
    "operation",
    "payload",
  ]);
  const id = item?.id ?? "";
  await sql`select plane.complete_queue_item(${id}, false, 'gateway timeout')`;
  const [failed] = await sql`
    select status, last_error, attempts, next_attempt_at > clock_timestamp() as waits from plane.sync_queue`;
  assert.deepEqual({ ...failed }, {
    status: "pending",
    last_error: "gateway timeout",
    attempts: 1,
    waits: true,
  });

  await sql`update plane.sync_queue set next_attempt_at = clock_timestamp()`;
  assert.equal((await acquire())[0]?.id, id);
  await sql`select plane.complete_queue_item(${id}, true)`;
  assert.deepEqual([...await sql`select 1 from plane.sync_queue`], []);
});

Deno.test("the documented pair gives up after the row's number of attempts", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`select plane.enqueue_sync('plane', 'a', 'issue')`;
  await sql`update plane.sync_queue set max_attempts = 1`;
  const [item] = await sql<{ id: string }[]>`select * from plane.acquire_queue_item('worker-1')`;
  await sql`select plane.complete_queue_item(${item?.id ?? ""}, false)`;
  const [row] = await sql`select status, last_error from plane.sync_queue`;
  assert.deepEqual({ ...row }, { status: "failed", last_error: "failed" });
});
