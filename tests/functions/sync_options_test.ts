/** What the options of a pair leave out, and what they do not. */
import assert from "node:assert/strict";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { type Pair, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

async function setOptions({ world }: Pair, options: Record<string, unknown>): Promise<void> {
  await world.sql`
    update plane.sync_config set options = ${JSON.stringify(options)}::text::jsonb
    where plane_type = 'issue' and odoo_model = 'project.task'`;
}

async function addItem({ plane, project }: Pair, name: string): Promise<string> {
  return String((await plane.api("POST", `/projects/${project}/work-items/`, { name })).id);
}

/** As a backfill does that found the item's task by name. */
async function hintMatch({ world, project }: Pair, id: string, task: number | undefined): Promise<void> {
  await createSqlStore(world.sql).hint({
    key: { side: "plane", type: "issue", id },
    payload: { project_id: project, looked_up: true, match_odoo_id: task ?? 0 },
  });
  await world.drain();
}

const named = ({ world }: Pair, name: string) => world.odoo.search("project.task", [["name", "=", name]]);

Deno.test("a project of Odoo's that takes no part gets no tasks from its Plane project", async () => {
  const pair = await start();
  await using world = pair.world;
  await setOptions(pair, { odoo_projects: [999] });
  await addItem(pair, "Stays out");
  await world.arrive();
  assert.deepEqual(await named(pair, "Stays out"), []);
  const { id } = await world.partner("project", pair.project);
  await setOptions(pair, { odoo_projects: [id] });
  await addItem(pair, "Takes part");
  await world.arrive();
  assert.equal((await named(pair, "Takes part")).length, 1);
});

Deno.test("a list of projects that is none lets nobody in; what came meanwhile arrives once it is corrected", async () => {
  const pair = await start();
  await using world = pair.world;
  await setOptions(pair, { plane_projects: pair.project });
  await addItem(pair, "Meanwhile");
  await world.arrive();
  assert.deepEqual(await named(pair, "Meanwhile"), []);
  await setOptions(pair, { plane_projects: [pair.project] });
  await world.drain();
  assert.equal((await named(pair, "Meanwhile")).length, 1);
});

Deno.test("where nothing is made in Odoo, a task that a backfill found is linked all the same", async () => {
  const pair = await start();
  await using world = pair.world;
  const project = Number((await world.partner("project", pair.project)).id);
  const [task] = await world.odoo.create("project.task", [{ name: "Home", project_id: project }]);
  await setOptions(pair, { create_in_odoo: false });
  const [home, gone] = [await addItem(pair, "Home"), await addItem(pair, "Gone")];
  await hintMatch(pair, home, task);
  assert.equal((await world.partner("issue", home)).id, task);
  // It was deleted between the look and the link.
  await hintMatch(pair, gone, 999_999);
  assert.deepEqual(await named(pair, "Gone"), []);
  await world.arrive();
  assert.deepEqual(await named(pair, "Gone"), [], "nor later");
});

Deno.test("a task that has got another partner since a backfill found it is not written over", async () => {
  const pair = await start();
  await using world = pair.world;
  const other = await addItem(pair, "Other");
  await hintMatch(pair, other, pair.task);
  assert.equal((await world.partner("issue", pair.item)).name, "Start");
  assert.deepEqual(world.log.filter(({ event }) => event === "settle_failed"), []);
  const [row] = await world.sql`select status, last_error from plane.sync_queue`;
  assert.deepEqual({ ...row }, { status: "failed", last_error: "partner_taken" });
  assert.deepEqual(await named(pair, "Other"), []);
});

Deno.test("of two items that were found to be the same task at the same time, one gets it and the other writes nothing", async () => {
  const pair = await start();
  await using world = pair.world;
  const project = Number((await world.partner("project", pair.project)).id);
  const [task] = await world.odoo.create("project.task", [{ name: "Twin", project_id: project }]);
  const items = [await addItem(pair, "One"), await addItem(pair, "Other")];
  const store = createSqlStore(world.sql);
  for (const id of items) {
    await store.hint({
      key: { side: "plane", type: "issue", id },
      readFirst: true,
      payload: { project_id: pair.project, looked_up: true, match_odoo_id: task ?? 0 },
    });
  }
  // Both look before either writes.
  const looked = Promise.withResolvers<void>();
  let readings = 0;
  const read = world.odoo.read.bind(world.odoo);
  world.odoo.read = async (model, ids, ...rest) => {
    const answer = await read(model, ids, ...rest);
    if (model !== "project.task" || ids[0] !== task) return answer;
    readings += 1;
    if (readings === 2) looked.resolve();
    if (readings <= 2) await looked.promise;
    return answer;
  };
  await world.drain();
  await world.sql`update plane.sync_queue set next_attempt_at = now() where status = 'pending'`;
  await world.drain();
  const mapped = await world.sql<{ plane_id: string }[]>`
    select plane_id from plane.sync_mappings where odoo_model = 'project.task' and odoo_id = ${String(task)}`;
  const owner = mapped[0]?.plane_id ?? assert.fail("nobody got it");
  assert.deepEqual((await world.partner("issue", owner)).name, owner === items[0] ? "One" : "Other");
  const dead = await world.sql`select entity_key, reason from plane.v_dead_letters`;
  const loser = items.find((id) => id !== owner);
  assert.deepEqual([...dead], [{ entity_key: `issue:${loser}`, reason: "partner_taken" }]);
  const written = await world.sql`
    select l.id from plane.sync_log l where l.source_id = ${loser ?? ""} and l.success`;
  assert.deepEqual([...written], []);
  assert.deepEqual(world.log.filter(({ event }) => event === "settle_failed"), []);
});

Deno.test("where only Odoo's changes count, an item moved in Plane does not move its task", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane } = pair;
  const other = await plane.api("POST", "/projects/", { name: "Other", identifier: "OTHER" });
  await world.arrive();
  await world.sql`
    update plane.sync_config set direction = 'odoo_to_plane'
    where plane_type = 'issue' and odoo_model = 'project.task'`;
  const before = (await world.partner("issue", pair.item)).project_id;
  const stored = world.plane?.world.workItems.get(pair.item) ?? assert.fail("the item is gone");
  Object.assign(stored, { project: String(other.id) });
  await world.sql`select plane.enqueue_sync('plane', ${pair.item}, 'issue', 'update', ${
    JSON.stringify({ project_id: other.id })
  }::text::jsonb)`;
  await world.drain();
  const [row] = await world
    .sql`select plane_project_id from plane.sync_mappings where plane_id = ${pair.item}`;
  assert.equal(row?.plane_project_id, other.id, "it was seen");
  assert.deepEqual((await world.partner("issue", pair.item)).project_id, before);
});
