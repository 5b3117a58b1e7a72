/** Records that both sides have already, over real SQL and the sandboxes. */
import assert from "node:assert/strict";
import { createBackfillWorld, reportOf } from "../support/backfill_world.ts";

Deno.test("records that both sides have are linked by name, whatever the case, and nothing is made twice", async () => {
  await using scene = await createBackfillWorld();
  const { world } = scene;
  const website = await scene.project("Website", ["Home page", " Contact form "]);
  const [project] = await world.odoo.create("project.project", [{ name: "website " }]);
  const [home, contact] = await world.odoo.create("project.task", [
    { name: "HOME PAGE", project_id: project },
    { name: "Contact Form", project_id: project },
  ]);
  const report = reportOf(await scene.finish(await scene.request()));
  assert.equal((await world.partner("project", website.id)).id, project);
  assert.equal((await world.partner("issue", website.items[0] ?? "")).id, home);
  assert.equal((await world.partner("issue", website.items[1] ?? "")).id, contact);
  assert.equal(world.sandboxOdoo.records("project.task").length, 2);
  assert.equal(world.sandboxOdoo.records("project.project").length, 1);
  const { results } = await scene.plane.api("GET", `/projects/${website.id}/work-items/`);
  assert.equal((results as unknown[]).length, 2);
  assert.equal(report.effects.create, undefined);
  assert.equal(report.complete, true, JSON.stringify(report));
});

Deno.test("a record that carries our external id is its partner, whatever its name is by now", async () => {
  await using scene = await createBackfillWorld();
  const { world } = scene;
  const website = await scene.project("Website", ["Home page"]);
  const [item = ""] = website.items;
  reportOf(await scene.finish(await scene.request()));
  const task = await world.partner("issue", item);
  await world.odoo.write("project.task", [task.id], { name: "Renamed in Odoo" });
  await world.sql`delete from plane.sync_mappings where plane_type = 'issue'`;
  await world.sql`delete from plane.sync_tombstone`;
  reportOf(await scene.finish(await scene.request()));
  assert.equal((await world.partner("issue", item)).id, task.id);
  assert.equal(world.sandboxOdoo.records("project.task").length, 1);
});

Deno.test("namesakes are reported, neither linked nor made again; the rest goes on", async () => {
  await using scene = await createBackfillWorld();
  const { world } = scene;
  const website = await scene.project("Website", ["Meeting", "meeting", "Home page"]);
  const [project] = await world.odoo.create("project.project", [{ name: "Website" }]);
  const [meeting] = await world.odoo.create("project.task", [{ name: "Meeting", project_id: project }]);
  const report = reportOf(await scene.finish(await scene.request()));
  assert.deepEqual(report.duplicates, [{
    project: website.id,
    name: report.duplicates[0]?.name ?? "",
    plane: website.items.slice(0, 2).toSorted(),
    odoo: [meeting],
  }]);
  assert.equal(report.complete, false);
  assert.equal(world.sandboxOdoo.records("project.task").length, 2, "only the home page was made");
  const { results } = await scene.plane.api("GET", `/projects/${website.id}/work-items/`);
  assert.equal((results as unknown[]).length, 3);
  assert.deepEqual(
    (await world.sql`select entity_key from plane.sync_queue`).length,
    0,
    "nobody guesses later",
  );
});

Deno.test("a child is made after its parent, in one write, also when the parent is younger", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  const website = await scene.project("Website", ["Child", "Parent"]);
  const [child = "", parent = ""] = website.items;
  await plane.api("PATCH", `/projects/${website.id}/work-items/${child}/`, { parent });
  reportOf(await scene.finish(await scene.request()));
  const task = await world.partner("issue", child);
  assert.equal((task.parent_id as [number, string])[0], (await world.partner("issue", parent)).id);
  const loads = world.sandboxOdoo.calls.filter(({ model, method }) =>
    model === "project.task" && method === "load"
  );
  assert.equal(loads.length, 2);
  assert(
    !world.sandboxOdoo.calls.some(({ model, method }) => model === "project.task" && method === "write"),
  );
  const reads = plane.requests.filter(({ method, path }) => method === "GET" && path.endsWith(`/${parent}/`));
  assert.deepEqual(reads, [], "the parent came with its page");
});

Deno.test("towards one side only, the other side's records without partner are left alone", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  const website = await scene.project("Website", ["Home page"]);
  reportOf(await scene.finish(await scene.request({ direction: "to_odoo" })));
  const project = Number((await world.partner("project", website.id)).id);
  await world.odoo.create("project.task", [{ name: "Only in Odoo", project_id: project }]);
  await plane.api("POST", `/projects/${website.id}/work-items/`, { name: "Only in Plane" });
  const names = async () => {
    const { results } = await plane.api("GET", `/projects/${website.id}/work-items/`);
    return (results as { name: string }[]).map(({ name }) => name).toSorted();
  };
  reportOf(await scene.finish(await scene.request({ direction: "to_odoo" })));
  assert.deepEqual(await names(), ["Home page", "Only in Plane"]);
  assert.equal(world.sandboxOdoo.records("project.task").length, 3);
  await plane.api("POST", `/projects/${website.id}/work-items/`, { name: "Later in Plane" });
  reportOf(await scene.finish(await scene.request({ direction: "to_plane" })));
  assert.deepEqual(await names(), ["Home page", "Later in Plane", "Only in Odoo", "Only in Plane"]);
  assert.equal(world.sandboxOdoo.records("project.task").length, 3);
});
