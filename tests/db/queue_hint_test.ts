/** What a hint does to the one row its entity has. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at, claimOne, deliver, queueRow, settle } from "../support/queue.ts";

Deno.test("hints about one record are one row, and each raises its generation", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const second of [0, 1, 2]) await deliver(sql, "a", at(second));
  await deliver(sql, "b", at(3));
  const rows =
    await sql`select entity_key, generation::int, next_attempt_at from plane.sync_queue order by entity_key`;
  assert.deepEqual(rows.map(({ entity_key, generation }) => [entity_key, generation]), [
    ["issue:a", 3],
    ["issue:b", 1],
  ]);
  assert.equal((await queueRow(sql, "issue:a"))?.due, at(0), "it is due since the first hint");
});

Deno.test("a duplicate delivery is no hint", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  assert.equal(await deliver(sql, "a", at(0), { dedupKey: "once" }), true);
  assert.equal(await deliver(sql, "a", at(1), { dedupKey: "once" }), false);
  assert.equal((await queueRow(sql, "issue:a"))?.generation, "1");
});

Deno.test("the newest observation is kept, in whatever order the deliveries come", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { observedAt: at(20), hash: "middle" });
  await deliver(sql, "a", at(1), { observedAt: at(30), hash: "newest" });
  await deliver(sql, "a", at(2), { observedAt: at(10), hash: "oldest" });
  const claimed = await claimOne(sql, at(3));
  assert.equal(claimed.observation_hash, "newest");
  assert.equal(claimed.read_first, false);
});

Deno.test("a hint without observation leaves the observation as it is", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { observedAt: at(0), hash: "first" });
  await deliver(sql, "a", at(1));
  assert.equal((await queueRow(sql, "issue:a"))?.observation_hash, "first");
});

Deno.test("two observations with one stamp and different contents: the record must be read", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "same", at(0), { observedAt: at(0), hash: "one" });
  await deliver(sql, "same", at(1), { observedAt: at(0), hash: "one" });
  assert.equal(
    (await queueRow(sql, "issue:same"))?.read_first,
    false,
    "the same content twice says nothing new",
  );
  await deliver(sql, "same", at(2), { observedAt: at(0), hash: "other" });
  assert.equal((await queueRow(sql, "issue:same"))?.read_first, true);
  await deliver(sql, "same", at(3), { observedAt: at(0), hash: "other" });
  assert.equal((await queueRow(sql, "issue:same"))?.read_first, true, "and stays so");
});

Deno.test("one hint that asks for a read is enough", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { readFirst: true });
  await deliver(sql, "a", at(1), { observedAt: at(1), hash: "x" });
  assert.equal((await queueRow(sql, "issue:a"))?.read_first, true);
});

Deno.test("the most urgent hint decides the priority", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { priority: 3 });
  await deliver(sql, "a", at(1), { priority: 8 });
  await deliver(sql, "a", at(2), { priority: 5 });
  assert.equal((await queueRow(sql, "issue:a"))?.priority, 8);
});

Deno.test("an update that arrives late does not cover up a deletion nobody has looked at", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { operation: "delete" });
  await deliver(sql, "a", at(1), { operation: "update", observedAt: at(-5), hash: "late" });
  assert.equal((await claimOne(sql, at(2))).operation, "delete");
});

Deno.test("a deletion settled before an update comes does not stay", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { operation: "delete" });
  await settle(sql, await claimOne(sql, at(1)), "done", at(1));
  await deliver(sql, "a", at(2), { operation: "update" });
  assert.equal((await claimOne(sql, at(3))).operation, "update");
});

Deno.test("what Odoo says happened to its record is not said of Plane's", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id) values ('issue', 'a', 'project.task', '7')`;
  const odoo = { source: "odoo", type: "project.task", operation: "delete" } as const;
  await deliver(sql, "a", at(0), { operation: "update" });
  await deliver(sql, "7", at(1), odoo);
  const first = await claimOne(sql, at(2));
  assert.deepEqual([first.entity_key, first.source_system, first.operation], ["issue:a", "plane", "update"]);
  await settle(sql, first, "done", at(2));

  await deliver(sql, "7", at(3), odoo);
  await deliver(sql, "a", at(4), { operation: "update" });
  const second = await claimOne(sql, at(5));
  assert.deepEqual([second.source_system, second.source_id, second.operation], ["plane", "a", "update"]);
});

Deno.test("hints about both sides of a pair are one row", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id) values ('issue', 'a', 'project.task', '7')`;
  await deliver(sql, "7", at(0), { source: "odoo", type: "project.task" });
  await deliver(sql, "a", at(1));
  await deliver(sql, "8", at(2), { source: "odoo", type: "project.task" });
  const rows = await sql`select entity_key from plane.sync_queue order by entity_key`;
  assert.deepEqual(rows.map((row) => row.entity_key), ["issue:a", "project.task:8"]);
});

Deno.test("a hint leaves an entity that rests in peace until it is due", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "retry", at(1), { next: at(90), reason: "odoo_timeout" });
  await deliver(sql, "a", at(2));
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.due, row?.attempts, row?.status], [at(90), 1, "pending"]);
});

Deno.test("a hint opens a dead letter again, with all its attempts", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "dead", at(1), { reason: "odoo_rejected" });
  await deliver(sql, "a", at(5));
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.attempts, row?.due], ["pending", 0, at(5)]);
});

Deno.test("the documented function queues by hand, and the record is read", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const [queued] = await sql<{ id: string }[]>`
    select plane.enqueue_sync('plane', 'a', 'issue', 'update', '{"project_id": "p"}', 9) as id`;
  const [row] = await sql`select id, priority, read_first, plane_project_id, payload from plane.sync_queue`;
  assert.deepEqual({ ...row }, {
    id: queued?.id,
    priority: 9,
    read_first: true,
    plane_project_id: "p",
    payload: { project_id: "p" },
  });
});

Deno.test("queued by hand from Odoo, it is Odoo's side that is looked at", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`select plane.enqueue_sync('odoo', '7', 'project.task')`;
  const claimed = await claimOne(sql, at(1_000_000_000));
  assert.deepEqual(
    [claimed.entity_key, claimed.read_first, claimed.plane_hinted, claimed.odoo_hinted],
    ["project.task:7", false, false, true],
  );
});

Deno.test("a payload names its run; what is no id of a run does no harm", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const run = "7b0c2c52-9d8e-4f6c-8e0b-3a1d5f7c9e11";
  for (const payload of [{ run_id: run }, { run_id: "the nightly one" }, [run], "text", null]) {
    await sql`select plane.enqueue_sync('plane', 'a', 'issue', 'update', ${
      JSON.stringify(payload)
    }::text::jsonb)`;
  }
  const [row] = await sql`select run_id, generation::int from plane.sync_queue`;
  assert.deepEqual({ ...row }, { run_id: run, generation: 5 });
});

Deno.test("an unknown delivery is stored and leaves no hint", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    select * from plane.record_delivery('k', null, 'plane', 'unknown', 'odd', null, null, null, false, 'update', 0, null, null,
      false, '{}')`;
  const [row] = await sql`
    select (select status from plane.webhook_delivery) as stored, (select count(*)::int from plane.sync_queue) as queued`;
  assert.deepEqual({ ...row }, { stored: "ignored", queued: 0 });
});
