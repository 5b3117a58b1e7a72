/** The drift check of what hangs on projects and work items, and of records of other models. */
import assert from "node:assert/strict";
import { checkDrift, type DriftReport } from "../../shared/drift/check.ts";
import { type BackfillWorld, createBackfillWorld, reportOf } from "../support/backfill_world.ts";
import { makeOrder } from "../support/document_scene.ts";

interface Planned {
  id: string;
  items: string[];
  at: string;
}

/** A project whose cycles and modules are switched on. */
async function plannedProject(scene: BackfillWorld, items: readonly string[]): Promise<Planned> {
  const project = await scene.project("Website", items);
  const at = `/projects/${project.id}`;
  await scene.plane.api("PATCH", `${at}/`, { cycle_view: true, module_view: true });
  return { ...project, at };
}

const make = async ({ plane }: BackfillWorld, path: string, body: object) =>
  String((await plane.api("POST", path, body)).id);

async function partnerId({ world }: BackfillWorld, type: string, id: string): Promise<number> {
  const [row] = await world.sql<{ odoo_id: string }[]>`
    select odoo_id from plane.sync_mappings where plane_type = ${type} and plane_id = ${id}`;
  assert(row !== undefined, `${type} has no partner`);
  return Number(row.odoo_id);
}

const differences = (report: DriftReport) =>
  report.differences.map(({ entity, field, side }) => [entity.split(":")[0], field, side]).toSorted();

Deno.test("cycles, modules, their members and the comments of few work items are compared, and agree after a backfill", async () => {
  await using scene = await createBackfillWorld();
  const project = await plannedProject(scene, ["Home page", "Contact form"]);
  const [home = ""] = project.items;
  const cycle = await make(scene, `${project.at}/cycles/`, { name: "Sprint", project_id: project.id });
  await make(scene, `${project.at}/cycles/${cycle}/cycle-issues/`, { issues: [home] });
  const module = await make(scene, `${project.at}/modules/`, { name: "Checkout" });
  await make(scene, `${project.at}/modules/${module}/module-issues/`, { issues: [home] });
  await make(scene, `${project.at}/work-items/${home}/comments/`, { comment_html: "<p>Hello</p>" });
  reportOf(await scene.finish(await scene.request()));
  const report = await checkDrift(scene.rehearsal, project.id);
  assert.equal(report.in_sync, true, JSON.stringify(report));
  assert.deepEqual(report.compared, {
    plane_items: 2,
    odoo_tasks: 2,
    odoo_records: 0,
    cycles: 1,
    modules: 1,
    comments: 1,
    messages: 1,
  });
  assert.deepEqual(report.not_compared, []);
});

Deno.test("what differs in cycles and modules is listed by field, members among them; who has no partner is missing", async () => {
  await using scene = await createBackfillWorld();
  const { plane, world } = scene;
  const project = await plannedProject(scene, ["Home page", "Contact form"]);
  const [home = "", contact = ""] = project.items;
  const dates = { start_date: "2090-01-01", end_date: "2090-01-14", project_id: project.id };
  const cycle = await make(scene, `${project.at}/cycles/`, { name: "Sprint", ...dates });
  const gone = await make(scene, `${project.at}/cycles/`, { name: "Gone", project_id: project.id });
  const module = await make(scene, `${project.at}/modules/`, { name: "Checkout" });
  await make(scene, `${project.at}/modules/${module}/module-issues/`, { issues: [home] });
  reportOf(await scene.finish(await scene.request()));
  await plane.api("PATCH", `${project.at}/cycles/${cycle}/`, {
    name: "Sprint 1",
    ...dates,
    end_date: "2090-01-20",
  });
  await make(scene, `${project.at}/cycles/${cycle}/cycle-issues/`, { issues: [home] });
  await make(scene, `${project.at}/modules/${module}/module-issues/`, { issues: [contact] });
  await plane.api("DELETE", `${project.at}/cycles/${gone}/`);
  const added = await make(scene, `${project.at}/cycles/`, { name: "New", project_id: project.id });
  const report = await checkDrift(scene.rehearsal, project.id);
  assert.deepEqual(differences(report), [
    ["cycle", "end_date", "odoo"],
    ["cycle", "members", "odoo"],
    ["cycle", "name", "odoo"],
    ["cycle", "reached", "odoo"],
    ["module", "members", "odoo"],
  ]);
  const [first, second] = [home, contact].map(async (item) =>
    Number((await world.partner("issue", item)).id)
  );
  const both = [await first, await second].toSorted();
  const members = report.differences.filter(({ field }) => field === "members");
  assert.deepEqual(members.map(({ is, should_be }) => [is, should_be]).toSorted(), [
    [[], [await first]],
    [[await first], both],
  ]);
  assert.deepEqual(report.missing, [{ entity: `cycle:${added}`, missing_in: "odoo" }]);
  const [milestone] = await world.odoo.read("project.milestone", [await partnerId(scene, "cycle", cycle)], [
    "name",
  ]);
  assert.equal(milestone?.name, "Sprint", "nothing is written");
});

