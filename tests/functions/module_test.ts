/** What a module becomes in Odoo: a project, a tag, or a task; over time, and when it is gone. */
import assert from "node:assert/strict";
import { planningScene } from "../support/planning_scene.ts";

Deno.test("a module becomes a project beside its own, with description, status and lead", async () => {
  await using scene = await planningScene();
  const { plane, world } = scene;
  const user = world.sandboxOdoo.addUser({ name: "Alice", login: plane.users.alice.email });
  const id = await scene.make("modules/", {
    name: "Checkout",
    description: "First line\nSecond <line>",
    status: "in-progress",
    lead: plane.users.alice.id,
  });
  await scene.arrive();
  const fields = ["name", "description", "last_update_status", "user_id", "active"];
  const { id: odooId, ...project } = await scene.partner("module", id, fields);
  assert.deepEqual(project, {
    name: `${scene.projectName} / Checkout`,
    description: "<p>First line</p><p>Second &lt;line&gt;</p>",
    last_update_status: "on_track",
    user_id: [user, "Alice"],
    active: true,
  });
  await scene.change(`modules/${id}/`, { name: "Basket", status: "completed", lead: null });
  await scene.arrive();
  const changed = await scene.partner("module", id, ["name", "last_update_status", "user_id"]);
  assert.deepEqual(changed, {
    id: odooId,
    name: `${scene.projectName} / Basket`,
    last_update_status: "done",
    user_id: false,
  });
});

Deno.test("a module's own project is never taken for a project of Plane's, nor are tasks put into it", async () => {
  await using scene = await planningScene();
  const { world, plane } = scene;
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  const project = await scene.partner("module", id, ["name"]);
  const [task = 0] = await world.odoo.create("project.task", [{ name: "stray", project_id: project.id }]);
  const before = await plane.api("GET", "/projects/");
  await world.sql`select plane.enqueue_sync('odoo', ${String(project.id)}, 'project.project')`;
  await world.sql`select plane.enqueue_sync('odoo', ${String(task)}, 'project.task')`;
  await world.drain();
  // A worker that died before it could settle leaves an intent, and the external id in Odoo.
  await world.sql`update plane.sync_mappings set odoo_id = null where plane_type = 'module'`;
  await world.sql`delete from plane.sync_snapshot`;
  await world.sql`select plane.enqueue_sync('odoo', ${String(project.id)}, 'project.project')`;
  await world.drain();
  const after = await plane.api("GET", "/projects/");
  assert.deepEqual(after.total_count, before.total_count);
  assert.equal((await scene.partner("module", id, ["name"])).id, project.id);
  assert.deepEqual([...await world.sql`select * from plane.sync_mappings where plane_type = 'issue'`], []);
});

Deno.test("a deleted module's project is archived", async () => {
  await using scene = await planningScene();
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  await scene.remove(`modules/${id}/`);
  await scene.hint("module", id, true);
  assert.equal((await scene.partner("module", id, ["active"])).active, false);
});

Deno.test("a module that is a tag is that and nothing else", async () => {
  await using scene = await planningScene({ moduleAs: "tag" });
  const { odoo } = scene.world;
  const projects = await odoo.search("project.project", []);
  const id = await scene.make("modules/", { name: "Checkout", description: "text", status: "paused" });
  await scene.arrive();
  const tag = await scene.partner("module", id, ["name"]);
  assert.equal(tag.name, `${scene.projectName} / Checkout`);
  assert.deepEqual(await odoo.search("project.project", []), projects);
  await scene.change(`modules/${id}/`, { name: "Basket" });
  await scene.arrive();
  assert.deepEqual(await scene.partner("module", id, ["name"]), {
    id: tag.id,
    name: `${scene.projectName} / Basket`,
  });
});

Deno.test("a module's tag gets a number where another has its name, and keeps it", async () => {
  await using scene = await planningScene({ moduleAs: "tag" });
  const { odoo } = scene.world;
  const name = `${scene.projectName} / Checkout`;
  const [other = 0] = await odoo.create("project.tags", [{ name }]);
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  const tag = await scene.partner("module", id, ["name"]);
  assert.equal(tag.name, `${name} (2)`);
  await odoo.call("project.tags", "unlink", { ids: [other] });
  await scene.hint("module", id);
  assert.equal((await scene.partner("module", id, ["name"])).name, `${name} (2)`);
});

Deno.test("a module that is a parent task has its description, lead and state, in the project itself", async () => {
  await using scene = await planningScene({ moduleAs: "parent_task" });
  const { plane, world } = scene;
  const user = world.sandboxOdoo.addUser({ name: "Alice", login: plane.users.alice.email });
  const id = await scene.make("modules/", {
    name: "Checkout",
    description: "text",
    status: "in-progress",
    lead: plane.users.alice.id,
  });
  await scene.arrive();
  const project = await scene.partner("project", scene.project, ["name"]);
  const fields = ["name", "description", "user_ids", "project_id", "state", "active"];
  const { id: odooId, ...task } = await scene.partner("module", id, fields);
  assert.deepEqual(task, {
    name: "Checkout",
    description: "<p>text</p>",
    user_ids: [user],
    project_id: [project.id, project.name],
    state: "01_in_progress",
    active: true,
  });
  await scene.change(`modules/${id}/`, { status: "completed" });
  await scene.arrive();
  assert.equal((await scene.partner("module", id, fields)).state, "1_done");
  await scene.change(`modules/${id}/`, { status: "planned" });
  await scene.arrive();
  assert.equal((await scene.partner("module", id, fields)).state, "01_in_progress");
  // A task of a module is no work item of Plane's.
  await world.sql`select plane.enqueue_sync('odoo', ${String(odooId)}, 'project.task')`;
  await world.drain();
  const { total_count: items } = await plane.api("GET", `/projects/${scene.project}/work-items/`);
  assert.equal(items, 0);
});

Deno.test("what a module became stays what it is when the option changes", async () => {
  await using scene = await planningScene({ moduleAs: "tag" });
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  await scene.world.sql`update plane.sync_config set options = '{}' where plane_type = 'module'`;
  await scene.change(`modules/${id}/`, { name: "Basket" });
  await scene.arrive();
  assert.equal((await scene.partner("module", id, ["name"])).name, `${scene.projectName} / Basket`);
  const [{ odoo_model } = { odoo_model: "" }] = await scene.world.sql<{ odoo_model: string }[]>`
    select odoo_model from plane.sync_mappings where plane_id = ${id}`;
  assert.equal(odoo_model, "project.tags");
});
