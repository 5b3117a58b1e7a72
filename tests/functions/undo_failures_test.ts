/** Taking back while a side fails or refuses, or has lost the record: nothing is logged twice, and nothing is left half done. */
import assert from "node:assert/strict";
import {
  editOdoo,
  editPlane,
  inPlane,
  type Pair,
  startPairIn,
  type Values,
} from "../support/both_ways/pair.ts";
import { givenUp, logOf, lookAgain, orderToTakeBack, takeBack } from "../support/undo.ts";

const start = startPairIn({});

async function fromPlane(pair: Pair, values: Values): Promise<void> {
  await editPlane(pair, values);
  await pair.world.arrive();
}

/** The next changes sent to Plane are answered with a failure that says nothing about their effect; they have none. */
function breakPlane({ world }: Pick<Pair, "world">, times: number): void {
  world.beforePlaneWrite = () => {
    world.plane?.faults.next({ kind: "status", status: 500 });
    if (times > 1) breakPlane({ world }, times - 1);
    return Promise.resolve();
  };
}

/** Somebody edits the task once it was taken back there, and the change that is then sent to Plane fails. */
function meanwhileInOdoo(pair: Pair, values: Values): void {
  pair.world.beforePlaneWrite = async () => {
    await editOdoo(pair, values);
    // Odoo's stamps are whole seconds: as if all this had taken longer than one.
    await pair.world
      .sql`update plane.sync_attempt set stamp = stamp - interval '1 second' where side = 'odoo'`;
    pair.world.plane?.faults.next({ kind: "status", status: 500 });
  };
}

/** Writes whose outcome nobody has settled. */
async function notes({ world }: Pair): Promise<unknown[]> {
  return [...await world.sql`select side, changes from plane.sync_attempt`];
}

/** `[side, from, to]` of what the log says was taken back of a field, oldest first. */
async function undoneOf({ world }: Pair, field: string): Promise<unknown[]> {
  const rows = await world.sql<{ side: string; from: unknown; to: unknown }[]>`
    select c ->> 'side' as side, c -> 'from' as "from", c -> 'to' as "to"
    from plane.sync_log l, jsonb_array_elements(l.changes) with ordinality as o (c, place)
    where c ->> 'field' = ${field} and c ->> 'why' = 'undone' order by l.id, place`;
  return rows.map(({ side, from, to }) => [side, from, to]);
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
  const [order] = await world.sql`select status from plane.sync_conflict`;
  assert.equal(order?.status, "gone", "nothing is left that could be taken back");
});

Deno.test("what was taken back in Odoo is logged once, however often Plane fails after it", async () => {
  const pair = await start();
  await using world = pair.world;
  await fromPlane(pair, { priority: "urgent" });
  breakPlane(pair, 3);
  await takeBack(world, await logOf(world, "priority"));
  assert.equal((await world.partner("issue", pair.item)).priority, "0");
  for (let tries = 0; tries < 3; tries += 1) await lookAgain(world);
  assert.equal(world.beforePlaneWrite, undefined, "all three failed");
  assert.equal((await inPlane(pair)).priority, "none");
  assert.deepEqual(await undoneOf(pair, "priority"), [["odoo", "3", "0"], ["plane", "urgent", "none"]]);
  assert.deepEqual(await notes(pair), []);
});

Deno.test("who sets the value again before its undo is settled keeps it, and the log has what was written", async () => {
  const pair = await start();
  await using world = pair.world;
  await fromPlane(pair, { priority: "urgent" });
  meanwhileInOdoo(pair, { priority: "3" });
  await takeBack(world, await logOf(world, "priority"));
  await lookAgain(world);
  assert.deepEqual(await givenUp(world), ["priority"]);
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.equal((await inPlane(pair)).priority, "urgent");
  assert.deepEqual(await undoneOf(pair, "priority"), [["odoo", "3", "0"]]);
  assert.deepEqual(await notes(pair), []);
});

Deno.test("a label that is given back before its undo is settled stays", async () => {
  const pair = await start();
  await using world = pair.world;
  const label = await pair.plane.api("POST", `/projects/${pair.project}/labels/`, { name: "first" });
  await fromPlane(pair, { labels: [label.id] });
  const [tag] = await world.odoo.search("project.tags", [["name", "=", "first"]]);
  meanwhileInOdoo(pair, { tag_ids: [[6, 0, [tag]]] });
  await takeBack(world, await logOf(world, "labels"));
  await lookAgain(world);
  assert.deepEqual(await givenUp(world), ["labels"]);
  assert.deepEqual((await world.partner("issue", pair.item)).tag_ids, [tag]);
  assert.deepEqual((await inPlane(pair)).labels, [label.id]);
});

