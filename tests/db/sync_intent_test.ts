/** Two intents for one record, and settlements that hint each other: nobody makes a second partner, nobody waits for ever. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import {
  at,
  type ClaimedRow,
  claimOne,
  deliver,
  effect,
  queueRow,
  settle,
  type Sql,
} from "../support/queue.ts";
import { blocked, connect, slowly } from "../support/queue_races.ts";

async function hold(sql: Sql, id: string, side: "plane" | "odoo"): Promise<ClaimedRow> {
  await deliver(sql, id, at(0), side === "plane" ? {} : { source: "odoo", type: "project.task" });
  return await claimOne(sql, at(0));
}

async function open(
  sql: Sql,
  held: ClaimedRow,
  planeId: string | null,
  odooId: string | null,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from plane.open_intent(${held.id}, ${held.fence}, 'issue', ${planeId}, null, 'project.task', ${odooId})`;
  return rows.map(({ id }) => id);
}

for (const [side, planeId, odooId] of [["plane", "a", null], ["odoo", null, "7"]] as const) {
  Deno.test(`two workers open the intent of one ${side} record at once: it is one intent, and both get it`, async () => {
    await using database = await createTestDatabase();
    await using more = connect(database.url);
    const { sql } = database;
    const one = await hold(sql, planeId ?? odooId ?? "", side);
    // Under another key: what a retried delivery of a record that had no partner yet looks like.
    const other = await hold(sql, "other", "plane");
    const opened: string[][] = [];
    const first = slowly(more.sql, async (transaction) => {
      opened.push(await open(transaction, one, planeId, odooId));
    });
    await first.worked;
    const second = open(more.sql, other, planeId, odooId).then((ids) => opened.push(ids));
    await blocked(sql, 1);
    await Promise.all([first.commit(), second]);
    assert.equal(opened[0]?.length, 1);
    assert.deepEqual(opened[1], opened[0]);
    const rows = await sql`select origin, plane_id, odoo_id from plane.sync_mappings`;
    assert.deepEqual(rows.map((row) => ({ ...row })), [{ origin: side, plane_id: planeId, odoo_id: odooId }]);
  });
}

Deno.test("an intent has one side, not two and not none", async () => {
  await using database = await createTestDatabase();
  const held = await hold(database.sql, "a", "plane");
  await assert.rejects(open(database.sql, held, "a", "7"), { code: "22023" });
  await assert.rejects(open(database.sql, held, null, null), { code: "22023" });
});

Deno.test("two settlements that each hint the other's row do not lock each other out", async () => {
  await using database = await createTestDatabase();
  await using more = connect(database.url);
  const { sql } = database;
  const [one, other] = [await hold(sql, "a", "plane"), await hold(sql, "b", "plane")];
  const hinting = (held: ClaimedRow, id: string) => ({
    effects: [effect(held, { hints: [{ key: { side: "plane", type: "issue", id } }] })],
  });
  // Whoever comes first waits for this row, holding what it has locked by then.
  const gate = slowly(more.sql, async (transaction) => {
    await transaction`select 1 from plane.sync_queue order by id desc limit 1 for update`;
  });
  await gate.worked;
  const settlements = [settle(more.sql, one, "done", at(1), hinting(one, "b"))];
  await blocked(sql, 1);
  settlements.push(settle(more.sql, other, "done", at(1), hinting(other, "a")));
  await blocked(sql, 2);
  await gate.commit();
  assert.deepEqual(await Promise.all(settlements), [true, true]);
  for (const key of ["issue:a", "issue:b"]) assert.equal((await queueRow(sql, key))?.status, "pending");
});

/** A project whose partner in Odoo is made by settling with these effects. */
async function project(sql: Sql): Promise<{ held: ClaimedRow; effects: object[] }> {
  await deliver(sql, "p", at(0), { type: "project" });
  const held = await claimOne(sql, at(0));
  const [intent] = await sql<{ id: string }[]>`
    select id from plane.open_intent(${held.id}, ${held.fence}, 'project', 'p', 'p', 'project.project')`;
  const mapping = { odoo_id: "1", synced: true };
  return { held, effects: [effect(held, { mapping_id: intent?.id, mapping, created: true })] };
}

const waiting = (held: ClaimedRow) => ({
  next: at(300),
  reason: "waits_for_project",
  effects: [effect(held, { waits_for: ["project.project:1"] })],
});

Deno.test("an Odoo record that waits is woken as one of Odoo, by the Odoo name of what it waits for", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const child = await hold(sql, "7", "odoo");
  await settle(sql, child, "wait", at(1), waiting(child));
  const { held, effects } = await project(sql);
  await settle(sql, held, "done", at(3), { effects });
  const row = await queueRow(sql, "project.task:7");
  assert.deepEqual([row?.due, row?.source_system, row?.source_id], [at(3), "odoo", "7"]);
});

for (const first of ["project", "task"]) {
  Deno.test(`an Odoo task and its project settle at once, the ${first} a moment before: the task is due when both are through`, async () => {
    await using database = await createTestDatabase();
    await using more = connect(database.url);
    const { sql } = database;
    const { held, effects } = await project(sql);
    const child = await hold(sql, "7", "odoo");
    const settleProject = (by: Sql) => settle(by, held, "done", at(1), { effects });
    const settleTask = (by: Sql) => settle(by, child, "wait", at(1), waiting(child));
    const earlier = slowly(more.sql, first === "project" ? settleProject : settleTask);
    await earlier.worked;
    const later = slowly(more.sql, first === "project" ? settleTask : settleProject);
    await blocked(sql, 1);
    await Promise.all([earlier.commit(), later.commit()]);
    assert.equal((await queueRow(sql, "project.task:7"))?.due, at(1));
  });
}
