/** States and stages over time: renamed, shared, switched off. */
import assert from "node:assert/strict";
import { ISSUE, issueEnvelope, PROJECT, projectEnvelope, STATES } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

const stages = (world: SyncWorld) => world.sandboxOdoo.records("project.task.type");
const searches = (world: SyncWorld) =>
  world.sandboxOdoo.calls.filter(({ model }) => model === "project.task.type").length;

async function startItem(world: SyncWorld): Promise<void> {
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { state: STATES.started }));
  await world.drain();
}

Deno.test("a state renamed in Plane renames its stage, once, and costs nothing afterwards", async () => {
  await using world = await createSyncWorld();
  await startItem(world);
  const renamed = { ...STATES.started, name: "Doing" };
  await world.deliver(issueEnvelope(3, { state: renamed, name: "First" }, "updated"));
  await world.drain();
  assert.deepEqual(stages(world).map(({ name }) => name), ["Doing"]);
  const asked = searches(world);
  await world.deliver(issueEnvelope(4, { state: renamed, name: "Second" }, "updated"));
  await world.drain();
  assert.equal(searches(world), asked);
});

Deno.test("a stage somebody has renamed in Odoo keeps that name", async () => {
  await using world = await createSyncWorld();
  await startItem(world);
  await world.odoo.write("project.task.type", [Number(stages(world)[0]?.id)], { name: "Ours" });
  await world.deliver(
    issueEnvelope(3, { state: { ...STATES.started, name: "Doing" }, name: "Other" }, "updated"),
  );
  await world.drain();
  assert.deepEqual(stages(world).map(({ name }) => name), ["Ours"]);
  assert.equal(((await world.partner("issue", ISSUE)).stage_id as unknown[])[1], "Ours");
});

Deno.test("a stage that other projects use too stays in them when its match was forgotten", async () => {
  await using world = await createSyncWorld();
  await startItem(world);
  const stage = Number(stages(world)[0]?.id);
  const [other] = await world.odoo.create("project.project", [{ name: "Other" }]);
  const own = Number((await world.partner("project", PROJECT)).id);
  await world.odoo.write("project.task.type", [stage], {
    name: "Shared",
    project_ids: [[6, 0, [Number(other)]]],
  });
  await world.sql`delete from plane.sync_value_map`;
  await world.deliver(
    issueEnvelope(3, { state: { ...STATES.started, name: "Doing" }, name: "Other" }, "updated"),
  );
  await world.drain();
  assert.deepEqual([...stages(world)[0]?.project_ids as number[]].sort(), [own, Number(other)].sort());
});

Deno.test("with states switched off a new project gets no stages", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  await world
    .sql`update plane.sync_config set field_mappings = field_mappings - 'state' where plane_type = 'issue'`;
  await world.plane?.api("POST", "/projects/", { name: "Plain", identifier: "PLAIN" });
  await world.arrive();
  assert.deepEqual(stages(world), []);
  assert.equal(world.sandboxOdoo.records("project.project").length, 1);
});

Deno.test("a task that was made in no column gets that of its item, although nobody announces the item", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const [project] = await world.odoo.create("project.project", [{ name: "No columns" }]);
  await world.hintOdoo("project.project", Number(project));
  const [task] = await world.odoo.create("project.task", [{ name: "Nowhere", project_id: Number(project) }]);
  const column = async () =>
    (await world.odoo.read("project.task", [Number(task)], ["stage_id"]))[0]?.stage_id;
  assert.equal(await column(), false);
  await world.hintOdoo("project.task", Number(task));
  assert.deepEqual(await column(), [stages(world)[0]?.id, "Backlog"]);
});
