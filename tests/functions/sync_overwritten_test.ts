/** An edit in Plane that lands between our reading and our write: no API can prevent that, but it is not lost. */
import assert from "node:assert/strict";
import { createSyncWorld } from "../support/sync_world.ts";

async function overwrite() {
  const world = await createSyncWorld({ withPlane: true });
  const { plane } = world;
  assert(plane !== undefined);
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const items = `/projects/${project}/work-items/`;
  const item = String((await plane.api("POST", items, { name: "Agreed" })).id);
  await world.arrive();
  const task = Number((await world.partner("issue", item)).id);
  const edit = (name: string) => plane.api("PATCH", `${items}${item}/`, { name });
  const nameInPlane = async () => (await plane.api("GET", `${items}${item}/`)).name;
  await world.odoo.write("project.task", [task], { name: "From Odoo" });
  world.beforePlaneWrite = async () => void await edit("Typed just then");
  await world.hintOdoo("project.task", task);
  assert.equal(await nameInPlane(), "From Odoo", "it was overwritten");
  await world.arrive();
  return { world, item, task, edit, nameInPlane };
}

async function conflicts(world: { sql: Awaited<ReturnType<typeof createSyncWorld>>["sql"] }) {
  return [...await world.sql`select id, field, plane_value, odoo_value, status from plane.sync_conflict`];
}

Deno.test("an edit in Plane that our write replaced unseen is a conflict, whatever the policy", async () => {
  const { world } = await overwrite();
  await using _world = world;
  assert.deepEqual((await conflicts(world)).map(({ id: _id, ...row }) => row), [
    { field: "name", plane_value: "Typed just then", odoo_value: "From Odoo", status: "open" },
  ]);
});

Deno.test("it stays open while nothing happens to the field, and choosing Plane's side brings the edit back", async () => {
  const { world, item, task, nameInPlane } = await overwrite();
  await using _world = world;
  await world.hintOdoo("project.task", task);
  const [conflict] = await conflicts(world);
  assert.equal(conflict?.status, "open");
  await world.sql`select plane.resolve_conflict(${conflict?.id}, '{"side": "plane"}', 'ann')`;
  await world.drain();
  await world.arrive();
  assert.equal(await nameInPlane(), "Typed just then");
  assert.equal((await world.partner("issue", item)).name, "Typed just then");
  assert.deepEqual((await conflicts(world)).map(({ status }) => status), ["resolved"]);
});

Deno.test("a later edit of the field ends it", async () => {
  const { world, item, edit } = await overwrite();
  await using _world = world;
  await edit("Typed again");
  await world.arrive();
  assert.equal((await world.partner("issue", item)).name, "Typed again");
  assert.deepEqual((await conflicts(world)).map(({ status }) => status), ["gone"]);
});
