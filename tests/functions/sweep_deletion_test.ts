/** What sweeps make of records that are in no list any more. */
import assert from "node:assert/strict";
import { releaseBrakes } from "../../shared/sweep/brakes.ts";
import { fullPlanePass } from "../../shared/sweep/full_plane.ts";
import { sweptKinds } from "../../shared/sweep/pair_kinds.ts";
import { actionsOf } from "../../shared/sweep/describe.ts";
import { createSweepWorld, EVERYTHING, type SweepWorld, WATERMARKS } from "../support/sweep_world.ts";

interface Scene extends AsyncDisposable {
  scene: SweepWorld;
  project: string;
  items: string[];
  tasks: number[];
}

/** A project with so many work items, all with partners, both sides swept once. */
async function startScene(count: number): Promise<Scene> {
  const scene = await createSweepWorld();
  const { world, plane } = scene;
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const items: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    items.push(
      String((await plane.api("POST", `/projects/${project}/work-items/`, { name: `Item ${n}` })).id),
    );
  }
  await world.arrive();
  await scene.sweep();
  const tasks: number[] = [];
  for (const item of items) tasks.push(Number((await world.partner("issue", item)).id));
  return { scene, project, items, tasks, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
}

const activeTasks = ({ scene }: Scene) =>
  scene.world.sandboxOdoo.records("project.task").filter(({ active }) => active === true).length;
const removeItem = ({ scene, project }: Scene, item = "") =>
  scene.plane.api("DELETE", `/projects/${project}/work-items/${item}/`);

/** Its webhook gets lost; archiving in the web app sends none. */
async function archiveInPlane({ scene, project, items }: Scene, index: number): Promise<void> {
  await scene.plane.api("PATCH", `/projects/${project}/work-items/${items[index]}/`, {
    archived_at: "2026-01-02",
  });
}

Deno.test("a work item deleted in Plane is found by the full pass, and its task archived", async () => {
  await using start = await startScene(3);
  const { scene, items, tasks } = start;
  await removeItem(start, items[1]);
  await scene.sweep(WATERMARKS);
  assert.equal(activeTasks(start), 3, "sweeps of what was touched cannot see it");
  await scene.sweep(EVERYTHING);
  const [task] = await scene.world.odoo.read("project.task", [tasks[1] ?? 0], ["active"]);
  assert.equal(task?.active, false);
  assert.equal(activeTasks(start), 2);
  const tombstones = await scene.world.sql`select plane_id, reason from plane.sync_tombstone`;
  assert.deepEqual([...tombstones], [{ plane_id: items[1], reason: "deleted_in_plane" }]);
});

Deno.test("an archived work item is archived, not deleted: it may come back", async () => {
  await using start = await startScene(2);
  const { scene, project, items } = start;
  await archiveInPlane(start, 0);
  await scene.sweep(EVERYTHING);
  assert.equal(activeTasks(start), 1);
  assert.deepEqual([...await scene.world.sql`select plane_id from plane.sync_tombstone`], []);
  const requests = scene.plane.requests.length;
  await scene.sweep(EVERYTHING);
  const asked = scene.plane.requests.slice(requests).filter(({ method }) => method === "PATCH");
  assert.deepEqual(asked, [], "both sides know: it is not asked for again");
  await scene.plane.api("PATCH", `/projects/${project}/work-items/${items[0]}/`, { archived_at: null });
  await scene.sweep(WATERMARKS);
  assert.equal(activeTasks(start), 2);
});

Deno.test("in an archived project no item is taken for deleted", async () => {
  await using start = await startScene(3);
  const { scene, project } = start;
  await scene.plane.api("POST", `/projects/${project}/archive/`);
  await scene.sweepOnly(EVERYTHING);
  const rows = await scene.world.sql`
    select entity_key from plane.sync_queue where operation = 'delete' or entity_key like 'issue:%'`;
  assert.deepEqual([...rows], []);
});

Deno.test("a task deleted in Odoo is found by the full pass, and its work item archived", async () => {
  await using start = await startScene(2);
  const { scene, project, items, tasks } = start;
  await scene.world.odoo.call("project.task", "unlink", { ids: [tasks[0]] });
  await scene.sweep(EVERYTHING);
  const { results } = await scene.plane.api("GET", `/projects/${project}/work-items/`);
  assert.deepEqual((results as { id: string }[]).map(({ id }) => id), [items[1]]);
});

