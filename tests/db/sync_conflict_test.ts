/** Conflicts as people on call see and settle them, and what happens when they do so while the pair is at work. */
import assert from "node:assert/strict";
import { createConflictStore } from "../../shared/store/operators/conflicts.ts";
import { createTestDatabase } from "../support/database.ts";
import { at, claimOne, deliver, effect, settle, type Sql } from "../support/queue.ts";
import { blocked, connect, slowly } from "../support/queue_races.ts";

const NAME = {
  field: "name",
  base: "B",
  plane_value: "P",
  odoo_value: "O",
  plane_at: at(1),
  plane_actor: "u",
};

async function addPair(sql: Sql): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id)
    values ('issue', 'a', 'project.task', '7') returning id`;
  return row?.id ?? "";
}

/** A look at the pair that finds what is given; returns the conflicts that are open after it. */
async function look(sql: Sql, mapping_id: string, now: string, conflicts: object) {
  await deliver(sql, "a", now);
  const held = await claimOne(sql, now);
  await settle(sql, held, "done", now, { effects: [effect(held, { mapping_id, conflicts })] });
  return await sql<{ id: string; updated_at: Date; plane_value: unknown }[]>`
    select id, updated_at, plane_value from plane.sync_conflict where status = 'open'`;
}

Deno.test("the same conflict found again is not written again; a changed one is, under its id", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const mapping = await addPair(sql);
  const [first] = await look(sql, mapping, at(10), { open: [NAME] });
  const [again] = await look(sql, mapping, at(20), { open: [{ ...NAME, plane_at: at(2) }] });
  assert.deepEqual(again, first);
  const [changed, ...more] = await look(sql, mapping, at(30), { open: [{ ...NAME, plane_value: "P2" }] });
  assert.deepEqual([changed?.id, changed?.plane_value, changed?.updated_at.toISOString()], [
    first?.id,
    "P2",
    at(30),
  ]);
  assert.deepEqual(more, []);
});

Deno.test("who decides sees both values, and what is settled stays as evidence", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const mapping = await addPair(sql);
  const conflicts = createConflictStore(sql, { now: () => at(15) });
  await look(sql, mapping, at(10), { open: [NAME, { ...NAME, field: "priority" }] });
  const [open, other] = await conflicts.list({ limit: 10, mappingId: mapping });
  assert.deepEqual(
    [
      open?.field,
      open?.base,
      open?.plane_value,
      open?.odoo_value,
      open?.plane_actor,
      open?.plane_id,
      open?.odoo_id,
    ],
    [open?.field, "B", "P", "O", "u", "a", "7"],
  );
  assert.equal((await conflicts.list({ limit: 1 })).length, 1);
  assert.deepEqual(await conflicts.list({ limit: 10, mappingId: crypto.randomUUID() }), []);

  const [row] = await sql<{ resolve: string }[]>`select resolve from plane.v_conflicts where id = ${
    open?.id ?? ""
  }`;
  await sql.unsafe(row?.resolve ?? "");
  assert.equal(await conflicts.resolve(other?.id ?? "", { value: null }, "me"), true);
  const decided = await conflicts.list({ limit: 10 });
  assert.deepEqual(decided.map(({ resolution }) => resolution), [{ side: "plane" }, { value: null }]);

  // The decision by the statement of the view was made on the database's own clock.
  const later = at(1_000_000_000);
  await look(sql, mapping, later, { settled: ["name", "priority"], how: "resolved" });
  const settled =
    await sql`select status, resolved_by, resolved_at from plane.sync_conflict order by resolved_by`;
  assert.deepEqual(settled.map((one) => [one.status, one.resolved_by, one.resolved_at.toISOString()]), [
    ["resolved", "me", later],
    ["resolved", "your name", later],
  ]);
});

Deno.test("a decision is a side or a value, nothing else", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const [open] = await look(sql, await addPair(sql), at(10), { open: [NAME] });
  for (const wrong of ["{}", '{"side": "both"}', "[]", "null"]) {
    const resolve = () => sql`select plane.resolve_conflict(${open?.id ?? ""}, ${wrong}::text::jsonb, 'me')`;
    await assert.rejects(async () => await resolve(), { code: "23514" }, wrong);
  }
  assert.deepEqual([...await sql`select 1 from plane.sync_queue`], [], "and leaves no hint");
});

Deno.test("deciding while the pair is being settled: neither ends the other, and the decision is looked at", async () => {
  await using database = await createTestDatabase();
  await using more = connect(database.url);
  const { sql } = database;
  const mapping_id = await addPair(sql);
  const [open] = await look(sql, mapping_id, at(10), { open: [NAME] });
  await deliver(sql, "a", at(20));
  const held = await claimOne(sql, at(20));
  const effects = [effect(held, { mapping_id, conflicts: { open: [{ ...NAME, odoo_value: "O2" }] } })];
  // Settling is stopped between the queue's row, which it holds, and the conflict it writes last.
  const gate = slowly(more.sql, (transaction) => transaction`select 1 from plane.sync_mappings for update`);
  await gate.worked;
  const settling = settle(more.sql, held, "done", at(21), { effects });
  await blocked(sql, 1);
  const deciding = createConflictStore(more.sql).resolve(open?.id ?? "", { side: "odoo" }, "me");
  await blocked(sql, 2);
  await gate.commit();
  assert.deepEqual(await Promise.all([settling, deciding]), [true, true]);
  const [row] = await sql`
    select c.odoo_value, c.resolution, q.odoo_hinted from plane.sync_conflict c, plane.sync_queue q where q.entity_key = 'issue:a'`;
  assert.deepEqual({ ...row }, { odoo_value: "O2", resolution: { side: "odoo" }, odoo_hinted: true });
});

Deno.test("on-call is told of conflicts nobody decided, of runs that failed and of a pause", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const [open] = await look(sql, await addPair(sql), at(10), { open: [NAME] });
  const topics = async () => {
    const rows = await sql`select topic, subject, affected::int from plane.v_next_actions order by topic`;
    return rows.map((row) => Object.values(row));
  };
  assert.deepEqual(await topics(), [["conflicts", "name", 1]]);
  await createConflictStore(sql).resolve(open?.id ?? "", { side: "odoo" }, "me");
  await sql`insert into plane.sync_run (kind, status, error) values ('backfill', 'failed', 'plane_forbidden')`;
  await sql`select plane.pause('all')`;
  assert.deepEqual(await topics(), [["failed_runs", "backfill: plane_forbidden", 1], [
    "paused",
    "everything",
    1,
  ]]);
  await sql`select plane.resume('all')`;
  await sql`insert into plane.sync_run (kind, status, created_at) values ('backfill', 'done', now() + interval '1 minute')`;
  assert.deepEqual(await topics(), []);
});
