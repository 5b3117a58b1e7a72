/** Entities parked by configuration, and what lets them go. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import {
  at,
  claim,
  type ClaimedRow,
  claimOne,
  deliver,
  queueRow,
  settle,
  type Sql,
} from "../support/queue.ts";

async function claimed(sql: Sql, id: string, type = "issue"): Promise<ClaimedRow> {
  await deliver(sql, id, at(0), { type });
  return await claimOne(sql, at(0));
}

async function park(sql: Sql, id: string, type = "issue"): Promise<void> {
  await settle(sql, await claimed(sql, id, type), "park", at(0), { reason: "paused" });
}

async function isParked(sql: Sql, entityKey: string): Promise<boolean> {
  return (await queueRow(sql, entityKey))?.due === "infinity";
}

const enableIssues = (sql: Sql) =>
  sql`update plane.sync_config set enabled = true where plane_type = 'issue' and odoo_model = 'project.task'`;

Deno.test("a change of the configuration lets go what is parked of that kind, and nothing else", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await park(sql, "a");
  await park(sql, "p", "project");
  await enableIssues(sql);
  assert.equal(await isParked(sql, "issue:a"), false);
  assert.equal(await isParked(sql, "project:p"), true);
});

Deno.test("a new row of the configuration does so too", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await park(sql, "a", "page");
  await sql`insert into plane.sync_config (plane_type, odoo_model) values ('page', 'knowledge.article')`;
  assert.equal(await isParked(sql, "page:a"), false);
});

Deno.test("an entity at work while the configuration changes is not parked by what it had read before", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const held = await claimed(sql, "a");
  await enableIssues(sql);
  await settle(sql, held, "park", at(1), { reason: "paused" });
  assert.equal((await queueRow(sql, "issue:a"))?.due, at(1));
});

Deno.test("a change of the configuration leaves leases and resting entities alone", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await settle(sql, await claimed(sql, "resting"), "retry", at(0), { next: at(90), reason: "odoo_timeout" });
  await claimed(sql, "working");
  await enableIssues(sql);
  assert.equal((await queueRow(sql, "issue:resting"))?.due, at(90));
  const working = await queueRow(sql, "issue:working");
  assert.deepEqual([working?.status, working?.due], ["processing", at(0)]);
  assert.deepEqual(await claim(sql, at(59)), [], "its lease still holds");
});

for (
  const [how, change] of [
    ["resumed", (sql: Sql) => sql`update plane.sync_mappings set status = 'active' where plane_id = 'a'`],
    ["deleted", (sql: Sql) => sql`delete from plane.sync_mappings where plane_id = 'a'`],
  ] as const
) {
  Deno.test(`a mapping that is ${how} lets its entity go, parked or at work`, async () => {
    await using database = await createTestDatabase();
    const { sql } = database;
    const pause = () =>
      sql`
        insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id, status)
        values ('issue', 'a', 'project.task', '1', 'paused'), ('issue', 'b', 'project.task', '2', 'paused')
        on conflict (plane_type, plane_id) do update set status = 'paused'`;
    await pause();
    await park(sql, "a");
    await park(sql, "b");
    await change(sql);
    assert.equal(await isParked(sql, "issue:a"), false);
    assert.equal(await isParked(sql, "issue:b"), true, "the other mapping is still paused");

    await sql`delete from plane.sync_queue where entity_key = 'issue:a'`;
    await pause();
    const held = await claimed(sql, "a");
    await change(sql);
    await settle(sql, held, "park", at(1), { reason: "paused" });
    assert.equal(await isParked(sql, "issue:a"), false);
  });
}

Deno.test("who was parked while a long transaction was changing the configuration is found by the hourly purge", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`update plane.sync_config set enabled = false where plane_type = 'issue'`;
  await sql.begin(async (change) => {
    await enableIssues(change);
    // Queued, claimed and parked by what everybody else still reads.
    await park(sql, "a");
  });
  assert.equal(await isParked(sql, "issue:a"), true);
  await sql`select plane.purge()`;
  assert.equal(await isParked(sql, "issue:a"), false);
});

Deno.test("the purge lets go what Odoo began, and pairs that only go to Plane, as soon as they are switched on", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`update plane.sync_config set direction = 'odoo_to_plane' where odoo_model = 'project.task'`;
  await deliver(sql, "7", at(0), { source: "odoo", type: "project.task" });
  await settle(sql, await claimOne(sql, at(0)), "park", at(0), { reason: "paused" });
  await park(sql, "a");
  await deliver(sql, "8", at(0), { source: "odoo", type: "sale.order" });
  await settle(sql, await claimOne(sql, at(0)), "park", at(0), { reason: "paused" });
  await sql`select plane.purge()`;
  assert.equal(await isParked(sql, "project.task:7"), false);
  assert.equal(await isParked(sql, "issue:a"), false);
  assert.equal(await isParked(sql, "sale.order:8"), true, "that pair is off");
});

Deno.test("the purge leaves alone what is parked for good reason", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id, status)
    values ('issue', 'paused', 'project.task', '1', 'paused'), ('issue', null, 'project.task', '2', 'paused')`;
  await park(sql, "paused");
  await deliver(sql, "2", at(0), { source: "odoo", type: "project.task" });
  await settle(sql, await claimOne(sql, at(0)), "park", at(0), { reason: "paused" });
  await sql`update plane.sync_config set enabled = false where plane_type = 'cycle'`;
  await park(sql, "c", "cycle");
  await sql`select plane.purge()`;
  assert.equal(await isParked(sql, "issue:paused"), true);
  assert.equal(await isParked(sql, "project.task:2"), true, "an intent of Odoo's side is paused too");
  assert.equal(await isParked(sql, "cycle:c"), true);
});