Deno.test("when too much of a project has vanished nothing is done until somebody releases the brake", async () => {
  await using start = await startScene(12);
  const { scene, project, items } = start;
  for (const item of items.slice(0, 7)) await removeItem(start, item);
  await scene.sweep(EVERYTHING);
  await scene.sweep(EVERYTHING);
  assert.equal(activeTasks(start), 12);
  const described = await scene.describe();
  assert.deepEqual(
    described.brakes.map(({ side, project, vanished, known }) => ({ side, project, vanished, known })),
    [
      { side: "plane", project, vanished: 7, known: 12 },
    ],
  );
  assert.equal(actionsOf(described)[0]?.topic, "brake");
  assert.equal(await releaseBrakes(scene.dependencies, project), 1);
  await scene.sweep(WATERMARKS);
  assert.equal(activeTasks(start), 5);
  assert.deepEqual((await scene.describe()).brakes, []);
});

Deno.test("the brake holds for Odoo's side too", async () => {
  await using start = await startScene(8);
  const { scene, project, tasks } = start;
  await scene.world.odoo.call("project.task", "unlink", { ids: tasks.slice(0, 6) });
  await scene.sweep(EVERYTHING);
  const left = async () =>
    ((await scene.plane.api("GET", `/projects/${project}/work-items/`)).results as unknown[]).length;
  assert.equal(await left(), 8);
  assert.equal((await scene.describe()).brakes[0]?.side, "odoo");
  await releaseBrakes(scene.dependencies, project);
  await scene.sweep(EVERYTHING);
  assert.equal(await left(), 2);
});

Deno.test("a full pass that runs out of time goes on where it was", async () => {
  await using start = await startScene(4);
  const { scene, items } = start;
  await removeItem(start, items[0]);
  await removeItem(start, items[2]);
  let looks = 0;
  const short = { ...scene.dependencies, timeLeftMs: () => looks-- > 0 ? 60_000 : 0 };
  const plane = scene.dependencies.backfillPlane ?? assert.fail();
  const kinds = sweptKinds(await scene.dependencies.pairs.configs(), true);
  const counts = { rows: 0, hints: 0, unannounced: 0 };
  // Time for the list, and for asking about one.
  looks = 1;
  await fullPlanePass(short, plane, start.project, kinds, counts);
  assert.equal(counts.hints, 1);
  const lists = () => scene.plane.requests.filter(({ path }) => path.includes("fields=id")).length;
  const before = lists();
  looks = 10;
  await fullPlanePass(short, plane, start.project, kinds, counts);
  assert.equal(counts.hints, 2);
  assert.equal(lists(), before, "the list is not read again");
});

Deno.test("partners of deleted records go after the time the configuration gives, unless somebody touched them", async () => {
  await using start = await startScene(3);
  const { scene, items, tasks } = start;
  const { sql, odoo, sandboxOdoo } = scene.world;
  await sql`update plane.sync_config set options = '{"delete": "delete", "delete_after_hours": 24}'
    where odoo_model = 'project.task'`;
  await removeItem(start, items[0]);
  await removeItem(start, items[1]);
  await scene.sweep(EVERYTHING);
  assert.equal(activeTasks(start), 1);
  const ids = () => sandboxOdoo.records("project.task").map(({ id }) => Number(id)).sort();
  await scene.sweep(EVERYTHING);
  assert.deepEqual(ids(), tasks.toSorted(), "not before the time is over");
  await odoo.write("project.task", [tasks[1] ?? 0], { name: "Still needed" });
  scene.aheadMs = 25 * 3_600_000;
  await scene.sweep(EVERYTHING);
  assert.deepEqual(ids(), tasks.slice(1).toSorted());
});

Deno.test("a work item whose task was deleted goes too, unless it has children", async () => {
  await using start = await startScene(3);
  const { scene, project, items, tasks } = start;
  const path = `/projects/${project}/work-items/`;
  await scene.world
    .sql`update plane.sync_config set options = '{"delete": "delete", "delete_after_hours": 24}'
    where odoo_model = 'project.task'`;
  await scene.world.odoo.call("project.task", "unlink", { ids: tasks.slice(0, 2) });
  await scene.sweep(EVERYTHING);
  await scene.plane.api("PATCH", `${path}${items[2]}/`, { parent: items[1] });
  scene.aheadMs = 25 * 3_600_000;
  await scene.sweep(EVERYTHING);
  const status = async (item = "") => {
    const answer = await fetch(
      `${scene.plane.url}/api/v1/workspaces/${scene.plane.workspaceSlug}${path}${item}/`,
      {
        method: "PATCH",
        headers: { "x-api-key": scene.plane.apiKeys.service, "content-type": "application/json" },
        body: "{}",
      },
    );
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await status(items[0]), 404, "deleted");
  assert.equal(await status(items[1]), 200, "archived, because its child would go with it");
  assert.equal(await status(items[2]), 200);
});
