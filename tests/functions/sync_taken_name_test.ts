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
  await world.letRefusedRest();
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

Deno.test("a name that is taken is not sent again whenever something else of a busy project changes, but when its time has come", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane, project } = pair;
  await plane.api("POST", "/projects/", { name: "Shop", identifier: "SHOP" });
  await world.arrive();
  const { id } = await world.partner("project", project);
  world.beginNextDay();
  const before = plane.requests.length;
  // What is refused is sent first, and once more without it when there is more to say.
  const sent = () =>
    plane.requests.slice(before).filter(({ method, path }) =>
      method === "PATCH" && path.endsWith(`/projects/${project}/`)
    ).length;
  await world.odoo.write("project.project", [Number(id)], { name: "Shop" });
  await world.hintOdoo("project.project", Number(id));
  assert.equal(sent(), 1);
  for (const text of ["one", "two", "three", "four", "five", "six", "seven"]) {
    await world.odoo.write("project.project", [Number(id)], { description: `<p>${text}</p>` });
    await world.hintOdoo("project.project", Number(id));
    assert.equal((await plane.api("GET", `/projects/${project}/`)).description, text);
  }
  assert.equal(sent(), 8);
  const queue = () => world.sql`select last_error from plane.sync_queue`;
  assert.deepEqual((await queue()).map((row) => row.last_error), ["refused"], "it is tried again by itself");
  while ((await queue()).length > 0) await world.letRefusedRest().then(() => world.drain());
  assert.equal(sent(), 13, "and then no more that day");
  await world.odoo.write("project.project", [Number(id)], { name: "Store" });
  await world.hintOdoo("project.project", Number(id));
  assert.equal((await plane.api("GET", `/projects/${project}/`)).name, "Store");
});

Deno.test("a project made in Odoo does not take another pair's project for its own because both have one name", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane, project } = pair;
  const [second] = await world.odoo.create("project.project", [{ name: "Website" }]);
  await world.hintOdoo("project.project", second ?? 0);
  assert.equal((await plane.api("GET", `/projects/${project}/`)).external_id, null);
  const [row] = await world.sql`
    select status, last_error from plane.sync_queue where entity_key = ${`project.project:${second}`}`;
  assert.deepEqual({ ...row }, { status: "failed", last_error: "plane_conflict" });
});
