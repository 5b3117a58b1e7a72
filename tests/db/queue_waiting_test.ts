/** Children wait for their parents, and no order of events leaves one waiting for a parent that is there. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import {
  at,
  type ClaimedRow,
  claimOne,
  deliver,
  effect,
  openIntent,
  queueRow,
  settle,
  type Sql,
} from "../support/queue.ts";
import { blocked, connect, slowly } from "../support/queue_races.ts";

async function hold(sql: Sql, type: "issue" | "project", id: string): Promise<ClaimedRow> {
  await deliver(sql, id, at(0), { type });
  return await claimOne(sql, at(0));
}

/** The settlement of a record whose partner was just made. */
async function made(
  sql: Sql,
  held: ClaimedRow,
  type: "issue" | "project",
  odooId: string,
): Promise<object[]> {
  const mapping = await openIntent(sql, held, type, held.source_id);
  return [effect(held, { mapping_id: mapping, mapping: { odoo_id: odooId, synced: true }, created: true })];
}

function waiting(held: ClaimedRow, parent: string): object[] {
  return [effect(held, { waits_for: [parent] })];
}

Deno.test("a child without project waits, and is due the moment the project is made", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const child = await hold(sql, "issue", "child");
  const effects = waiting(child, "project:p");
  await settle(sql, child, "wait", at(1), { next: at(301), reason: "waits_for_project", effects });
  assert.equal((await queueRow(sql, "issue:child"))?.due, at(301));

  const project = await hold(sql, "project", "p");
  await settle(sql, project, "done", at(2), { effects: await made(sql, project, "project", "1") });
  assert.equal((await queueRow(sql, "issue:child"))?.due, at(2));
  assert.deepEqual([...await sql`select 1 from plane.sync_waiting`], []);
});

Deno.test("a child that was settled without its parent gets a hint when the parent is made", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const child = await hold(sql, "issue", "child");
  await settle(sql, child, "done", at(1), { effects: waiting(child, "issue:parent") });
  assert.equal(await queueRow(sql, "issue:child"), undefined);

  const parent = await hold(sql, "issue", "parent");
  await settle(sql, parent, "done", at(2), { effects: await made(sql, parent, "issue", "1") });
  assert.equal((await queueRow(sql, "issue:child"))?.status, "pending");
});

Deno.test("waking does not disturb a child that rests for another reason", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const child = await hold(sql, "issue", "child");
  const effects = waiting(child, "issue:parent");
  await settle(sql, child, "retry", at(1), { next: at(91), reason: "odoo_timeout", effects });
  const parent = await hold(sql, "issue", "parent");
  await settle(sql, parent, "done", at(2), { effects: await made(sql, parent, "issue", "1") });
  const row = await queueRow(sql, "issue:child");
  assert.deepEqual([row?.due, row?.generation], [at(91), "2"]);
});

Deno.test("the parent was made while its child was at work: the child does not wait at all", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const parent = await hold(sql, "project", "p");
  const child = await hold(sql, "issue", "child");
  await settle(sql, parent, "done", at(1), { effects: await made(sql, parent, "project", "1") });
  const effects = waiting(child, "project:p");
  await settle(sql, child, "wait", at(2), { next: at(302), reason: "waits_for_project", effects });
  assert.equal((await queueRow(sql, "issue:child"))?.due, at(2));
});

Deno.test("an effect of a lost lease wakes nobody", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const child = await hold(sql, "issue", "child");
  await settle(sql, child, "done", at(1), { effects: waiting(child, "project:p") });
  const former = await hold(sql, "project", "p");
  const effects = await made(sql, former, "project", "1");
  await claimOne(sql, at(60));
  await settle(sql, former, "done", at(61), { effects });
  assert.equal(await queueRow(sql, "issue:child"), undefined);
});

for (const first of ["parent", "child"] as const) {
  Deno.test(`both settle at once, the ${first} a moment before: the child is due when both are through`, async () => {
    await using database = await createTestDatabase();
    await using more = connect(database.url);
    const { sql } = database;
    const parent = await hold(sql, "project", "p");
    const child = await hold(sql, "issue", "child");
    const effects = await made(sql, parent, "project", "1");
    const settleParent = (by: Sql) => settle(by, parent, "done", at(1), { effects });
    const settleChild = (by: Sql) =>
      settle(by, child, "wait", at(1), {
        next: at(301),
        reason: "waits_for_project",
        effects: waiting(child, "project:p"),
      });

    const earlier = slowly(more.sql, first === "parent" ? settleParent : settleChild);
    await earlier.worked;
    const later = slowly(more.sql, first === "parent" ? settleChild : settleParent);
    await blocked(sql, 1);
    await Promise.all([earlier.commit(), later.commit()]);
    assert.equal((await queueRow(sql, "issue:child"))?.due, at(1));
  });
}

Deno.test("a parent that is made and its child that waits once more do not lock each other out", async () => {
  await using database = await createTestDatabase();
  await using more = connect(database.url);
  const { sql } = database;
  const before = await hold(sql, "issue", "child");
  await settle(sql, before, "done", at(0), { effects: waiting(before, "issue:parent") });
  // Now the child is known to wait, and is at work again: the parent's settle wants to leave a hint in its row.
  const child = await hold(sql, "issue", "child");
  const parent = await hold(sql, "issue", "parent");
  const effects = await made(sql, parent, "issue", "1");

  const gate = slowly(more.sql, async (transaction) => {
    await transaction`select pg_advisory_xact_lock(hashtextextended('issue:parent', 0))`;
  });
  await gate.worked;
  const parentSettles = slowly(
    more.sql,
    (transaction) => settle(transaction, parent, "done", at(1), { effects }),
  );
  await blocked(sql, 1);
  const childSettles = slowly(
    more.sql,
    (transaction) => settle(transaction, child, "done", at(1), { effects: waiting(child, "issue:parent") }),
  );
  await blocked(sql, 2);
  await Promise.all([gate.commit(), parentSettles.commit(), childSettles.commit()]);
  assert.equal((await queueRow(sql, "issue:child"))?.status, "pending");
});
