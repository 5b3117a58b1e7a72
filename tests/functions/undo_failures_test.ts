/** Taking back while a side fails or refuses, or has lost the record: nothing is logged twice, and nothing is left half done. */
import assert from "node:assert/strict";
import { editPlane, type Pair, startPairIn, type Values } from "../support/both_ways/pair.ts";
import { logOf, takeBack } from "../support/undo.ts";

const start = startPairIn({});

async function fromPlane(pair: Pair, values: Values): Promise<void> {
  await editPlane(pair, values);
  await pair.world.arrive();
}

Deno.test("a pair whose work item was deleted without a word ends when something of it is to be taken back", async () => {
  const pair = await start();
  await using world = pair.world;
  await fromPlane(pair, { priority: "urgent" });
  await pair.plane.api("DELETE", `/projects/${pair.project}/work-items/${pair.item}/`);
  await takeBack(world, await logOf(world, "priority"));
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.active, task.priority], [false, "3"]);
  const queued = await world.sql`select status, last_error from plane.sync_queue`;
  assert.deepEqual([...queued], []);
  const [mapping] = await world.sql`select status from plane.sync_mappings where plane_id = ${pair.item}`;
  assert.equal(mapping?.status, "archived");
});
