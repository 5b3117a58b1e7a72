/** Records deleted in Plane, with and without access to Plane's API. */
import assert from "node:assert/strict";
import { ISSUE, issueEnvelope, PROJECT, projectEnvelope } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

const deletedProject = (n: number) => ({ ...projectEnvelope(n, {}, "deleted"), data: { id: PROJECT } });
const deletedIssue = (n: number) => ({ ...issueEnvelope(n, {}, "deleted"), data: { id: ISSUE } });

async function startPair(world: SyncWorld): Promise<number> {
  await world.deliver(projectEnvelope(1));
  await world.drain();
  await world.deliver(issueEnvelope(2));
  await world.drain();
  return Number((await world.partner("issue", ISSUE)).id);
}

for (const withPlane of [false, true]) {
  const access = withPlane ? "with Plane's API" : "without Plane's API";

  Deno.test(`${access}, a project deleted in Plane is archived in Odoo, never deleted`, async () => {
    await using world = await createSyncWorld({ withPlane });
    await startPair(world);
    await world.deliver(deletedProject(3));
    await world.drain();
    assert.equal(world.sandboxOdoo.records("project.project")[0]?.active, false);
    assert(!world.sandboxOdoo.calls.some(({ method }) => method === "unlink"));
    const [mapping] = await world.sql`select status from plane.sync_mappings where plane_type = 'project'`;
    assert.equal(mapping?.status, "archived");
    assert.deepEqual([...await world.sql`select entity_key from plane.sync_queue`], []);
  });

  Deno.test(`${access}, a late update does not bring back what was deleted in Plane`, async () => {
    await using world = await createSyncWorld({ withPlane });
    await startPair(world);
    await world.deliver(deletedIssue(5));
    await world.drain();
    await world.deliver(issueEnvelope(4, { name: "Late" }, "updated"));
    await world.drain();
    const task = await world.partner("issue", ISSUE);
    assert.equal(task.active, false);
    assert.equal(task.name, "A work item");
    assert.deepEqual([...await world.sql`select entity_key from plane.sync_queue`], []);
  });
}

Deno.test("a record deleted before it had a partner is not made by an announcement that comes late", async () => {
  await using world = await createSyncWorld();
  await world.deliver(deletedProject(3));
  await world.drain();
  await world.deliver(projectEnvelope(1));
  await world.drain();
  assert.deepEqual(world.sandboxOdoo.records("project.project"), []);
  const tombstones = await world.sql`select plane_id, odoo_id, reason from plane.sync_tombstone`;
  assert.deepEqual([...tombstones], [{ plane_id: PROJECT, odoo_id: null, reason: "deleted_in_plane" }]);
});

Deno.test("a record taken for deleted that Plane still shows is made, and its tombstone goes", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const project = await world.plane?.api("POST", "/projects/", { name: "There", identifier: "THERE" });
  const id = String(project?.id);
  await world.sql`
    insert into plane.sync_tombstone (plane_type, plane_id, odoo_model, reason)
    values ('project', ${id}, 'project.project', 'deleted_in_plane')`;
  await world.deliver(projectEnvelope(1, { id }));
  await world.drain();
  assert.equal((await world.partner("project", id)).name, "There");
  assert.deepEqual([...await world.sql`select plane_id from plane.sync_tombstone`], []);
});

Deno.test("a record made by a worker that died is archived when Plane's is deleted", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world.sql`update plane.sync_mappings set odoo_id = null where plane_type = 'project'`;
  await world.deliver(deletedProject(3));
  await world.drain();
  assert.equal((await world.partner("project", PROJECT)).active, false);
  const [tombstone] = await world.sql`select reason from plane.sync_tombstone`;
  assert.equal(tombstone?.reason, "deleted_in_plane");
});

Deno.test("what somebody changed in a record whose maker died is not overwritten unseen", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.drain();
  const { id } = await world.partner("project", PROJECT);
  await world.sql`delete from plane.sync_snapshot`;
  await world.sql`update plane.sync_mappings set odoo_id = null`;
  await world.odoo.write("project.project", [id], { name: "Edited" });
  await world.deliver(projectEnvelope(2, {}, "updated"));
  await world.drain();
  assert.equal((await world.partner("project", PROJECT)).id, id);
  const [{ operation, changes } = {}] = await world
    .sql`select operation, changes from plane.sync_log order by id desc limit 1`;
  assert.equal(operation, "link");
  const side = { side: "odoo", base: null };
  assert.deepEqual(changes, [
    { field: "name", from: "Edited", to: "Website", why: "conflict_plane_won", ...side },
  ]);
});

Deno.test("a mapping to a record of another model is never taken for this pair's", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  const [task] = await world.odoo.create("project.task", [{ name: "Innocent" }]);
  await world.sql`
    update plane.sync_mappings set odoo_model = 'sale.order', odoo_id = ${
    String(task)
  } where plane_type = 'issue'`;
  await world.deliver(issueEnvelope(4, { name: "Order" }, "updated"));
  await world.drain();
  const names = world.sandboxOdoo.records("project.task").map(({ name }) => name);
  assert.deepEqual(names.sort(), ["A work item", "Innocent"]);
  const parked = await world.sql`select last_error from plane.sync_queue`;
  assert.deepEqual([...parked], [{ last_error: "paused" }]);
});

Deno.test("work items of a project deleted in Odoo are archived with a tombstone, not given up", async () => {
  await using world = await createSyncWorld();
  const task = await startPair(world);
  const project = await world.partner("project", PROJECT);
  await world.odoo.call("project.task", "unlink", { ids: [task] });
  await world.odoo.call("project.project", "unlink", { ids: [project.id] });
  await world.deliver(projectEnvelope(3, { name: "New" }, "updated"));
  await world.drain();
  await world.deliver(issueEnvelope(4, { name: "New" }, "updated"));
  await world.drain();
  const rows = await world.sql`select plane_id, reason from plane.sync_tombstone order by plane_id`;
  assert.deepEqual([...rows], [
    { plane_id: ISSUE, reason: "deleted_in_odoo" },
    { plane_id: PROJECT, reason: "deleted_in_odoo" },
  ]);
  assert.deepEqual([...await world.sql`select reason from plane.v_dead_letters`], []);
});
