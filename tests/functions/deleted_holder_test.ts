/**
 * A cycle or module is deleted in Plane, which nothing announces, and somebody speaks of it before a sweep has missed it: Plane
 * then lists no work items for it, but none of them has left.
 */
import assert from "node:assert/strict";
import { planningScene } from "../support/planning_scene.ts";

Deno.test("the milestone of a deleted cycle stays on its tasks and is reached, whoever speaks of the cycle", async () => {
  await using scene = await planningScene();
  const [item, other] = [
    await scene.make("work-items/", { name: "first" }),
    await scene.make("work-items/", { name: "second" }),
  ];
  const hinted = await scene.make("cycles/", { name: "hinted", project_id: scene.project });
  const renamed = await scene.make("cycles/", { name: "renamed", project_id: scene.project });
  await scene.make(`cycles/${hinted}/cycle-issues/`, { issues: [item] });
  await scene.make(`cycles/${renamed}/cycle-issues/`, { issues: [other] });
  await scene.arrive();
  await scene.remove(`cycles/${hinted}/`);
  await scene.hint("cycle", hinted);
  // Its webhook is on its way when it is deleted.
  await scene.change(`cycles/${renamed}/`, { name: "renamed late" });
  await scene.plane.idle();
  await scene.remove(`cycles/${renamed}/`);
  await scene.arrive();
  await scene.world.drain();
  for (const [cycle, task] of [[hinted, item], [renamed, other]] as const) {
    const milestone = await scene.partner("cycle", cycle, ["name", "is_reached"]);
    const { milestone_id } = await scene.task(task, "milestone_id");
    assert.deepEqual([milestone_id, milestone.is_reached], [[milestone.id, milestone.name], true]);
  }
});

for (const moduleAs of ["tag", "parent_task"]) {
  Deno.test(`${moduleAs}: what the tasks of a deleted module have of it stays`, async () => {
    await using scene = await planningScene({ moduleAs });
    const item = await scene.make("work-items/", { name: "member" });
    const module = await scene.make("modules/", { name: "Checkout" });
    await scene.make(`modules/${module}/module-issues/`, { issues: [item] });
    await scene.arrive();
    await scene.hint("module", module);
    const before = await scene.task(item, "tag_ids", "parent_id");
    assert.notDeepEqual([before.tag_ids, before.parent_id], [[], false]);
    // The webhook is on its way when it is deleted.
    await scene.change(`modules/${module}/`, { description: "changed late" });
    await scene.plane.idle();
    await scene.remove(`modules/${module}/`);
    await scene.arrive();
    await scene.world.drain();
    assert.deepEqual(await scene.task(item, "tag_ids", "parent_id"), before);
  });
}
