/** Projects that the configuration of projects leaves out, and what belongs to them. */
import assert from "node:assert/strict";
import { createBackfillStore } from "../../shared/store/runs/sql_backfill.ts";
import { readStatus } from "../../shared/store/operators/status.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

async function setOptions({ sql }: SyncWorld, options: Record<string, unknown>): Promise<void> {
  await sql`
    update plane.sync_config set options = ${JSON.stringify(options)}::text::jsonb
    where plane_type = 'project' and odoo_model = 'project.project'`;
}

/** What a backfill leaves of a project. */
async function askedByRun({ sql }: SyncWorld, key: object): Promise<string> {
  const [run] = await sql<{ id: string }[]>`
    insert into plane.sync_run (kind, scope) values ('backfill', '{}') returning id`;
  const hint = { key, priority: 1, payload: { run_id: run?.id } };
  await sql`select plane.leave_run_hints(${JSON.stringify([hint])}::text::jsonb)`;
  return String(run?.id);
}

async function waiting({ sql }: SyncWorld): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select split_part(entity_key, ':', 1) || ' ' || status || ' ' || coalesce(last_error, '') as line
    from plane.sync_queue order by 1`;
  return rows.map(({ line }) => line);
}

const names = ({ sandboxOdoo }: SyncWorld, model: string) =>
  sandboxOdoo.records(model).map(({ name }) => String(name)).sort();

for (const options of [{ plane_projects: [crypto.randomUUID()] }, { create_in_odoo: false }]) {
  const [name] = Object.keys(options);
  Deno.test(`what belongs to a project that ${name} of projects leaves out is skipped, until the configuration changes`, async () => {
    await using world = await createSyncWorld({ withPlane: true });
    const { plane, sql } = world;
    assert(plane !== undefined);
    await setOptions(world, options);
    const { id } = await plane.api("POST", "/projects/", {
      name: "Out",
      identifier: "OUT",
      cycle_view: true,
    });
    const add = (path: string, values: object) => plane.api("POST", `/projects/${id}/${path}/`, values);
    const item = await add("work-items", { name: "An item" });
    await add("work-items", { name: "Another" });
    await add(`work-items/${item.id}/comments`, { comment_html: "<p>Said</p>" });
    await add("cycles", { name: "Sprint", project_id: id });
    await world.arrive();
    assert.deepEqual([names(world, "project.project"), names(world, "project.task")], [[], []]);
    const left = ["issue_comment pending left_out", "project pending left_out"];
    assert.deepEqual(await waiting(world), left);
    const deliveries = await sql<{ entity_type: string; status: string }[]>`
      select distinct entity_type, status from plane.webhook_delivery where entity_type in ('cycle', 'issue') order by 1`;
    assert.deepEqual(deliveries.map((row) => `${row.entity_type} ${row.status}`), [
      "cycle processed",
      "issue processed",
    ]);
    assert.deepEqual((await readStatus(sql)).left_out, [{ project: `project:${id}`, records: 3 }]);

    const asked = plane.requests.length;
    await plane.api("PATCH", `/projects/${id}/work-items/${item.id}/`, { name: "Renamed" });
    await world.arrive();
    assert.deepEqual(await waiting(world), left);
    assert.equal(plane.requests.length - asked, 1, "which costs no call");

    await setOptions(world, {});
    await world.drain();
    assert.deepEqual(names(world, "project.project"), ["Out"]);
    assert.deepEqual(names(world, "project.task"), ["Another", "Renamed"]);
    assert.deepEqual(names(world, "project.milestone"), ["Sprint"]);
    const said = world.sandboxOdoo.records("mail.message").filter(({ body }) =>
      String(body).includes("Said")
    );
    assert.equal(said.length, 1);
    assert.deepEqual(await waiting(world), []);
    assert.deepEqual((await readStatus(sql)).left_out, []);
  });
}

for (const options of [{ odoo_projects: [999] }, { odoo_domain: [["name", "=", "In"]] }]) {
  const [name] = Object.keys(options);
  Deno.test(`what belongs to a project that ${name} of projects leaves out is skipped, until the configuration changes`, async () => {
    await using world = await createSyncWorld({ withPlane: true });
    const { odoo, plane, sql } = world;
    assert(plane !== undefined);
    await setOptions(world, options);
    const [project = 0] = await odoo.create("project.project", [{ name: "Out" }]);
    const [task = 0] = await odoo.create("project.task", [{ name: "A task", project_id: project }]);
    await odoo.call("project.task", "message_post", { ids: [task], body: "Said", message_type: "comment" });
    const said = world.sandboxOdoo.records("mail.message").find(({ body }) => String(body).includes("Said"));
    await world.hintOdoo("project.task", task);
    await world.hintOdoo("mail.message", Number(said?.id));
    assert.deepEqual(await waiting(world), ["project.project pending left_out"]);
    const key = `project.project:${project}`;
    assert.deepEqual((await readStatus(sql)).left_out, [{ project: key, records: 1 }]);

    await setOptions(world, {});
    await world.drain();
    await world.arrive();
    const [made] = (await plane.api("GET", "/projects/")).results as { id: string; name: string }[];
    assert.equal(made?.name, "Out");
    const items = (await plane.api("GET", `/projects/${made?.id}/work-items/`)).results as { name: string }[];
    assert.deepEqual(items.map((item) => item.name), ["A task"]);
    assert.deepEqual(await waiting(world), []);
  });
}

Deno.test("a project that was left out for what it was is looked at when it changes", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const { odoo, plane } = world;
  await setOptions(world, { odoo_domain: [["name", "=", "In"]] });
  const [project = 0] = await odoo.create("project.project", [{ name: "Out" }]);
  await world.hintOdoo("project.project", project);
  assert.deepEqual(await waiting(world), ["project.project pending left_out"]);
  await odoo.write("project.project", [project], { name: "In" });
  await world.hintOdoo("project.project", project);
  await world.arrive();
  const projects = (await plane?.api("GET", "/projects/"))?.results as { name: string }[];
  assert.deepEqual(projects.map(({ name }) => name), ["In"]);
  assert.deepEqual(await waiting(world), []);
});

for (const isAnnounced of [true, false]) {
  Deno.test(`a project that is left out, and that a run asks about ${isAnnounced ? "too" : "first"}, is looked at when the configuration changes`, async () => {
    await using world = await createSyncWorld({ withPlane: true });
    const { odoo, plane, sql } = world;
    await setOptions(world, { odoo_projects: [999] });
    const [project = 0] = await odoo.create("project.project", [{ name: "Out" }]);
    const [task = 0] = await odoo.create("project.task", [{ name: "A task", project_id: project }]);
    if (isAnnounced) await world.hintOdoo("project.task", task);
    const run = await askedByRun(world, { side: "odoo", model: "project.project", id: String(project) });
    if (!isAnnounced) await sql`select plane.enqueue_sync('odoo', ${String(task)}, 'project.task')`;
    await world.drain();
    assert.deepEqual(await waiting(world), ["project.project pending left_out"]);
    const store = createBackfillStore(sql);
    assert.deepEqual(await store.remains(run), { active: 0, waiting: 0, resting: 0, dead: 0 });
    assert.deepEqual(await store.unsettled(run, 10), [], "the run does not wait for what nobody may make");

    await setOptions(world, {});
    await world.drain();
    await world.arrive();
    const [made] = (await plane?.api("GET", "/projects/"))?.results as { id: string; name: string }[];
    assert.equal(made?.name, "Out");
    const items = (await plane?.api("GET", `/projects/${made?.id}/work-items/`))?.results as {
      name: string;
    }[];
    assert.deepEqual(items.map((item) => item.name), ["A task"]);
    assert.deepEqual(await waiting(world), []);
    assert.equal((await sql`select from plane.sync_waiting`).length, 0);
  });
}

for (const side of ["plane", "odoo"] as const) {
  Deno.test(`a project just made in ${side}, whose announcement comes before its maker has said so, does not stay left out`, async () => {
    await using world = await createSyncWorld({ withPlane: true });
    const { odoo, plane, sql, sandboxOdoo } = world;
    assert(plane !== undefined);
    await setOptions(world, { [`create_in_${side === "plane" ? "odoo" : "plane"}`]: false });
    world.dieBeforeSettling();
    if (side === "plane") {
      const [project = 0] = await odoo.create("project.project", [{ name: "New" }]);
      await world.hintOdoo("project.project", project);
    } else {
      await plane.api("POST", "/projects/", { name: "New", identifier: "NEW" });
      await world.arrive();
    }
    await sql`update plane.sync_queue set lock_until = clock_timestamp() + interval '1 hour' where status = 'processing'`;
    if (side === "plane") await world.arrive();
    else await world.hintOdoo("project.project", Number(sandboxOdoo.records("project.project")[0]?.id));
    const parked = side === "plane" ? "project" : "project.project";
    assert((await waiting(world)).includes(`${parked} pending left_out`), String(await waiting(world)));

    await sql`update plane.sync_queue set lock_until = clock_timestamp() where status = 'processing'`;
    await world.drain();
    await world.arrive();
    assert.deepEqual(await waiting(world), []);
    const pairs =
      await sql`select from plane.sync_mappings where plane_id is not null and odoo_id is not null`;
    assert.equal(pairs.length, 1);
  });
}

for (const end of ["archived", "deleted"]) {
  Deno.test(`a project of Odoo's that is left out and ${end} is not listed any more`, async () => {
    await using world = await createSyncWorld({ withPlane: true });
    const { odoo, sql } = world;
    await setOptions(world, { odoo_projects: [999] });
    const [project = 0] = await odoo.create("project.project", [{ name: "Out" }]);
    await world.hintOdoo("project.project", project);
    assert.equal((await readStatus(sql)).left_out.length, 1);
    if (end === "archived") await odoo.write("project.project", [project], { active: false });
    else await odoo.call("project.project", "unlink", { ids: [project] });
    await world.hintOdoo("project.project", project);
    assert.deepEqual((await readStatus(sql)).left_out, []);
    assert.deepEqual(await waiting(world), []);
  });
}
