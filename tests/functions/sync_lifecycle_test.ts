/** Deletion, links, pauses: what happens to a pair besides changes of its fields. */
import assert from "node:assert/strict";
import { requestSync } from "../../shared/store/operators/manual.ts";
import { ISSUE, issueEnvelope, label, person, projectEnvelope } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

async function startPair(world: SyncWorld): Promise<number> {
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2));
  await world.drain();
  return Number((await world.partner("issue", ISSUE)).id);
}

Deno.test("a record deleted in Odoo is not made again by an update in Plane", async () => {
  await using world = await createSyncWorld();
  const task = await startPair(world);
  await world.odoo.call("project.task", "unlink", { ids: [task] });
  for (const n of [3, 4]) {
    await world.deliver(issueEnvelope(n, { name: `Update ${n}` }, "updated"));
    await world.drain();
  }
  assert.deepEqual(world.sandboxOdoo.records("project.task"), []);
  const [mapping] = await world
    .sql`select status, last_error from plane.sync_mappings where plane_type = 'issue'`;
  assert.deepEqual({ ...mapping }, { status: "archived", last_error: "partner_deleted" });
  const [event] = await world
    .sql`select count(*)::int as times from ops.events where event_type = 'partner_deleted'`;
  assert.equal(event?.times, 1);
});

Deno.test("deleting a mapping and synchronising again links the same record", async () => {
  await using world = await createSyncWorld();
  const task = await startPair(world);
  await world.sql`delete from plane.sync_mappings where source_id = ${ISSUE}`;
  await world.deliver(issueEnvelope(3, { name: "After the clearing" }, "updated"));
  await world.drain();
  const partner = await world.partner("issue", ISSUE);
  assert.equal(partner.id, task);
  assert.equal(partner.name, "After the clearing");
  assert.equal(world.sandboxOdoo.records("project.task").length, 1);
  assert.deepEqual([...await world.sql`select plane_id from plane.sync_tombstone`], []);
});

Deno.test("deleting a mapping never resurrects a record deleted in Odoo", async () => {
  await using world = await createSyncWorld();
  const task = await startPair(world);
  await world.odoo.call("project.task", "unlink", { ids: [task] });
  await world.sql`delete from plane.sync_mappings where source_id = ${ISSUE}`;
  await world.deliver(issueEnvelope(3, {}, "updated"));
  await world.drain();
  assert.deepEqual(world.sandboxOdoo.records("project.task"), []);
});

Deno.test("changes of a pair that is switched off wait and arrive when it is switched on", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world
    .sql`update plane.sync_config set enabled = false where plane_type = 'issue' and odoo_model = 'project.task'`;
  await world.deliver(issueEnvelope(3, { name: "While off" }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "A work item");
  await world
    .sql`update plane.sync_config set enabled = true where plane_type = 'issue' and odoo_model = 'project.task'`;
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "While off");
});

Deno.test("changes of a paused mapping wait and arrive when it is resumed", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world.sql`update plane.sync_mappings set status = 'paused' where plane_type = 'issue'`;
  await world.deliver(issueEnvelope(3, { name: "While paused" }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "A work item");
  await world.sql`update plane.sync_mappings set status = 'active' where plane_type = 'issue'`;
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "While paused");
});

Deno.test("with odoo_wins a field changed on both sides keeps Odoo's value, and the log has both", async () => {
  await using world = await createSyncWorld();
  const task = await startPair(world);
  await world.sql`update plane.sync_config set conflict_resolution = 'odoo_wins' where plane_type = 'issue'`;
  await world.odoo.write("project.task", [task], { name: "Odoo's" });
  await world.deliver(issueEnvelope(3, { name: "Plane's", priority: "high" }, "updated"));
  await world.drain();
  const partner = await world.partner("issue", ISSUE);
  assert.equal(partner.name, "Odoo's");
  assert.equal(partner.priority, "2", "other fields go on");
  const [{ changes } = { changes: [] }] = await world.sql<{ changes: { field: string }[] }[]>`
    select changes from plane.sync_log order by id desc limit 1`;
  assert.deepEqual(changes.find(({ field }) => field === "name"), {
    field: "name",
    from: "Odoo's",
    to: "Plane's",
    why: "kept",
    side: "odoo",
    base: "A work item",
  });
});

Deno.test("with latest_wins the value that gave way is kept in the log", async () => {
  await using world = await createSyncWorld();
  const task = await startPair(world);
  await world.odoo.write("project.task", [task], { name: "Odoo's" });
  await world.deliver(issueEnvelope(3, { name: "Plane's" }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "Plane's");
  const [{ changes } = { changes: [] }] = await world.sql<{ changes: object[] }[]>`
    select changes from plane.sync_log order by id desc limit 1`;
  assert.deepEqual(changes, [{
    field: "name",
    side: "odoo",
    from: "Odoo's",
    to: "Plane's",
    why: "conflict_plane_won",
    base: "A work item",
  }]);
});

Deno.test("a refusal by Odoo becomes a dead letter with its reason and is shown on the mapping", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world
    .sql`update plane.sync_config set field_mappings = field_mappings || '{"target_date": "name"}' where plane_type = 'issue'`;
  await world.deliver(issueEnvelope(3, { target_date: "2026-12-01", priority: "high" }, "updated"));
  await world.drain();
  assert.equal(
    (await world.partner("issue", ISSUE)).priority,
    "2",
    "a field that cannot be mapped pauses only itself",
  );
});

Deno.test("a pause set while a worker is at it holds", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world.deliver(issueEnvelope(3, { name: "During" }, "updated"));
  const settled = world.drain();
  await world.sql`update plane.sync_mappings set status = 'paused' where plane_type = 'issue'`;
  await settled;
  const [mapping] = await world.sql`select status from plane.sync_mappings where plane_type = 'issue'`;
  assert.equal(mapping?.status, "paused");
});

Deno.test("a person or label a payload names twice is one", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(
    issueEnvelope(2, { labels: [label(1, "Bug"), label(1, "Bug")], assignees: [person(1), person(1)] }),
  );
  await world.drain();
  assert.equal(((await world.partner("issue", ISSUE)).tag_ids as number[]).length, 1);
});

Deno.test("a hint about a work item whose project nobody knows is given up with that reason", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  await world.deliver({ event: "issue.updated", data: { id: ISSUE } });
  await world.drain();
  const dead = await world.sql`select reason from plane.v_dead_letters`;
  assert.deepEqual([...dead], [{ reason: "project_unknown" }]);
});

Deno.test("a record that is asked for by hand is due now, unless it rests after an unknown outcome", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  const dueAfter = async (reason: string) => {
    await world.deliver(issueEnvelope(3, { name: reason }, "updated"));
    await world
      .sql`update plane.sync_queue set next_attempt_at = now() + interval '1 hour', last_error = ${reason}`;
    await requestSync(world.sql, { entity: { source: "plane", type: "issue", id: ISSUE } });
    const [row] = await world.sql`select next_attempt_at <= clock_timestamp() as due from plane.sync_queue`;
    await world.sql`delete from plane.sync_queue`;
    return row?.due;
  };
  assert.equal(await dueAfter("odoo_unreachable"), true);
  assert.equal(await dueAfter("outcome_unknown"), false);
});
