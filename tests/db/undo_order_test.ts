/** plane.order_undo: what an order leaves for the pair's next look, what it leaves alone, and what happens while the pair is at work. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at, claim, claimOne, deliver, effect, queueRow, settle, type Sql } from "../support/queue.ts";
import { blocked, connect, slowly } from "../support/queue_races.ts";

const UNDO = { log_id: "1", parts: [{ side: "odoo", from: "A", to: "B", base: "B" }] };

async function addPair(sql: Sql, id: string, odooId: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into plane.sync_mappings (plane_type, plane_id, plane_project_id, odoo_model, odoo_id)
    values ('issue', ${id}, 'p', 'project.task', ${odooId}) returning id`;
  return row?.id ?? "";
}

async function order(
  sql: Sql,
  now: string,
  ...orders: { mapping_id: string; field: string }[]
): Promise<{ run: string; refused: number[] }> {
  const given = JSON.stringify(orders.map((one) => ({ ...one, undo: UNDO })));
  const [row] = await sql<{ run: string; refused: number[] }[]>`
    select run_id as run, refused from plane.order_undo(
      ${given}::text::jsonb, '{"log_id": "1"}', '{"ordered": 1}', 'ann', ${now})`;
  return row ?? assert.fail("no run");
}

const open = (sql: Sql) =>
  sql<{ mapping_id: string; field: string; resolution: unknown; resolved_by: string | null }[]>`
    select mapping_id, field, resolution, resolved_by from plane.sync_conflict where status = 'open' order by field`;

Deno.test("an order waits for the pair's next look, which is due and asks both sides; the run is done", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const mapping_id = await addPair(sql, "a", "7");
  const { run, refused } = await order(sql, at(10), { mapping_id, field: "name" });
  assert.deepEqual(refused, []);
  assert.deepEqual([...await open(sql)], [{
    mapping_id,
    field: "name",
    resolution: { value: null, undo: UNDO },
    resolved_by: "ann",
  }]);
  const rows = await sql`
    select entity_key, plane_hinted, odoo_hinted, priority, plane_project_id, run_id from plane.sync_queue`;
  assert.deepEqual([...rows], [{
    entity_key: "issue:a",
    plane_hinted: true,
    odoo_hinted: true,
    priority: 7,
    plane_project_id: "p",
    run_id: run,
  }]);
  assert.equal((await claimOne(sql, at(10))).entity_key, "issue:a");
  const runs = await sql`select id, kind, status, scope, report, requested_by from plane.sync_run`;
  assert.deepEqual([...runs], [{
    id: run,
    kind: "undo",
    status: "done",
    scope: { log_id: "1" },
    report: { ordered: 1 },
    requested_by: "ann",
  }]);
});

Deno.test("a field with an open conflict is left alone, and its place among the orders is told", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const [b, a] = [await addPair(sql, "b", "8"), await addPair(sql, "a", "7")];
  await sql`insert into plane.sync_conflict (mapping_id, field, plane_value) values (${a}, 'name', '"P"')`;
  const { refused } = await order(
    sql,
    at(10),
    { mapping_id: b, field: "name" },
    { mapping_id: a, field: "name" },
    { mapping_id: a, field: "priority" },
    { mapping_id: a, field: "priority" },
  );
  assert.deepEqual(refused, [1, 3], "a second order for a field too");
  const left = (await open(sql)).map((row) => [row.mapping_id, row.field, row.resolved_by]);
  assert.deepEqual(
    left.toSorted(),
    [[a, "name", null], [a, "priority", "ann"], [b, "name", "ann"]].toSorted(),
  );
});

Deno.test("an order for a pair that has gone meanwhile is left alone, and its place is told", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const mapping_id = await addPair(sql, "a", "7");
  const [intent] = await sql<{ id: string }[]>`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model) values ('issue', 'i', 'project.task') returning id`;
  const { refused } = await order(
    sql,
    at(10),
    { mapping_id: crypto.randomUUID(), field: "name" },
    { mapping_id, field: "name" },
    { mapping_id: intent?.id ?? "", field: "name" },
  );
  assert.deepEqual(refused, [0, 2]);
  assert.deepEqual((await open(sql)).map((row) => row.mapping_id), [mapping_id]);
  assert.deepEqual((await claim(sql, at(10), 9)).map(({ entity_key }) => entity_key), ["issue:a"]);
});

Deno.test("an order given while the pair is at work is not over with that work, and is looked at next", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const mapping_id = await addPair(sql, "a", "7");
  await deliver(sql, "a", at(10));
  const held = await claimOne(sql, at(10));
  const { run } = await order(sql, at(11), { mapping_id, field: "name" });
  const conflicts = { settled: ["name"], how: "resolved" };
  await settle(sql, held, "done", at(12), { effects: [effect(held, { mapping_id, conflicts })] });
  assert.equal((await open(sql)).length, 1);
  const next = await claimOne(sql, at(12));
  const [row] = await sql`select run_id from plane.sync_queue where id = ${next.id}`;
  assert.equal(row?.run_id, run);
  await settle(sql, next, "done", at(13), { effects: [effect(next, { mapping_id, conflicts })] });
  assert.deepEqual([...await open(sql)], []);
  assert.equal(await queueRow(sql, "issue:a"), undefined);
});

Deno.test("ordering while the pair is being settled: neither ends the other, and the order is looked at", async () => {
  await using database = await createTestDatabase();
  await using more = connect(database.url);
  const { sql } = database;
  const mapping_id = await addPair(sql, "a", "7");
  await deliver(sql, "a", at(10));
  const held = await claimOne(sql, at(10));
  // Settling is stopped between the queue's row, which it holds, and the mapping it writes.
  const gate = slowly(more.sql, (transaction) => transaction`select 1 from plane.sync_mappings for update`);
  await gate.worked;
  const effects = [effect(held, { mapping_id, conflicts: { settled: ["name"], how: "gone" } })];
  const settling = settle(more.sql, held, "done", at(11), { effects });
  await blocked(sql, 1);
  const ordering = order(more.sql, at(11), { mapping_id, field: "name" });
  await blocked(sql, 2);
  await gate.commit();
  const [settled, { refused }] = await Promise.all([settling, ordering]);
  assert.deepEqual([settled, refused, (await open(sql)).length], [true, [], 1]);
  assert.equal((await claimOne(sql, at(12))).entity_key, "issue:a");
});
