/** A record is deleted while something of its pair is taken back: what was written by then is nobody's edit, and is in the log. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";
import { logOf, orderToTakeBack, takeBack } from "../support/undo.ts";

const start = startPairIn({});

/** Right before the undo's way back to Plane. */
function deleteItemMeanwhile({ world, plane, project, item }: Pair, besides = () => Promise.resolve()): void {
  world.beforePlaneWrite = async () => {
    await plane.api("DELETE", `/projects/${project}/work-items/${item}/`);
    await besides();
  };
}

/** `[side, from, to]` of what the log says was taken back, oldest first. */
async function undoneOf({ world }: Pair): Promise<unknown[]> {
  const rows = await world.sql<{ side: string; from: unknown; to: unknown }[]>`
    select c ->> 'side' as side, c -> 'from' as "from", c -> 'to' as "to"
    from plane.sync_log l, jsonb_array_elements(l.changes) with ordinality as o (c, place)
    where l.success and c ->> 'why' = 'undone' and c ->> 'undoes' is not null order by l.id, place`;
  return rows.map(({ side, from, to }) => [side, from, to]);
}

/** What may have been taken back on a side, as far as anybody can tell. */
async function unknownOn({ world }: Pair, side: string): Promise<unknown[]> {
  return [
    ...await world.sql`
    select c from plane.sync_log l, jsonb_array_elements(l.changes) as o (c)
    where l.error_message = 'outcome_unknown' and c ->> 'side' = ${side}`,
  ];
}

async function problems({ world }: Pair): Promise<unknown[]> {
  const rows = await world.sql<{ error_message: string }[]>`
    select error_message from plane.sync_log where error_message in ('unseen_edits', 'partner_deleted')`;
  return rows.map(({ error_message }) => error_message);
}

Deno.test("a task ends with its work item although something of it was just taken back there", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  deleteItemMeanwhile(pair);
  await takeBack(world, await logOf(world, "priority"));
  await world.hintOdoo("project.task", pair.task);
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.active, task.priority], [false, "0"]);
  assert.deepEqual(await undoneOf(pair), [["odoo", "3", "0"]]);
  assert.deepEqual(await unknownOn(pair, "odoo"), [], "it was found");
  assert.deepEqual(await problems(pair), []);
});

Deno.test("a task is kept for what somebody else edits there while its work item is deleted", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  deleteItemMeanwhile(pair, () => editOdoo(pair, { name: "still needed" }));
  await takeBack(world, await logOf(world, "priority"));
  await world.hintOdoo("project.task", pair.task);
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.active, task.priority, task.name], [true, "0", "still needed"]);
  assert.deepEqual(await undoneOf(pair), [["odoo", "3", "0"]]);
  assert.deepEqual(await problems(pair), ["unseen_edits"]);
});

Deno.test("a task is kept where somebody has set another value than was to be taken back", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  deleteItemMeanwhile(pair, () => editOdoo(pair, { priority: "2" }));
  await takeBack(world, await logOf(world, "priority"));
  await world.hintOdoo("project.task", pair.task);
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.active, task.priority], [true, "2"]);
  assert.deepEqual(await undoneOf(pair), []);
  assert.deepEqual(await problems(pair), ["unseen_edits"]);
});

Deno.test("a work item ends with its task although something of it was just taken back there", async () => {
  const pair = await start();
  await using world = pair.world;
  await editOdoo(pair, { priority: "3" });
  await world.hintOdoo("project.task", pair.task);
  world.beforePlaneWrite = async () => {
    await world.odoo.call("project.task", "unlink", { ids: [pair.task] });
  };
  await takeBack(world, await logOf(world, "priority"));
  await world.hintOdoo("project.task", pair.task);
  const item = world.plane?.world.workItems.get(pair.item);
  assert.deepEqual([typeof item?.archived_at, item?.priority], ["string", "none"]);
  assert.deepEqual(await undoneOf(pair), [["plane", "urgent", "none"]]);
  assert.deepEqual(await problems(pair), ["partner_deleted"]);
});

Deno.test("an order that is given while the end of its pair is under way is not open for ever", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  const log = await logOf(world, "priority");
  world.beforePlaneWrite = async () => {
    const { undoing } = await orderToTakeBack(world, log);
    assert.deepEqual(undoing.map(({ field }) => field), ["priority"]);
  };
  await world.odoo.call("project.task", "unlink", { ids: [pair.task] });
  await world.hintOdoo("project.task", pair.task);
  await world.drain();
  assert.deepEqual([...await world.sql`select field, status from plane.sync_conflict`], [
    { field: "priority", status: "gone" },
  ]);
  assert.deepEqual([
    ...await world.sql`select status, last_error from plane.sync_mappings where plane_id = ${pair.item}`,
  ], [
    { status: "archived", last_error: "partner_deleted" },
  ], "why the pair has ended stays to be seen");
});
