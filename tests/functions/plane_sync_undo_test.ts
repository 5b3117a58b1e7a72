/** Taking back what the synchronisation wrote: one row of the log, or a whole run. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { manage } from "../support/manage.ts";
import { type PlaneSync, startPlaneSync } from "../support/plane_sync.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

interface Pair {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  item: string;
  task: number;
}

type Values = Record<string, unknown>;

async function startPair(values: Values = {}): Promise<Pair> {
  const world = await createSyncWorld({ withPlane: true });
  const { plane } = world;
  assert(plane !== undefined);
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const made = await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start", ...values });
  const item = String(made.id);
  await world.arrive();
  return { world, plane, project, item, task: Number((await world.partner("issue", item)).id) };
}

/** The function itself reaches neither sandbox: the world's worker carries out what it was asked for. */
function doorOf({ world }: Pair): PlaneSync {
  return startPlaneSync(world.databaseUrl, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
}

const inPlane = ({ plane, project, item }: Pair) =>
  plane.api("GET", `/projects/${project}/work-items/${item}/`);
const inOdoo = ({ world, item }: Pair) => world.partner("issue", item);

async function editPlane(pair: Pair, values: Values): Promise<string> {
  await pair.plane.api("PATCH", `/projects/${pair.project}/work-items/${pair.item}/`, values);
  await pair.world.arrive();
  return await lastLog(pair);
}

async function editOdoo(pair: Pair, values: Values): Promise<string> {
  await pair.world.odoo.write("project.task", [pair.task], values);
  await pair.world.hintOdoo("project.task", pair.task);
  await pair.world.arrive();
  return await lastLog(pair);
}

async function lastLog({ world }: Pair): Promise<string> {
  const [row] = await world
    .sql`select id::text from plane.sync_log where changes <> '[]' order by id desc limit 1`;
  return String(row?.id);
}

async function names(pair: Pair): Promise<[unknown, unknown]> {
  return [(await inPlane(pair)).name, (await inOdoo(pair)).name];
}

Deno.test("a change that came from Plane is taken back on both sides, and logged as the undo of that row", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editPlane(pair, { name: "Wrong", priority: "urgent" });
  const answer = await manage(door, "undo", { log_id: log });
  assert.deepEqual((answer.undoing as Values[]).map(({ field, to }) => [field, to]).sort(), [[
    "name",
    "Start",
  ], [
    "priority",
    "0",
  ]]);
  await world.drain();
  assert.deepEqual(await names(pair), ["Start", "Start"]);
  assert.deepEqual([(await inPlane(pair)).priority, (await inOdoo(pair)).priority], ["none", "0"]);
  const [row] = await world.sql`
    select run_id, changes from plane.sync_log where changes <> '[]' order by id desc limit 1`;
  assert.equal(row?.run_id, answer.run_id);
  const changes = row?.changes as Values[];
  assert.equal(changes.length, 4);
  assert(changes.every(({ why, undoes }) => why === "undone" && undoes === log));
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  assert.deepEqual(await names(pair), ["Start", "Start"], "and stays so");
});

Deno.test("a change that came from Odoo is taken back on both sides", async () => {
  const pair = await startPair({ description_html: "<p>Before</p>", target_date: "2026-12-24" });
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editOdoo(pair, {
    name: "Wrong",
    description: "<p>After</p>",
    date_deadline: "2027-01-01 12:00:00",
  });
  await manage(door, "undo", { log_id: Number(log) });
  await world.drain();
  const [item, task] = [await inPlane(pair), await inOdoo(pair)];
  assert.deepEqual([item.name, task.name], ["Start", "Start"]);
  assert.match(String(item.description_html), /Before/);
  assert.match(String(task.description), /Before/);
  assert.deepEqual([item.target_date, String(task.date_deadline).slice(0, 10)], ["2026-12-24", "2026-12-24"]);
});

