/** Sweeps over real SQL and both sandboxes, while every webhook is lost. */
import assert from "node:assert/strict";
import { createSweepWorld, type SweepWorld } from "../support/sweep_world.ts";

type Values = Record<string, unknown>;

interface Scene extends AsyncDisposable {
  scene: SweepWorld;
  project: string;
  item: string;
  task: number;
}

/** A project and a work item with partners, both sides swept once, and all quiet. */
async function startScene(): Promise<Scene> {
  const scene = await createSweepWorld();
  const { world, plane } = scene;
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const made = await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" });
  await world.arrive();
  await scene.sweep();
  const item = String(made.id);
  const task = Number((await world.partner("issue", item)).id);
  return { scene, project, item, task, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
}

const items = ({ scene, project }: Scene, path = "") =>
  scene.plane.api("GET", `/projects/${project}/work-items/${path}`);
const edit = ({ scene, project, item }: Scene, values: Values) =>
  scene.plane.api("PATCH", `/projects/${project}/work-items/${item}/`, values);

Deno.test("what changed in Plane while no webhook came is in Odoo after a sweep, without a second reading", async () => {
  await using start = await startScene();
  const { scene, project, item } = start;
  await edit(start, { name: "Renamed", priority: "high" });
  const second = await scene.plane.api("POST", `/projects/${project}/work-items/`, { name: "Second" });
  const { requests } = scene.plane;
  const before = requests.length;
  const report = await scene.sweep();
  assert.equal(report.hints, 2);
  assert.equal((await scene.world.partner("issue", item)).name, "Renamed");
  assert.equal((await scene.world.partner("issue", String(second.id))).name, "Second");
  const read = requests.slice(before).filter(({ path }) => /work-items\/[0-9a-f-]+\/(\?|$)/.test(path));
  assert.deepEqual(read, [], "rows are carried by the hints");
});

Deno.test("a project made while no webhook came is in Odoo after a sweep, and its work items with it", async () => {
  await using start = await startScene();
  const { scene } = start;
  const { plane, world } = scene;
  const project = String((await plane.api("POST", "/projects/", { name: "Shop", identifier: "SHOP" })).id);
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Cart" })).id);
  await scene.sweep();
  await scene.sweep();
  assert.equal((await world.partner("project", project)).name, "Shop");
  assert.equal((await world.partner("issue", item)).name, "Cart");
});

Deno.test("what changed in a stock Odoo is in Plane after a sweep: edits, new tasks and new projects", async () => {
  await using start = await startScene();
  const { scene, project, task } = start;
  const { world } = scene;
  const owner = Number((await world.partner("project", project)).id);
  await world.odoo.write("project.task", [task], { name: "From Odoo" });
  await world.odoo.create("project.task", [{ name: "New task", project_id: owner }]);
  const [other] = await world.odoo.create("project.project", [{ name: "Made in Odoo" }]);
  await world.odoo.create("project.task", [{ name: "Its task", project_id: other }]);
  const report = await scene.sweep();
  assert.equal(report.hints, 4);
  const names = async (id: string) => {
    const { results } = await scene.plane.api("GET", `/projects/${id}/work-items/`);
    return (results as { name: string }[]).map(({ name }) => name).sort();
  };
  assert.deepEqual(await names(project), ["From Odoo", "New task"]);
  const { results } = await scene.plane.api("GET", "/projects/");
  const made = (results as { id: string; name: string }[]).find(({ name }) => name === "Made in Odoo");
  assert.deepEqual(await names(made?.id ?? assert.fail("the project is not there")), ["Its task"]);
});

Deno.test("an idle sweep costs one call for the projects and one for each project, and one to each Odoo model", async () => {
  await using start = await startScene();
  const { scene } = start;
  await scene.sweep();
  const { plane, world } = scene;
  const [requests, calls] = [plane.requests.length, world.sandboxOdoo.calls.length];
  const report = await scene.sweep();
  assert.equal(report.hints, 0);
  assert.deepEqual(plane.requests.slice(requests).map(({ method }) => method), ["GET", "GET"]);
  assert.deepEqual(
    world.sandboxOdoo.calls.slice(calls).map(({ model, method }) => `${model}.${method}`).sort(),
    ["mail.message.search_read", "project.project.search_read", "project.task.search_read"],
  );
});

Deno.test("an echo of our own writes costs nothing beyond the pages it is on", async () => {
  await using start = await startScene();
  const { scene, task } = start;
  const { plane, world } = scene;
  await edit(start, { name: "From Plane", priority: "urgent" });
  await world.arrive();
  await world.odoo.write("project.task", [task], { description: "<p>From Odoo</p>" });
  await world.hintOdoo("project.task", task);
  await world.arrive();
  const [requests, calls] = [plane.requests.length, world.sandboxOdoo.calls.length];
  const report = await scene.sweep();
  assert.equal(report.hints, 0);
  assert.equal(plane.requests.length - requests, 2, "the projects, and the items of one");
  assert.equal(world.sandboxOdoo.calls.length - calls, 3, "one page of each model");
});

Deno.test("records that take no part are hinted once for each time they are written, or not at all", async () => {
  await using start = await startScene();
  const { scene, project } = start;
  const { world } = scene;
  const owner = Number((await world.partner("project", project)).id);
  const domain = '{"odoo_domain": [["name", "=", "nothing"]]}';
  await world.sql`
    update plane.sync_config set options = ${domain}::text::jsonb where odoo_model = 'project.task'`;
  await world.odoo.create("project.task", [
    { name: "Not what the domain finds", project_id: owner },
    { name: "Private", project_id: false },
  ]);
  assert.equal((await scene.sweep()).hints, 1);
  assert.equal((await scene.sweep()).hints, 0);
});

Deno.test("two writes within one second are both seen, although Odoo shows the same stamp", async () => {
  await using start = await startScene();
  const { scene, task } = start;
  const { world } = scene;
  await world.odoo.write("project.task", [task], { name: "First" });
  await scene.sweep();
  await world.odoo.write("project.task", [task], { name: "Second" });
  await scene.sweep();
  assert.equal((await items(start, `${start.item}/`)).name, "Second");
});
