/** What people say about what a module has become, or in its own project, stays in Odoo: Plane has no work item for it. */
import assert from "node:assert/strict";
import { type PlanningScene, planningScene } from "../support/planning_scene.ts";

async function say({ world }: PlanningScene, task: number): Promise<void> {
  const answer = await world.odoo.call("project.task", "message_post", {
    ids: [task],
    body: "Said here",
    message_type: "comment",
  });
  await world.hintOdoo("mail.message", Number(Array.isArray(answer) ? answer[0] : answer));
}

async function nothingWaits({ world }: PlanningScene): Promise<void> {
  const rows = await world.sql`select entity_key, status, last_error from plane.sync_queue`;
  assert.deepEqual(rows.map((row) => ({ ...row })), []);
}

Deno.test("a message on the task that stands for a module waits for nothing", async () => {
  await using scene = await planningScene({ moduleAs: "parent_task" });
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  await say(scene, (await scene.partner("module", id, ["name"])).id);
  await nothingWaits(scene);
});

Deno.test("a message on a task that people put into a module's own project waits for nothing", async () => {
  await using scene = await planningScene({ moduleAs: "project" });
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  const project = (await scene.partner("module", id, ["name"])).id;
  const [task = 0] = await scene.world.odoo.create("project.task", [{ name: "Ours", project_id: project }]);
  await say(scene, task);
  await nothingWaits(scene);
});