Deno.test("states, labels and assignees are taken back, whichever side they came from", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  world.sandboxOdoo.addUser({ name: "Alice", login: pair.plane.users.alice.email });
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/states/`);
  const states = results as { id: string; name: string; group: string }[];
  const before = (await inPlane(pair)).state;
  const done = states.find(({ group }) => group === "completed");
  const label = await pair.plane.api("POST", `/projects/${pair.project}/labels/`, { name: "bug" });
  const log = await editPlane(pair, {
    state: done?.id,
    labels: [label.id],
    assignees: [pair.plane.users.alice.id],
  });
  assert.equal((await inOdoo(pair)).state, "1_done");
  await manage(door, "undo", { log_id: log });
  await world.drain();
  const item = await inPlane(pair);
  assert.deepEqual([item.state, item.labels, item.assignees], [before, [], []]);
  const task = await inOdoo(pair);
  assert.deepEqual([task.tag_ids, task.user_ids, task.state === "1_done"], [[], [], false]);

  const [tag] = await world.odoo.create("project.tags", [{ name: "from Odoo" }]);
  const second = await editOdoo(pair, { tag_ids: [[6, 0, [tag]]], state: "1_canceled" });
  assert.equal(((await inPlane(pair)).labels as string[]).length, 1);
  await manage(door, "undo", { log_id: second });
  await world.drain();
  assert.deepEqual(
    [(await inPlane(pair)).labels, (await inPlane(pair)).state, (await inOdoo(pair)).tag_ids],
    [[], before, []],
  );
});

Deno.test("an undo can be undone", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editPlane(pair, { name: "Second" });
  const { run_id } = await manage(door, "undo", { log_id: log });
  await world.drain();
  assert.deepEqual(await names(pair), ["Start", "Start"]);
  await manage(door, "undo", { run_id });
  await world.drain();
  assert.deepEqual(await names(pair), ["Second", "Second"]);
});

Deno.test("what was synchronised later is not written over, and the answer says so", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editPlane(pair, { name: "Second", priority: "high" });
  await editOdoo(pair, { name: "Third" });
  const answer = await manage(door, "undo", { log_id: log });
  assert.deepEqual((answer.not_undone as Values[]).map(({ field, reason }) => [field, reason]), [[
    "name",
    "changed_since",
  ]]);
  await world.drain();
  assert.deepEqual(await names(pair), ["Third", "Third"]);
  assert.equal((await inPlane(pair)).priority, "none");
});

for (const side of ["plane", "odoo"] as const) {
  Deno.test(`an edit in ${side} that nobody announced yet is not written over, and is logged as changed since`, async () => {
    const pair = await startPair();
    await using world = pair.world;
    await using door = doorOf(pair);
    const log = await editPlane(pair, { name: "Second" });
    await manage(door, "undo", { log_id: log });
    if (side === "odoo") await world.odoo.write("project.task", [pair.task], { name: "Third" });
    else {await pair.plane.api("PATCH", `/projects/${pair.project}/work-items/${pair.item}/`, {
        name: "Third",
      });}
    await world.drain();
    await world.arrive();
    assert.deepEqual(await names(pair), ["Third", "Third"]);
    const rows = await world.sql`select from plane.sync_log where error_message = 'changed_since'`;
    assert.equal(rows.length, 1);
    const [order] = await world.sql`select status from plane.sync_conflict`;
    assert.notEqual(order?.status, "open");
  });
}

Deno.test("making a record is taken back by archiving it, and only it; its partner keeps on as it was", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const [row] = await world.sql`
    select id::text from plane.sync_log where operation = 'create' and source_id = ${pair.item}`;
  await manage(door, "undo", { log_id: row?.id });
  await world.drain();
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  assert.equal((await inOdoo(pair)).active, false);
  assert.equal((await inPlane(pair)).archived_at, null);
  await editPlane(pair, { name: "Still there" });
  assert.deepEqual(await names(pair), ["Still there", "Still there"]);
  assert.equal((await inOdoo(pair)).active, false);
});

Deno.test("a record that was worked on since it was made is not put away", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const [row] = await world.sql`
    select id::text from plane.sync_log where operation = 'create' and source_id = ${pair.item}`;
  await editOdoo(pair, { name: "Worked on" });
  const answer = await manage(door, "undo", { log_id: row?.id });
  assert.deepEqual([answer.run_id, (answer.not_undone as Values[])[0]?.reason], [null, "changed_since"]);
  await world.drain();
  assert.equal((await inOdoo(pair)).active, true);
});

Deno.test("a dry run says what it would do and does nothing", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editPlane(pair, { name: "Second" });
  const answer = await manage(door, "undo", { log_id: log, dry_run: true });
  assert.deepEqual([answer.run_id, (answer.undoing as Values[]).length], [null, 1]);
  const [left] = await world.sql`
    select (select count(*) from plane.sync_queue) as queued, (select count(*) from plane.sync_run) as runs,
      (select count(*) from plane.sync_conflict) as conflicts`;
  assert.deepEqual({ ...left }, { queued: "0", runs: "0", conflicts: "0" });
});

Deno.test("all that one run did is taken back together; what it changed twice goes back to before the first time", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const run = crypto.randomUUID();
  for (const name of ["Second", "Third"]) {
    await pair.plane.api("PATCH", `/projects/${pair.project}/work-items/${pair.item}/`, { name });
    await world.sql`select plane.enqueue_sync('plane', ${pair.item}, 'issue', 'update', ${
      JSON.stringify({ run_id: run })
    }::text::jsonb)`;
    await world.drain();
  }
  await manage(door, "undo", { run_id: run });
  await world.drain();
  assert.deepEqual(await names(pair), ["Start", "Start"]);
});

Deno.test("an order that is not carried out yet is no conflict, and cannot be given twice", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editPlane(pair, { name: "Second" });
  await manage(door, "undo", { log_id: log });
  assert.deepEqual((await manage(door, "conflicts")).conflicts, []);
  const again = await manage(door, "undo", { log_id: log });
  assert.deepEqual([again.run_id, (again.not_undone as Values[])[0]?.reason], [null, "in_conflict"]);
  await world.drain();
  assert.deepEqual(await names(pair), ["Start", "Start"]);
  assert.equal((await manage(door, "undo", { log_id: "999999" }, 404)).code, "not_found");
});

Deno.test("a worker that dies once a side has its former value again leaves that in the log all the same", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await using door = doorOf(pair);
  const log = await editPlane(pair, { name: "Second" });
  await manage(door, "undo", { log_id: log });
  // What the dead worker has written, and has not come to settle.
  await world.odoo.write("project.task", [pair.task], { name: "Start" });
  await world.drain();
  assert.deepEqual(await names(pair), ["Start", "Start"]);
  const [row] = await world
    .sql`select changes from plane.sync_log where changes <> '[]' order by id desc limit 1`;
  assert.deepEqual(
    (row?.changes as Values[]).map(({ side, from, to, why, undoes }) => [side, from, to, why, undoes]),
    [["odoo", "Second", "Start", "undone", log], ["plane", "Second", "Start", "undone", log]],
  );
});
