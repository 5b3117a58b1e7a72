/** Plane lists no labels and states of an archived project: what its work items carry must not look taken away. */
import assert from "node:assert/strict";
import { relatedId } from "../../shared/sync/lenses/lens.ts";
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

Deno.test("a task made while its Plane project is archived becomes one work item, with the state and label there are", async () => {
  await using scene = await planningScene();
  const { world, plane } = scene;
  const label = await scene.make("labels/", { name: "Fast" });
  const item = await scene.make("work-items/", { name: "Item", labels: [label] });
  await scene.arrive();
  const { tag_ids: tags, stage_id: stage, project_id: project } = await scene.task(
    item,
    "tag_ids",
    "stage_id",
    "project_id",
  );
  await plane.api("POST", `/projects/${scene.project}/archive/`);
  const [made = 0] = await world.odoo.create("project.task", [{
    name: "New",
    project_id: relatedId(project) ?? 0,
    stage_id: relatedId(stage) ?? 0,
    tag_ids: [[6, 0, tags as number[]]],
  }]);
  await world.hintOdoo("project.task", made);
  const [rests] = await world.sql`
    select status, last_error from plane.sync_queue where entity_key = ${"project.task:" + made}`;
  assert.deepEqual({ ...rests }, { status: "pending", last_error: "plane_forbidden" });
  await plane.api("DELETE", `/projects/${scene.project}/archive/`);
  await world.sql`update plane.sync_queue set next_attempt_at = now()`;
  await world.drain();
  const list = async (what: string) =>
    (await plane.api("GET", `/projects/${scene.project}/${what}/`)).results as Record<string, unknown>[];
  const found = (await list("work-items")).filter(({ name }) => name === "New");
  assert.deepEqual(found.map(({ labels }) => labels), [[label]]);
  assert.deepEqual([(await list("labels")).length, (await list("states")).length], [1, 5]);
});
