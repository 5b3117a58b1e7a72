/** Plane has each project's name once; Odoo has not. */
import assert from "node:assert/strict";
import { startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("a name another project has is refused alone: the rest arrives, and the name does once it is free", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane, project } = pair;
  const other = String((await plane.api("POST", "/projects/", { name: "Shop", identifier: "SHOP" })).id);
  await world.arrive();
  const { id } = await world.partner("project", project);
  await world.odoo.write("project.project", [Number(id)], { name: "Shop", description: "<p>Sells</p>" });
  await world.hintOdoo("project.project", Number(id));
  const now = await plane.api("GET", `/projects/${project}/`);
  assert.deepEqual([now.name, now.description], ["Website", "Sells"]);
  const [row] = await world
    .sql`select status, last_error from plane.sync_queue where entity_key = ${`project:${project}`}`;
  assert.deepEqual({ ...row }, { status: "pending", last_error: "refused" });

  await plane.api("PATCH", `/projects/${other}/`, { name: "Old shop" });
  await world.arrive();
  await world.sql`update plane.sync_queue set next_attempt_at = now()`;
  await world.drain();
  assert.equal((await plane.api("GET", `/projects/${project}/`)).name, "Shop");
});

Deno.test("an archived project stays in the archive when its new name is refused", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane, project } = pair;
  await plane.api("POST", "/projects/", { name: "Shop", identifier: "SHOP" });
  await plane.api("POST", `/projects/${project}/archive/`, {});
  await world.arrive();
  const { id } = await world.partner("project", project);
  await world.odoo.write("project.project", [Number(id)], { active: false });
  await world.hintOdoo("project.project", Number(id));
  await world.odoo.write("project.project", [Number(id)], { name: "Shop" });
  await world.hintOdoo("project.project", Number(id));
  const { name, archived_at: archived } = await plane.api("GET", `/projects/${project}/`);
  assert.equal(name, "Website");
  assert.notEqual(archived, null);
  assert.equal((await world.partner("project", project)).active, false);
});
