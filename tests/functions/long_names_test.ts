/** Names of tags and stages may be longer in Odoo than Plane takes. */
import assert from "node:assert/strict";
import { editOdoo, inPlane, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});
const LONG = "x".repeat(300);

Deno.test("a tag and a stage with longer names than Plane takes become a label and a state with the beginning of them", async () => {
  const pair = await start();
  await using world = pair.world;
  const { id: project } = await world.partner("project", pair.project);
  const [tag] = await world.odoo.create("project.tags", [{ name: LONG }]);
  const [stage] = await world.odoo.create("project.task.type", [{
    name: LONG,
    project_ids: [[6, 0, [project]]],
  }]);
  await editOdoo(pair, { name: "Renamed", tag_ids: [[6, 0, [tag]]], stage_id: stage });
  await world.hintOdoo("project.task", pair.task);
  await world.arrive();
  assert.equal((await inPlane(pair)).name, "Renamed");
  for (const list of ["labels", "states"]) {
    const { results } = await pair.plane.api("GET", `/projects/${pair.project}/${list}/`);
    const names = (results as { name: string }[]).map(({ name }) => name);
    assert.equal(names.filter((name) => name === LONG.slice(0, 255)).length, 1, list);
  }
  // Seen again from Plane, they are the same.
  await pair.plane.api("PATCH", `/projects/${pair.project}/work-items/${pair.item}/`, { priority: "high" });
  await world.arrive();
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.tag_ids, Object(task.stage_id)[0]], [[tag], stage]);
});
