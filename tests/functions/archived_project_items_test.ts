/** Plane lists no labels and states of an archived project: what its work items carry must not look taken away. */
import assert from "node:assert/strict";
import { planningScene } from "../support/planning_scene.ts";

Deno.test("a task whose Plane project is archived keeps its labels when it is edited, and its edit arrives afterwards", async () => {
  await using scene = await planningScene();
  const { world, plane } = scene;
  const label = await scene.make("labels/", { name: "Fast" });
  const item = await scene.make("work-items/", { name: "Item", labels: [label] });
  await scene.arrive();
  const { id, tag_ids: tags } = await scene.task(item, "tag_ids");
  assert.equal((tags as number[]).length, 1);
  await plane.api("POST", `/projects/${scene.project}/archive/`);
  await world.odoo.write("project.task", [id], { name: "Renamed" });
  await world.hintOdoo("project.task", id);
  await world.drain();
  assert.deepEqual((await scene.task(item, "tag_ids")).tag_ids, tags);
  const [rests] = await world.sql`select status, last_error from plane.sync_queue where entity_key = ${
    "issue:" + item
  }`;
  assert.deepEqual({ ...rests }, { status: "pending", last_error: "plane_forbidden" });
  await plane.api("DELETE", `/projects/${scene.project}/archive/`);
  await world.sql`update plane.sync_queue set next_attempt_at = now()`;
  await world.drain();
  const { name } = await plane.api("GET", `/projects/${scene.project}/work-items/${item}/`);
  assert.equal(name, "Renamed");
  assert.deepEqual((await scene.task(item, "tag_ids")).tag_ids, tags);
});
