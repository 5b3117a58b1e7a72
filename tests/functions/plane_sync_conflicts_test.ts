/** Conflicts that wait for a person: listed, chosen, carried out by the next look at the pair. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { type PlaneSync, startPlaneSync } from "../support/plane_sync.ts";
import { manage } from "../support/manage.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

interface Pair {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  item: string;
  task: number;
}

/** A pair under the manual policy whose name was changed on both sides. */
async function disagreeing(): Promise<Pair> {
  const world = await createSyncWorld({ withPlane: true });
  const { plane } = world;
  assert(plane !== undefined);
  await world.sql`update plane.sync_config set conflict_resolution = 'manual'`;
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id);
  await world.arrive();
  const pair = { world, plane, project, item, task: Number((await world.partner("issue", item)).id) };
  await world.odoo.write("project.task", [pair.task], { name: "Odoo's" });
  await edit(pair, { name: "Plane's" });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  return pair;
}

const edit = ({ plane, project, item }: Pair, values: Record<string, unknown>) =>
  plane.api("PATCH", `/projects/${project}/work-items/${item}/`, values);

async function names(pair: Pair): Promise<[unknown, unknown]> {
  const item = await pair.plane.api("GET", `/projects/${pair.project}/work-items/${pair.item}/`);
  return [item.name, (await pair.world.partner("issue", pair.item)).name];
}

/** The function itself cannot reach the sandboxes here: the world's worker carries out what it was asked for. */
function doorOf(pair: Pair): PlaneSync {
  return startPlaneSync(pair.world.databaseUrl, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
}

async function open(door: PlaneSync): Promise<Record<string, unknown>[]> {
  return (await manage(door, "conflicts")).conflicts as Record<string, unknown>[];
}

Deno.test("a conflict is listed with what was agreed on, both values and when; other fields keep syncing", async () => {
  const pair = await disagreeing();
  await using world = pair.world;
  await using door = doorOf(pair);
  const [conflict] = await open(door);
  assert(conflict !== undefined);
  assert.deepEqual(
    [
      conflict.field,
      conflict.base,
      conflict.plane_value,
      conflict.odoo_value,
      conflict.plane_id,
      conflict.odoo_id,
    ],
    ["name", "Start", "Plane's", "Odoo's", pair.item, String(pair.task)],
  );
  assert(conflict.plane_at !== null && conflict.odoo_at !== null && conflict.odoo_actor !== null);
  await edit(pair, { priority: "urgent" });
  await world.arrive();
  assert.equal((await world.partner("issue", pair.item)).priority, "3");
  assert.deepEqual(await names(pair), ["Plane's", "Odoo's"]);
});

for (const [side, expected] of [["plane", "Plane's"], ["odoo", "Odoo's"]] as const) {
  Deno.test(`a conflict resolved for ${side} leaves its value on both sides`, async () => {
    const pair = await disagreeing();
    await using world = pair.world;
    await using door = doorOf(pair);
    const [conflict] = await open(door);
    await manage(door, "resolve", { conflict: conflict?.id, side });
    await world.drain();
    assert.deepEqual(await names(pair), [expected, expected]);
    assert.deepEqual(await open(door), []);
  });
}

Deno.test("a conflict named by its record and field is resolved by a third value", async () => {
  const pair = await disagreeing();
  await using world = pair.world;
  await using door = doorOf(pair);
  await manage(door, "resolve", { entity: `issue:${pair.item}`, field: "name", value: "Both" });
  await world.drain();
  assert.deepEqual(await names(pair), ["Both", "Both"]);
  const [row] = await world.sql`select status, resolved_by from plane.sync_conflict`;
  assert.deepEqual([row?.status, row?.resolved_by], ["resolved", "key:default"]);
});

Deno.test("what changed again before the choice is carried out follows the choice: that side as it is then", async () => {
  const pair = await disagreeing();
  await using world = pair.world;
  await using door = doorOf(pair);
  await manage(door, "resolve", {
    entity: { source: "odoo", type: "project.task", id: String(pair.task) },
    field: "name",
    side: "odoo",
  });
  await world.odoo.write("project.task", [pair.task], { name: "Odoo's second" });
  await world.drain();
  assert.deepEqual(await names(pair), ["Odoo's second", "Odoo's second"]);
  assert.deepEqual(await open(door), []);
});

Deno.test("a conflict that is not there, or settled already, is not found", async () => {
  const pair = await disagreeing();
  await using world = pair.world;
  await using door = doorOf(pair);
  const unknown = { entity: `issue:${pair.item}`, field: "description", side: "odoo" };
  assert.equal((await manage(door, "resolve", unknown, 404)).code, "not_found");
  const [conflict] = await open(door);
  await manage(door, "resolve", { conflict: conflict?.id, side: "odoo" });
  await world.drain();
  assert.equal(
    (await manage(door, "resolve", { conflict: conflict?.id, side: "plane" }, 404)).code,
    "not_found",
  );
});
