/** Edits on both sides of a pair, over real SQL and the sandboxes of both servers. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

interface Pair {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  item: string;
  task: number;
}

type Values = Record<string, unknown>;

async function startPair(values: Values = {}, odooAheadMs = 0): Promise<Pair> {
  const world = await createSyncWorld({ withPlane: true, odooAheadMs });
  const { plane } = world;
  assert(plane !== undefined);
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const made = await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start", ...values });
  const item = String(made.id);
  await world.arrive();
  return { world, plane, project, item, task: Number((await world.partner("issue", item)).id) };
}

const inPlane = ({ plane, project, item }: Pair) =>
  plane.api("GET", `/projects/${project}/work-items/${item}/`);
const editPlane = ({ plane, project, item }: Pair, values: Values) =>
  plane.api("PATCH", `/projects/${project}/work-items/${item}/`, values);
const editOdoo = ({ world, task }: Pair, values: Values) => world.odoo.write("project.task", [task], values);
const stageId = (pair: Pair, name: string) =>
  Number(pair.world.sandboxOdoo.records("project.task.type").find((stage) => stage.name === name)?.id);

async function stateName(pair: Pair): Promise<string> {
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/states/`);
  const { state } = await inPlane(pair);
  return (results as { id: string; name: string }[]).find(({ id }) => id === state)?.name ?? "";
}

async function logged(pair: Pair): Promise<{ field: string; side: string; why: string }[]> {
  const rows = await pair.world.sql<{ changes: { field: string; side: string; why: string }[] }[]>`
    select changes from plane.sync_log order by id`;
  return rows.flatMap(({ changes }) => changes);
}

Deno.test("every field changed in Odoo is in Plane", async () => {
  const pair = await startPair();
  await using world = pair.world;
  const alice = world.sandboxOdoo.addUser({ name: "Alice", login: pair.plane.users.alice.email });
  const parent = String(
    (await pair.plane.api("POST", `/projects/${pair.project}/work-items/`, { name: "Parent" })).id,
  );
  await world.arrive();
  const [tag] = await world.odoo.create("project.tags", [{ name: "urgent customer" }]);
  await editOdoo(pair, {
    name: "Renamed",
    description: "<p>Written in <b>Odoo</b></p>",
    priority: "2",
    stage_id: stageId(pair, "In Progress"),
    user_ids: [[6, 0, [alice]]],
    tag_ids: [[6, 0, [tag]]],
    date_deadline: "2026-12-24 12:00:00",
    parent_id: Number((await world.partner("issue", parent)).id),
  });
  await world.hintOdoo("project.task", pair.task);
  const item = await inPlane(pair);
  assert.equal(item.name, "Renamed");
  assert.match(String(item.description_html), /Written in <(b|strong)>Odoo/);
  assert.equal(item.priority, "high");
  assert.equal(await stateName(pair), "In Progress");
  assert.deepEqual(item.assignees, [pair.plane.users.alice.id]);
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/labels/`);
  assert.deepEqual(
    (results as { id: string; name: string }[]).filter(({ id }) => (item.labels as string[]).includes(id))
      .map((
        { name },
      ) => name),
    ["urgent customer"],
  );
  assert.equal(item.target_date, "2026-12-24");
  assert.equal(item.parent, parent);
});

Deno.test("edits of different fields on both sides are both kept", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await editOdoo(pair, { name: "Odoo's name" });
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  const task = await world.partner("issue", pair.item);
  const item = await inPlane(pair);
  assert.deepEqual([task.name, task.priority], ["Odoo's name", "3"]);
  assert.deepEqual([item.name, item.priority], ["Odoo's name", "urgent"]);
});

Deno.test("after everything has settled, echoes cause neither a write nor a change", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await editOdoo(pair, { name: "From Odoo" });
  await world.hintOdoo("project.task", pair.task);
  const requests = pair.plane.requests.length;
  const calls = world.sandboxOdoo.calls.length;
  await world.arrive();
  assert.equal(
    pair.plane.requests.length,
    requests,
    "an announcement of our own write costs no call to Plane",
  );
  assert.equal(world.sandboxOdoo.calls.length, calls, "nor to Odoo");
  await world.hintOdoo("project.task", pair.task);
  assert.equal(pair.plane.requests.length, requests);
  assert.equal(world.sandboxOdoo.calls.length, calls + 1, "a hint of Odoo's costs one reading");
});

Deno.test("a task made in Odoo becomes one work item, and its announcement no second task", async () => {
  const pair = await startPair();
  await using world = pair.world;
  const project = Number((await world.partner("project", pair.project)).id);
  const [task] = await world.odoo.create("project.task", [{
    name: "Made in Odoo",
    project_id: project,
    priority: "3",
    user_ids: [],
  }]);
  assert(task !== undefined);
  await world.hintOdoo("project.task", task);
  await world.arrive();
  await world.hintOdoo("project.task", task);
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/work-items/`);
  const items = (results as Values[]).filter(({ name }) => name === "Made in Odoo");
  assert.equal(items.length, 1);
  assert.deepEqual([items[0]?.priority, items[0]?.external_source], ["urgent", "odoo"]);
  assert.equal(world.sandboxOdoo.records("project.task").length, 2);
  const [mapping] = await world.sql`
    select origin, odoo_id, status from plane.sync_mappings where plane_id = ${String(items[0]?.id)}`;
  assert.deepEqual({ ...mapping }, { origin: "odoo", odoo_id: String(task), status: "active" });
});

Deno.test("a project made in Odoo becomes a project in Plane, and its tasks follow", async () => {
  const pair = await startPair();
  await using world = pair.world;
  const [project] = await world.odoo.create("project.project", [{ name: "From Odoo" }]);
  const [task] = await world.odoo.create("project.task", [{
    name: "First",
    project_id: project,
    user_ids: [],
  }]);
  assert(task !== undefined);
  await world.hintOdoo("project.task", task);
  const { results } = await pair.plane.api("GET", "/projects/");
  const made = (results as Values[]).find(({ name }) => name === "From Odoo");
  assert.equal(made?.identifier, "FROMODO");
  const items = await pair.plane.api("GET", `/projects/${made?.id}/work-items/`);
  assert.deepEqual((items.results as Values[]).map(({ name }) => name), ["First"]);
});

Deno.test("closing a task where it stands closes the work item, and reopening opens it again", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await editOdoo(pair, { state: "1_done" });
  await world.hintOdoo("project.task", pair.task);
  assert.equal(await stateName(pair), "Done");
  await world.arrive();
  await editOdoo(pair, { state: "01_in_progress" });
  await world.hintOdoo("project.task", pair.task);
  assert.notEqual(await stateName(pair), "Done");
});

Deno.test("archiving in Odoo archives in Plane, and back", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await editOdoo(pair, { active: false });
  await world.hintOdoo("project.task", pair.task);
  await assert.rejects(inPlane(pair), "an archived item is hidden");
  await editOdoo(pair, { active: true });
  await world.hintOdoo("project.task", pair.task);
  assert.equal((await inPlane(pair)).name, "Start");
});

Deno.test("with manual a field changed on both sides waits for a person, and the others go on", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'manual' where plane_type = 'issue'`;
  await editOdoo(pair, { name: "Odoo's", priority: "2" });
  await editPlane(pair, { name: "Plane's" });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  const task = await world.partner("issue", pair.item);
  const item = await inPlane(pair);
  assert.deepEqual([task.name, item.name], ["Odoo's", "Plane's"]);
  assert.equal(item.priority, "high");
  const conflicts = await world
    .sql`select field, base, plane_value, odoo_value, status from plane.sync_conflict`;
  assert.deepEqual([...conflicts].map((row) => ({ ...row })), [
    { field: "name", base: "Start", plane_value: "Plane's", odoo_value: "Odoo's", status: "open" },
  ]);
  const [{ id } = { id: "" }] = await world.sql<{ id: string }[]>`select id from plane.sync_conflict`;
  await world.sql`select plane.resolve_conflict(${id}, '{"side": "odoo"}', 'ann')`;
  await world.drain();
  assert.equal((await inPlane(pair)).name, "Odoo's");
  const [{ status } = { status: "" }] = await world.sql<
    { status: string }[]
  >`select status from plane.sync_conflict`;
  assert.equal(status, "resolved");
});

Deno.test("with latest_wins the later change wins, and the earlier one is in the log", async () => {
  const pair = await startPair({}, 60_000);
  await using world = pair.world;
  await editPlane(pair, { name: "Earlier" });
  await editOdoo(pair, { name: "Later" });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  assert.equal((await inPlane(pair)).name, "Later");
  assert.equal((await world.partner("issue", pair.item)).name, "Later");
  assert.deepEqual(
    (await logged(pair)).filter(({ why }) => why.startsWith("conflict")).map((
      { field, why },
    ) => [field, why]),
    [
      ["name", "conflict_odoo_won"],
    ],
  );
});

Deno.test("deleting the task in Odoo archives the work item, unless it was edited since", async () => {
  const pair = await startPair();
  await using world = pair.world;
  await world.odoo.call("project.task", "unlink", { ids: [pair.task] });
  await world.hintOdoo("project.task", pair.task);
  await assert.rejects(inPlane(pair), "archived");

  const other = await startPair();
  await using otherWorld = other.world;
  await other.world.odoo.call("project.task", "unlink", { ids: [other.task] });
  await editPlane(other, { name: "Still needed" });
  await otherWorld.arrive();
  await otherWorld.hintOdoo("project.task", other.task);
  assert.equal((await inPlane(other)).name, "Still needed");
});

Deno.test("labels and assignees added on both sides are joined", async () => {
  const pair = await startPair();
  await using world = pair.world;
  const label = await pair.plane.api("POST", `/projects/${pair.project}/labels/`, { name: "plane's" });
  const [tag] = await world.odoo.create("project.tags", [{ name: "odoo's" }]);
  await editPlane(pair, { labels: [label.id] });
  await editOdoo(pair, { tag_ids: [[6, 0, [tag]]] });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  const task = await world.partner("issue", pair.item);
  assert.equal((task.tag_ids as number[]).length, 2);
  assert.equal(((await inPlane(pair)).labels as string[]).length, 2);
  await editOdoo(pair, { tag_ids: [[6, 0, [tag]]] });
  await world.hintOdoo("project.task", pair.task);
  assert.equal(((await inPlane(pair)).labels as string[]).length, 1, "what Odoo takes away goes in Plane");
});