Deno.test("comments differ by text and by number, on either side", async () => {
  await using scene = await createBackfillWorld();
  const { plane, world } = scene;
  const project = await plannedProject(scene, ["Home page"]);
  const path = `${project.at}/work-items/${project.items[0]}/comments/`;
  const [edited, deleted] = [
    await make(scene, path, { comment_html: "<p>One</p>" }),
    await make(scene, path, { comment_html: "<p>Two</p>" }),
  ];
  reportOf(await scene.finish(await scene.request()));
  await plane.api("PATCH", `${path}${edited}/`, { comment_html: "<p>One, edited</p>" });
  await plane.api("DELETE", `${path}${deleted}/`);
  const added = await make(scene, path, { comment_html: "<p>Three</p>" });
  const posted = await world.odoo.call("project.task", "message_post", {
    ids: [await partnerId(scene, "issue", project.items[0] ?? "")],
    body: "<p>Four</p>",
    body_is_html: true,
    message_type: "comment",
    subtype_xmlid: "mail.mt_note",
  });
  const message = Number(Array.isArray(posted) ? posted[0] : posted);
  const report = await checkDrift(scene.rehearsal, project.id);
  assert.deepEqual(
    report.differences.map(({ entity, field, side }) => [entity, field, side]),
    [[`issue_comment:${edited}`, "comment", "odoo"]],
  );
  assert.deepEqual(
    report.missing.toSorted((left, right) => left.entity < right.entity ? -1 : 1),
    [
      { entity: `issue_comment:${added}`, missing_in: "odoo" as const },
      { entity: `issue_comment:${deleted}`, missing_in: "plane" as const },
      { entity: `mail.message:${message}`, missing_in: "plane" as const },
    ].toSorted((left, right) => left.entity < right.entity ? -1 : 1),
  );
  assert.deepEqual([report.compared.comments, report.compared.messages], [2, 3]);
});

Deno.test("the comments of many work items are compared when asked for, as far as the time goes; the answer says what was not", async () => {
  await using scene = await createBackfillWorld();
  const { plane } = scene;
  const project = await plannedProject(scene, Array.from({ length: 22 }, (_, index) => `Item ${index}`));
  const items = project.items.toSorted();
  reportOf(await scene.finish(await scene.request()));
  for (const item of [items[0], items[21]]) {
    await make(scene, `${project.at}/work-items/${item}/comments/`, { comment_html: "<p>Hello</p>" });
  }
  const before = plane.requests.length;
  const unasked = await checkDrift(scene.rehearsal, project.id);
  assert.deepEqual(unasked.not_compared, [
    { what: "issue_comment", reason: "not_asked", plane_calls: 22 },
  ]);
  assert.equal(plane.requests.slice(before).filter(({ path }) => path.includes("comments")).length, 0);
  assert.equal(unasked.in_sync, true, JSON.stringify(unasked));
  let looks = 0;
  const cut = await checkDrift(scene.rehearsal, project.id, {
    comments: true,
    outOfTime: () => (looks += 1) > 1,
  });
  assert.deepEqual(cut.not_compared, [{ what: "issue_comment", reason: "out_of_time", plane_calls: 2 }]);
  assert.deepEqual(cut.missing.length, 1);
});

