/** Cycles and modules, whose members come and go without a word. */
import assert from "node:assert/strict";
import { createSweepWorld, WATERMARKS } from "../support/sweep_world.ts";

/** Cycles are read for their own sake only once in a while. */
const UNASKED = { ...WATERMARKS, cyclesMs: 300_000 };

async function startScene() {
  const scene = await createSweepWorld();
  const { world, plane } = scene;
  await world.sql`update plane.sync_config set enabled = true where plane_type in ('cycle', 'module')`;
  const project = String(
    (await plane.api("POST", "/projects/", {
      name: "Website",
      identifier: "WEB",
      cycle_view: true,
      module_view: true,
    })).id,
  );
  await world.arrive();
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id);
  await world.arrive();
  await scene.sweep();
  return { scene, project, item };
}

Deno.test("a cycle made while no webhook came, and who is put into it, are in Odoo after a sweep", async () => {
  const { scene, project, item } = await startScene();
  await using _ = scene;
  const { plane, world } = scene;
  const values = { name: "Sprint 1", project_id: project };
  const cycle = String((await plane.api("POST", `/projects/${project}/cycles/`, values)).id);
  await scene.sweep(UNASKED);
  assert.deepEqual(world.sandboxOdoo.records("project.milestone"), [], "nothing has touched an item");
  await plane.api("POST", `/projects/${project}/cycles/${cycle}/cycle-issues/`, { issues: [item] });
  await scene.sweep(UNASKED);
  const [milestone] = world.sandboxOdoo.records("project.milestone");
  assert.equal(milestone?.name, "Sprint 1");
  const [task] = world.sandboxOdoo.records("project.task");
  assert.deepEqual(task?.milestone_id, [milestone?.id, "Sprint 1"]);
});

Deno.test("who joins a module that has not changed is found at the next sweep", async () => {
  const { scene, project, item } = await startScene();
  await using _ = scene;
  const { plane, world } = scene;
  const values = { name: "Checkout" };
  const module = String((await plane.api("POST", `/projects/${project}/modules/`, values)).id);
  await scene.sweep(UNASKED);
  await plane.api("POST", `/projects/${project}/modules/${module}/module-issues/`, { issues: [item] });
  await scene.sweep(UNASKED);
  const tags = world.sandboxOdoo.records("project.tags").filter(({ name }) => name === "Website / Checkout");
  assert.equal(tags.length, 1);
  const [task] = world.sandboxOdoo.records("project.task");
  assert.deepEqual(task?.tag_ids, [tags[0]?.id]);
});

Deno.test("looking at a module again and again is no sign of a silent webhook", async () => {
  const { scene, project } = await startScene();
  await using _ = scene;
  await scene.plane.api("POST", `/projects/${project}/modules/`, { name: "Checkout" });
  await scene.world.arrive();
  scene.aheadMs = 3_600_000;
  await scene.world.sql`delete from plane.webhook_delivery where entity_type = 'module'`;
  const report = await scene.sweep(UNASKED);
  assert.deepEqual([report.hints, report.unannounced], [1, 0]);
});
