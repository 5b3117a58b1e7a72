/** Backfills over real SQL and the sandboxes of both servers. */
import assert from "node:assert/strict";
import { createBackfillWorld, reportOf } from "../support/backfill_world.ts";

Deno.test("a backfill brings projects and work items of both sides to the other, and says that nothing is missing", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  const website = await scene.project("Website", ["Home page", "Contact form"]);
  const [shop] = await world.odoo.create("project.project", [{ name: "Shop" }]);
  await world.odoo.create("project.task", [{ name: "Checkout", project_id: shop }]);

  const report = reportOf(await scene.finish(await scene.request()));

  const home = await world.partner("issue", website.items[0] ?? "");
  assert.equal(home.name, "Home page");
  const { results } = await plane.api("GET", "/projects/");
  const made = (results as { id: string; name: string }[]).find(({ name }) => name === "Shop");
  assert(made !== undefined);
  const items = (await plane.api("GET", `/projects/${made.id}/work-items/`)).results as { name: string }[];
  assert.deepEqual(items.map(({ name }) => name), ["Checkout"]);
  assert.equal(report.complete, true, JSON.stringify(report));
  assert.equal(report.projects.length, 2);
  assert.deepEqual(report.effects, { create: 5 });
});

interface Logged {
  source_id: string;
  operation: string;
  changes: { field: string; side: "odoo" | "plane"; to: unknown; why: string }[];
}

Deno.test("a dry run writes nothing, and says exactly what the real run then does", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  const website = await scene.project("Website", ["Home page", "Contact form", "Parent"]);
  const [home = "", contact = "", parent = ""] = website.items;
  const { id: label } = await plane.api("POST", `/projects/${website.id}/labels/`, { name: "Fast" });
  await plane.api("PATCH", `/projects/${website.id}/work-items/${home}/`, {
    parent,
    labels: [label],
    priority: "high",
  });
  const [other] = await world.odoo.create("project.project", [{ name: " WEBSITE " }]);
  const [task] = await world.odoo.create("project.task", [
    { name: "contact form", project_id: other, description: "<p>From Odoo</p>" },
    { name: "Only here", project_id: other },
  ]);
  const before = JSON.stringify([
    world.sandboxOdoo.records("project.task"),
    world.sandboxOdoo.records("project.project"),
    world.sandboxOdoo.records("project.tags"),
    world.sandboxOdoo.records("project.task.type"),
    await plane.api("GET", `/projects/${website.id}/work-items/`),
    await world.sql`select * from plane.sync_mappings`,
    await world.sql`select * from plane.sync_queue`,
    await world.sql`select * from plane.sync_value_map`,
    await world.sql`select * from plane.sync_log`,
  ]);
  const dry = await scene.finish(await scene.request({}, true));
  assert.equal(dry.status, "done", String(dry.error));
  const after = JSON.stringify([
    world.sandboxOdoo.records("project.task"),
    world.sandboxOdoo.records("project.project"),
    world.sandboxOdoo.records("project.tags"),
    world.sandboxOdoo.records("project.task.type"),
    await plane.api("GET", `/projects/${website.id}/work-items/`),
    await world.sql`select * from plane.sync_mappings`,
    await world.sql`select * from plane.sync_queue`,
    await world.sql`select * from plane.sync_value_map`,
    await world.sql`select * from plane.sync_log`,
  ]);
  assert.equal(after, before, "a dry run changed something");

  const requestsBefore = plane.requests.length;
  const odooBefore = world.sandboxOdoo.calls.length;
  const id = await scene.request();
  reportOf(await scene.finish(id));
  const planeWrites = plane.requests.slice(requestsBefore).filter(({ method }) => method !== "GET").length;
  const logged = await world.sql<Logged[]>`
    select source_id, operation, changes from plane.sync_log where run_id = ${id} and operation <> 'none' order by id`;
  const really = logged.map(({ operation, changes }) => summary(operation, changes)).toSorted();

  interface Record {
    entity: string;
    action: string;
    odoo: { [field: string]: unknown };
    plane: { [field: string]: unknown };
  }
  const report = dry.report as unknown as {
    records: Record[];
    calls: { plane: { writes: number; reads: number }; odoo: { writes: number } };
  };
  const predicted = report.records.map(({ action, odoo, plane: toPlane }) =>
    JSON.stringify([
      action.startsWith("create") ? "create" : action,
      sorted(odoo),
      sorted(toPlane),
    ])
  ).toSorted();
  assert.deepEqual(fieldsOnly(predicted), fieldsOnly(really));
  assert.equal(report.calls.plane.writes, planeWrites);
  assert(world.sandboxOdoo.calls.length > odooBefore);
  assert.equal(Number((await world.partner("issue", contact)).id), task, "linked by name");
  const homeTask = await world.partner("issue", home);
  assert.equal((homeTask.parent_id as [number, string])[0], (await world.partner("issue", parent)).id);
});

function summary(operation: string, changes: Logged["changes"]): string {
  const side = (wanted: string) =>
    sorted(
      Object.fromEntries(
        changes.filter(({ side, why }) => side === wanted && why !== "same_on_both").map((
          { field, to },
        ) => [field, to]),
      ),
    );
  return JSON.stringify([operation, side("odoo"), side("plane")]);
}

function sorted(values: { [field: string]: unknown }): [string, unknown][] {
  return Object.entries(values).toSorted(([left], [right]) => left < right ? -1 : 1);
}

/** Ids of what is only imagined are not the real ones: names and texts are compared, ids are not. */
function fieldsOnly(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/-?\b\d+\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "#"))
    .toSorted();
}

Deno.test("a work item that was deleted and nobody knows it yet does not end a run", async () => {
  await using scene = await createBackfillWorld();
  const website = await scene.project("Website", ["Home page", "Contact form"]);
  reportOf(await scene.finish(await scene.request()));
  await scene.plane.api("DELETE", `/projects/${website.id}/work-items/${website.items[0]}/`);
  assert.equal((await scene.finish(await scene.request())).status, "done");
});