Deno.test("records of other models are compared with their work items; what is switched off is said", async () => {
  await using scene = await createBackfillWorld();
  const { plane, world } = scene;
  const office = await plannedProject(scene, []);
  await world.sql`
    update plane.sync_config set enabled = true, options = ${world.sql.json({ plane_project: office.id })}
    where odoo_model = 'sale.order'`;
  await world
    .sql`update plane.sync_config set enabled = false where plane_type in ('cycle', 'issue_comment')`;
  const [changed, gone] = [await makeOrder(scene, "Ann"), await makeOrder(scene, "Bob")];
  reportOf(await scene.finish(await scene.request()));
  assert.equal((await checkDrift(scene.rehearsal, office.id)).in_sync, true);
  await world.odoo.call("sale.order", "action_confirm", { ids: [changed] });
  const [row] = await world.sql`
    select plane_id from plane.sync_mappings where odoo_model = 'sale.order' and odoo_id = ${String(gone)}`;
  await plane.api("DELETE", `${office.at}/work-items/${row?.plane_id}/`);
  const added = await makeOrder(scene, "Carol");
  const report = await checkDrift(scene.rehearsal, office.id);
  assert.deepEqual(differences(report), [["issue", "description", "plane"], ["issue", "state", "plane"]]);
  assert.deepEqual(
    report.missing.toSorted((left, right) => left.entity < right.entity ? -1 : 1),
    [{ entity: `issue:${row?.plane_id}`, missing_in: "plane" as const }, {
      entity: `sale.order:${added}`,
      missing_in: "plane" as const,
    }],
  );
  assert.equal(report.compared.odoo_records, 3);
  assert.deepEqual(report.not_compared, [
    { what: "cycle", reason: "switched_off" },
    { what: "issue_comment", reason: "switched_off" },
  ]);
});

Deno.test("a project that only shows records of another model can be checked", async () => {
  await using scene = await createBackfillWorld();
  const { world } = scene;
  const office = await plannedProject(scene, []);
  await world.sql`
    update plane.sync_config set enabled = true, options = ${world.sql.json({ plane_project: office.id })}
    where odoo_model = 'sale.order'`;
  await world
    .sql`update plane.sync_config set options = '{"plane_projects": []}' where plane_type = 'project'`;
  const order = await makeOrder(scene, "Ann");
  const { missing } = await checkDrift(scene.rehearsal, office.id);
  assert.deepEqual(missing, [{ entity: `sale.order:${order}`, missing_in: "plane" }]);
});

Deno.test("what is in the archive of both sides is not missing", async () => {
  await using scene = await createBackfillWorld();
  const { plane, world } = scene;
  const project = await plannedProject(scene, ["Home page"]);
  reportOf(await scene.finish(await scene.request()));
  const states = (await plane.api("GET", `${project.at}/states/`)).results as { id: string; group: string }[];
  const path = `${project.at}/work-items/${project.items[0]}/`;
  await plane.api("PATCH", path, { state: states.find(({ group }) => group === "completed")?.id });
  await plane.api("PATCH", path, { archived_at: "2026-01-01" });
  await world.sql`select plane.enqueue_sync('plane', ${project.items[0] ?? ""}, 'issue')`;
  await world.arrive();
  assert.equal((await world.partner("issue", project.items[0] ?? "")).active, false);
  const report = await checkDrift(scene.rehearsal, project.id);
  assert.deepEqual([report.missing, report.in_sync], [[], true], JSON.stringify(report));
});
