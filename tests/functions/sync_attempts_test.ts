/** A worker that dies between its write and its settlement: what it wrote is known to the next one, and what it replaced is in the log. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

/** Somebody's change arrives, its worker writes the other side and is not heard of again. */
async function dieAfterWritingOdoo(pair: Pair, values: Record<string, unknown>): Promise<void> {
  await editPlane(pair, values);
  pair.world.dieBeforeSettling();
  await pair.world.arrive();
}

async function attempts({ world }: Pair): Promise<number> {
  return (await world.sql`select from plane.sync_attempt`).length;
}

/** `[success, why, from, to]` of every line about a field, oldest first. */
async function logOf({ world, item }: Pair, field: string) {
  const rows = await world.sql<{ success: boolean; why: string; from: unknown; to: unknown }[]>`
    select l.success, c ->> 'why' as why, c -> 'from' as "from", c -> 'to' as "to"
    from plane.sync_log l join plane.sync_mappings m on m.id = l.mapping_id, jsonb_array_elements(l.changes) c
    where m.plane_id = ${item} and c ->> 'field' = ${field} and l.operation = 'update' order by l.id`;
  return rows.map(({ success, why, from, to }) => [success, why, from, to]);
}

Deno.test("a write that is settled leaves no note of itself", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  await editOdoo(pair, { priority: "1" });
  await world.hintOdoo("project.task", pair.task);
  assert.equal((await inPlane(pair)).priority, "medium");
  assert.equal(await attempts(pair), 0);
});

Deno.test("what a dead worker wrote is its own doing: nobody's edit, and in the log as written", async () => {
  const pair = await start();
  await using world = pair.world;
  await dieAfterWritingOdoo(pair, { priority: "urgent" });
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.equal(await attempts(pair), 1);
  await world.drain();
  assert.equal((await inPlane(pair)).priority, "urgent");
  assert.deepEqual(await logOf(pair, "priority"), [[true, "changed_in_plane", "0", "3"]]);
  assert.equal(await attempts(pair), 0);
});

Deno.test("what a dead worker wrote is in the log as written, also when the look that saw it ends half-way", async () => {
  const pair = await start();
  await using world = pair.world;
  await dieAfterWritingOdoo(pair, { priority: "urgent" });
  await editOdoo(pair, { name: "Edited" });
  const { faults } = pair.plane;
  world.beforePlaneWrite = () => Promise.resolve(faults.next({ kind: "status", status: 502 }, 20));
  await world.drain();
  while (faults.take() !== undefined) { /* Plane is well again. */ }
  assert.equal((await inPlane(pair)).name, "Start");
  // Odoo's stamps are whole seconds: as if its record was made, edited and written within one.
  const [task] = await world.odoo.read("project.task", [pair.task], ["write_date"]);
  await world
    .sql`update plane.sync_attempt set stamp = ${`${task?.write_date}Z`}::timestamptz where side = 'odoo'`;
  await world.sql`update plane.sync_queue set next_attempt_at = now()`;
  await world.drain();
  assert.equal((await inPlane(pair)).name, "Edited");
  assert.deepEqual(await logOf(pair, "priority"), [[true, "changed_in_plane", "0", "3"]]);
  assert.equal(await attempts(pair), 0);
});

Deno.test("the value that gave way in a conflict is in the log, whether or not its worker lived to say so", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'plane_wins'`;
  await editOdoo(pair, { priority: "1" });
  await dieAfterWritingOdoo(pair, { priority: "urgent" });
  await world.drain();
  assert.deepEqual(await logOf(pair, "priority"), [[true, "conflict_plane_won", "1", "3"]]);
});

Deno.test("who changes back in Odoo what a dead worker wrote there is overruled, and the log says so", async () => {
  const pair = await start();
  await using world = pair.world;
  await dieAfterWritingOdoo(pair, { priority: "urgent" });
  // Odoo's stamps are whole seconds: as if all this had taken longer than one.
  await world.sql`update plane.sync_attempt set stamp = stamp - interval '1 second'`;
  await editOdoo(pair, { priority: "0" });
  await world.drain();
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.deepEqual(await logOf(pair, "priority"), [
    [false, "changed_in_plane", "0", "3"],
    [true, "conflict_plane_won", "0", "3"],
  ]);
});

Deno.test("who changes again in Plane what a dead worker carried over meets no conflict", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'odoo_wins'`;
  await dieAfterWritingOdoo(pair, { priority: "urgent" });
  await editPlane(pair, { priority: "low" });
  await world.arrive();
  assert.deepEqual(
    [(await world.partner("issue", pair.item)).priority, (await inPlane(pair)).priority],
    ["0", "low"],
  );
});

