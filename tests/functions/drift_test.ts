/** The drift check over real SQL and the sandboxes of both servers. */
import assert from "node:assert/strict";
import { checkDrift } from "../../shared/drift/check.ts";
import { createBackfillWorld, reportOf } from "../support/backfill_world.ts";

Deno.test("a project is in sync after a backfill, and the check writes nothing", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  const website = await scene.project("Website", ["Home page", "Contact form"]);
  reportOf(await scene.finish(await scene.request()));
  const requests = plane.requests.length;
  const calls = world.sandboxOdoo.calls.length;
  const report = await checkDrift(scene.rehearsal, website.id);
  assert.equal(report.in_sync, true, JSON.stringify(report));
  assert.deepEqual([report.compared.plane_items, report.compared.odoo_tasks], [2, 2]);
  assert(plane.requests.slice(requests).every(({ method }) => method === "GET"));
  const written = world.sandboxOdoo.calls.slice(calls).filter(({ method }) =>
    ["write", "create", "load"].includes(method)
  );
  assert.deepEqual(written, []);
});

Deno.test("what differs is listed by record, field and side; what the queue has is told apart", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  const website = await scene.project("Website", ["Home page", "Contact form", "Imprint"]);
  const [home = "", contact = "", imprint = ""] = website.items;
  reportOf(await scene.finish(await scene.request()));
  const items = `/projects/${website.id}/work-items`;
  await plane.api("PATCH", `${items}/${home}/`, { name: "Start page" });
  const task = Number((await world.partner("issue", contact)).id);
  await world.odoo.write("project.task", [task], { priority: "3" });
  await plane.api("POST", `${items}/`, { name: "Nobody has told of it" });
  await plane.api("PATCH", `${items}/${imprint}/`, { name: "Legal" });
  await world.sql`select plane.enqueue_sync('plane', ${imprint}, 'issue')`;
  const report = await checkDrift(scene.rehearsal, website.id);
  assert.equal(report.in_sync, false);
  assert.deepEqual(
    report.differences.map(({ entity, field, side, is, should_be }) => [entity, field, side, is, should_be])
      .toSorted(),
    [
      [`issue:${home}`, "name", "odoo", "Home page", "Start page"],
      [`issue:${contact}`, "priority", "plane", "none", "urgent"],
    ].toSorted(),
  );
  assert.deepEqual(report.missing.map(({ missing_in }) => missing_in), ["odoo"]);
  assert.deepEqual(report.waiting.map(({ entity, differences }) => [entity, differences]), [[
    `issue:${imprint}`,
    1,
  ]]);
});

Deno.test("a record that Plane no longer has is missing, not in sync", async () => {
  await using scene = await createBackfillWorld();
  const website = await scene.project("Website", ["Home page", "Contact form"]);
  reportOf(await scene.finish(await scene.request()));
  await scene.plane.api("DELETE", `/projects/${website.id}/work-items/${website.items[0]}/`);
  const report = await checkDrift(scene.rehearsal, website.id);
  assert.deepEqual(report.missing, [{ entity: `issue:${website.items[0]}`, missing_in: "plane" }]);
});

Deno.test("a project that is not there, takes no part or gets no partner is not called in sync", async () => {
  await using scene = await createBackfillWorld();
  const { world } = scene;
  const website = await scene.project("Website", ["Home page"]);
  await assert.rejects(checkDrift(scene.rehearsal, crypto.randomUUID()), { code: "not_found" });
  for (const options of [{ plane_projects: ["another"] }, { create_in_odoo: false }]) {
    await world.sql`
      update plane.sync_config set options = ${JSON.stringify(options)}::text::jsonb
      where plane_type = 'project'`;
    await assert.rejects(
      checkDrift(scene.rehearsal, website.id),
      { code: "not_found" },
      JSON.stringify(options),
    );
  }
});
