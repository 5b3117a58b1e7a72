/** An undo has reached both sides, or one refuses it, and nobody could settle that: what people do next stays, and is said once. */
import assert from "node:assert/strict";
import { editPlane, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";
import { givenUp, logOf, lookAgain, takeBack } from "../support/undo.ts";

const start = startPairIn({});

/** Makes a change in Plane, brings it to Odoo, takes it back on both sides, and lets the worker die before it has said so. */
async function takeBackAndDie(pair: Pair, field: string, values: Record<string, unknown>): Promise<void> {
  const { world } = pair;
  await editPlane(pair, values);
  await world.arrive();
  world.dieBeforeSettling();
  await takeBack(world, await logOf(world, field));
}

/** `[side, rule]` of every line about the field, less the first synchronisation. */
async function logged({ world }: Pair, field: string): Promise<unknown[]> {
  const rows = await world.sql<{ side: string; why: string }[]>`
    select c ->> 'side' as side, c ->> 'why' as why
    from plane.sync_log l, jsonb_array_elements(l.changes) with ordinality as o (c, place)
    where l.success and c ->> 'field' = ${field} and c ->> 'why' <> 'created' order by l.id, place`;
  return rows.map(({ side, why }) => [side, why]);
}

Deno.test("who sets a value again where its undo was carried to keeps it", async () => {
  const pair = await start();
  await using world = pair.world;
  await takeBackAndDie(pair, "priority", { priority: "urgent" });
  assert.equal((await inPlane(pair)).priority, "none", "the undo has reached both sides");
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  await lookAgain(world);
  assert.equal((await inPlane(pair)).priority, "urgent");
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.deepEqual(await givenUp(world), ["priority"]);
});

Deno.test("who sets a name again where its undo was carried to keeps it", async () => {
  const pair = await start();
  await using world = pair.world;
  const before = (await inPlane(pair)).name;
  await takeBackAndDie(pair, "name", { name: "new name" });
  assert.equal((await inPlane(pair)).name, before, "the undo has reached both sides");
  await editPlane(pair, { name: "new name" });
  await world.arrive();
  await lookAgain(world);
  assert.equal((await inPlane(pair)).name, "new name");
  assert.equal((await world.partner("issue", pair.item)).name, "new name");
});

Deno.test("who adds a label again where its undo was carried to keeps it", async () => {
  const pair = await start();
  await using world = pair.world;
  const { id: label } = await pair.plane.api("POST", `/projects/${pair.project}/labels/`, { name: "first" });
  await takeBackAndDie(pair, "labels", { labels: [label] });
  assert.deepEqual((await inPlane(pair)).labels, [], "the undo has reached both sides");
  await editPlane(pair, { labels: [label] });
  await world.arrive();
  await lookAgain(world);
  assert.deepEqual((await inPlane(pair)).labels, [label]);
  assert.equal(((await world.partner("issue", pair.item)).tag_ids as unknown[]).length, 1);
});

Deno.test("an undo is undone although Plane fails in the middle of it", async () => {
  const pair = await start();
  await using world = pair.world;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  await takeBack(world, await logOf(world, "priority"));
  assert.equal((await inPlane(pair)).priority, "none");
  world.beforePlaneWrite = () => {
    world.plane?.faults.next({ kind: "status", status: 500 });
    return Promise.resolve();
  };
  await takeBack(world, await logOf(world, "priority"));
  await lookAgain(world);
  assert.equal((await inPlane(pair)).priority, "urgent");
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.deepEqual(await givenUp(world), []);
});

Deno.test("a name that is taken back in Odoo and refused in Plane is said once, and whoever sets it again keeps it", async () => {
  const pair = await start();
  await using world = pair.world;
  await pair.plane.api("PATCH", `/projects/${pair.project}/`, { name: "Second" });
  await world.arrive();
  await pair.plane.api("POST", "/projects/", { name: "Website", identifier: "OTHER" });
  await takeBack(world, await logOf(world, "name"));
  const inOdoo = async () => await world.partner("project", pair.project);
  assert.equal((await inOdoo()).name, "Website");
  for (let look = 0; look < 3; look++) {
    await world.letRefusedRest();
    await world.drain();
  }
  const undone = (await logged(pair, "name")).filter((line) => String(line).includes("undone"));
  assert.deepEqual(undone, [["odoo", "undone"]]);
  assert.deepEqual([...await world.sql`select field from plane.sync_conflict where status = 'open'`], []);
  const id = Number((await inOdoo()).id);
  await world.odoo.write("project.project", [id], { name: "Second" });
  await world.hintOdoo("project.project", id);
  await lookAgain(world);
  assert.equal((await inOdoo()).name, "Second");
});