Deno.test("what a dead worker read in Plane and wrote is not taken back to what an older announcement says", async () => {
  const pair = await start();
  await using world = pair.world;
  const items = `/projects/${pair.project}/work-items/`;
  const id = String((await pair.plane.api("POST", items, { name: "Earlier" })).id);
  await pair.plane.idle();
  await world.deliver(JSON.parse(pair.plane.deliveries.at(-1)?.body ?? "{}"));
  await pair.plane.api("PATCH", `${items}${id}/`, { name: "Later" });
  // It has waited long: it is read.
  await world.sql`update plane.sync_queue set outages = 3 where source_id = ${id}`;
  world.dieBeforeSettling();
  await world.drain();
  assert.equal(await attempts(pair), 1);
  await world.drain();
  assert.equal((await world.partner("issue", id)).name, "Later");
  assert.deepEqual(
    [
      ...await world.sql`
      select c ->> 'to' as name from plane.sync_log l join plane.sync_mappings m on m.id = l.mapping_id,
        jsonb_array_elements(l.changes) c where m.plane_id = ${id} and c ->> 'field' = 'name'`,
    ],
    [{ name: "Later" }],
  );
  assert.equal(await attempts(pair), 0);
});

Deno.test("a label taken away in Plane after a dead worker had brought it to Odoo does not come back", async () => {
  const pair = await start();
  await using world = pair.world;
  const path = `/projects/${pair.project}/labels/`;
  const { id } = await pair.plane.api("POST", path, { name: "bug", color: "#ff0000" });
  await dieAfterWritingOdoo(pair, { labels: [id] });
  assert.equal(((await world.partner("issue", pair.item)).tag_ids as number[]).length, 1);
  await editPlane(pair, { labels: [] });
  await world.arrive();
  assert.deepEqual((await inPlane(pair)).labels, []);
  assert.deepEqual((await world.partner("issue", pair.item)).tag_ids, []);
});

Deno.test("a write to Plane whose worker died is known to the next one", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'plane_wins'`;
  await editOdoo(pair, { priority: "3" });
  world.dieBeforeSettling();
  await world.hintOdoo("project.task", pair.task);
  assert.equal((await inPlane(pair)).priority, "urgent");
  await editOdoo(pair, { priority: "1" });
  await world.hintOdoo("project.task", pair.task);
  assert.equal((await inPlane(pair)).priority, "medium");
  assert.deepEqual((await logOf(pair, "priority")).map(([success, why]) => [success, why]), [
    [true, "changed_in_odoo"],
    // It may have been somebody in Plane who set it to the same.
    [true, "conflict_odoo_won"],
  ]);
});

Deno.test("a refused write leaves no note, and no line that says its outcome is unknown", async () => {
  const pair = await start();
  await using world = pair.world;
  const { id } = await pair.plane.api("POST", `/projects/${pair.project}/work-items/`, { name: "Above" });
  await world.arrive();
  const above = Number((await world.partner("issue", String(id))).id);
  await world.odoo.write("project.task", [above], { parent_id: pair.task });
  await editPlane(pair, { parent: id });
  await world.arrive();
  assert.equal((await world.partner("issue", pair.item)).parent_id, false);
  assert.equal(await attempts(pair), 0);
  assert.deepEqual([...await world.sql`select from plane.sync_log where not success`], []);
});

Deno.test("a task whose item was made by a worker that died is edited in Odoo: the edit goes to Plane under every policy", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'plane_wins'`;
  const project = Number((await world.partner("project", pair.project)).id);
  const [task] = await world.odoo.create("project.task", [{ name: "From Odoo", project_id: project }]);
  world.dieBeforeSettling();
  await world.hintOdoo("project.task", task ?? 0);
  await world.odoo.write("project.task", [task ?? 0], { name: "Edited" });
  await world.hintOdoo("project.task", task ?? 0);
  await world.arrive();
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/work-items/`);
  assert.deepEqual((results as { name: string }[]).map(({ name }) => name).sort(), ["Edited", "Start"]);
  assert.equal(await attempts(pair), 0);
  const [made] = await world.sql`
    select count(*)::int as lines, count(*) filter (where not success)::int as failed from plane.sync_log
    where source_id = ${String(task)} and operation = 'create'`;
  assert.deepEqual([made?.lines, made?.failed], [1, 0]);
});

Deno.test("a value a person chose for both sides is in the log for both, although the worker died", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'manual'`;
  await editOdoo(pair, { priority: "1" });
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  const [conflict] = await world.sql<
    { id: string }[]
  >`select id from plane.sync_conflict where status = 'open'`;
  await world.sql`select plane.resolve_conflict(${conflict?.id ?? ""}, '{"value": "high"}', 'ann')`;
  world.dieBeforeSettling();
  await world.drain();
  await world.drain();
  const sides = await world.sql<{ side: string; from: string }[]>`
    select c ->> 'side' as side, c ->> 'from' as "from"
    from plane.sync_log l, jsonb_array_elements(l.changes) c where c ->> 'why' = 'resolved'`;
  assert.deepEqual(sides.map(({ side, from }) => [side, from]).sort(), [["odoo", "1"], ["plane", "urgent"]]);
});