Deno.test("who sets the value again keeps it, also where whoever took it back died before it could say so", async () => {
  const pair = await start();
  await using world = pair.world;
  await fromPlane(pair, { priority: "urgent" });
  world.dieBeforeSettling();
  await takeBack(world, await logOf(world, "priority"));
  assert.deepEqual([(await world.partner("issue", pair.item)).priority, (await inPlane(pair)).priority], [
    "0",
    "none",
  ]);
  await editOdoo(pair, { priority: "3" });
  await world.sql`update plane.sync_attempt set stamp = stamp - interval '1 second' where side = 'odoo'`;
  await world.drain();
  assert.deepEqual(await givenUp(world), ["priority"]);
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.equal((await inPlane(pair)).priority, "urgent");
  assert.deepEqual(await notes(pair), []);
});

Deno.test("what was taken back is logged once, also where whoever did it died before it could say so", async () => {
  const pair = await start();
  await using world = pair.world;
  await fromPlane(pair, { priority: "urgent" });
  world.dieBeforeSettling();
  await takeBack(world, await logOf(world, "priority"));
  await world.drain();
  assert.deepEqual(await givenUp(world), []);
  assert.equal((await world.partner("issue", pair.item)).priority, "0");
  assert.equal((await inPlane(pair)).priority, "none");
  assert.deepEqual(await undoneOf(pair, "priority"), [["plane", "urgent", "none"], ["odoo", "3", "0"]]);
  assert.deepEqual(await notes(pair), []);
});

Deno.test("who sets another value before an undo is settled keeps it", async () => {
  const pair = await start();
  await using world = pair.world;
  await fromPlane(pair, { priority: "urgent" });
  meanwhileInOdoo(pair, { priority: "2" });
  await takeBack(world, await logOf(world, "priority"));
  await lookAgain(world);
  assert.deepEqual(await givenUp(world), ["priority"]);
  assert.equal((await world.partner("issue", pair.item)).priority, "2");
  assert.equal((await inPlane(pair)).priority, "high");
});

Deno.test("what was taken back in Plane is in the log, also when reading what Odoo stored fails", async () => {
  const pair = await start();
  await using world = pair.world;
  await editOdoo(pair, { priority: "3" });
  await world.hintOdoo("project.task", pair.task);
  world.beforePlaneWrite = () =>
    Promise.resolve(
      world.sandboxOdoo.faults.add({ kind: "server_error", model: "project.task", method: "read" }),
    );
  await takeBack(world, await logOf(world, "priority"));
  await lookAgain(world);
  assert.equal((await inPlane(pair)).priority, "none");
  assert.deepEqual(await undoneOf(pair, "priority"), [["plane", "urgent", "none"], ["odoo", "3", "0"]]);
});

Deno.test("a set that Odoo does not take back is not taken back in Plane either", async () => {
  const pair = await start();
  await using world = pair.world;
  const label = async (name: string) =>
    (await pair.plane.api("POST", `/projects/${pair.project}/labels/`, { name })).id;
  const [first, second] = [await label("first"), await label("second")];
  await fromPlane(pair, { labels: [first, second] });
  const tagOf = async (name: string) =>
    (await world.odoo.search("project.tags", [["name", "=", name]]))[0] ?? 0;
  const [goes, stays] = [await tagOf("first"), await tagOf("second")];
  // Each side takes another one away, before either hears of it: one row of the log about both.
  await editOdoo(pair, { tag_ids: [[6, 0, [goes]]] });
  await fromPlane(pair, { labels: [second] });
  assert.deepEqual([(await inPlane(pair)).labels, (await world.partner("issue", pair.item)).tag_ids], [
    [],
    [],
  ]);
  assert.notEqual(stays, 0);
  await world.odoo.call("project.tags", "unlink", { ids: [goes] });
  await takeBack(world, await logOf(world, "labels"));
  assert.deepEqual(await givenUp(world), ["labels"]);
  assert.deepEqual([(await inPlane(pair)).labels, (await world.partner("issue", pair.item)).tag_ids], [
    [],
    [],
  ]);
  assert.deepEqual(await undoneOf(pair, "labels"), []);
});

Deno.test("a change is not taken back while a later one of the same field may have been written", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { name: "first" });
  await world.arrive();
  const log = await logOf(world, "name");
  world.sandboxOdoo.faults.add({ kind: "bad_gateway_after_effect", model: "project.task", method: "write" });
  await editPlane(pair, { name: "second" });
  await world.arrive();
  const { undoing, not_undone } = await orderToTakeBack(world, log);
  assert.deepEqual([undoing.length, not_undone.map(({ field, reason }) => [field, reason])], [
    0,
    [["name", "changed_since"]],
  ]);
});
