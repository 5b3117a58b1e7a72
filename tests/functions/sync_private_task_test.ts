/** A task that is taken out of its project in Odoo becomes somebody's own: it is in no column, and takes none. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, inPlane, stageId, startPairIn, stateName } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("a task taken out of its project goes on being synchronised, without its column", async () => {
  const pair = await start();
  await using world = pair.world;
  const before = await stateName(pair);
  await editOdoo(pair, { project_id: false, name: "My own" });
  await world.hintOdoo("project.task", pair.task);
  assert.deepEqual([(await inPlane(pair)).name, await stateName(pair)], ["My own", before]);

  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/states/`);
  const idOf = (name: string) =>
    (results as { id: string; name: string }[]).find((state) => state.name === name)?.id;
  await editPlane(pair, { priority: "high", state: idOf("Done") });
  await world.arrive();
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.priority, task.stage_id, task.state], ["2", false, "1_done"]);
  await editPlane(pair, { state: idOf("In Progress") });
  await world.arrive();
  assert.equal((await world.partner("issue", pair.item)).state, "01_in_progress");
  assert.deepEqual([...await world.sql`select entity_key from plane.sync_queue`], []);

  const { id: project } = await world.partner("project", pair.project);
  await editOdoo(pair, { project_id: project, stage_id: false });
  await world.hintOdoo("project.task", pair.task);
  const back = await world.partner("issue", pair.item);
  assert.deepEqual(back.stage_id, [await stageId(pair, "In Progress"), "In Progress"]);
});
