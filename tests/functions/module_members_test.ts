/** The tasks of a module: a tag or a parent, which never comes back to Plane. */
import assert from "node:assert/strict";
import { type PlanningScene, planningScene } from "../support/planning_scene.ts";

async function withMembers(moduleAs: string, extra: object = {}) {
  const scene = await planningScene({ moduleAs });
  const [first, second] = [
    await scene.make("work-items/", { name: "first" }),
    await scene.make("work-items/", { name: "second", ...extra }),
  ];
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  await scene.make(`modules/${id}/module-issues/`, { issues: [first, second] });
  scene.taskWrites();
  await scene.hint("module", id);
  return { scene, first, second, id };
}

async function tagsOf(scene: PlanningScene, item: string): Promise<unknown[]> {
  const { tag_ids: ids } = await scene.task(item, "tag_ids");
  return (await scene.world.odoo.read("project.tags", ids as number[], ["name"])).map(({ name }) => name)
    .sort();
}

async function hintTask(scene: PlanningScene, item: string): Promise<void> {
  const task = String((await scene.task(item, "name")).id);
  await scene.world.sql`select plane.enqueue_sync('odoo', ${task}, 'project.task')`;
  await scene.world.drain();
}

for (const moduleAs of ["project", "tag"]) {
  Deno.test(`${moduleAs}: members carry the module's tag, in one write, and lose it when they leave`, async () => {
    const { scene, first, second, id } = await withMembers(moduleAs);
    await using _scene = scene;
    const name = `${scene.projectName} / Checkout`;
    assert.deepEqual([await tagsOf(scene, first), await tagsOf(scene, second)], [[name], [name]]);
    assert.equal(scene.taskWrites(), 1);
    await scene.hint("module", id);
    assert.equal(scene.taskWrites(), 0);
    await scene.remove(`modules/${id}/module-issues/${second}/`);
    await scene.hint("module", id);
    assert.deepEqual([await tagsOf(scene, first), await tagsOf(scene, second)], [[name], []]);
  });

  Deno.test(`${moduleAs}: the module's tag becomes no label, and labels of the task come and go beside it`, async () => {
    const { scene, first } = await withMembers(moduleAs);
    await using _scene = scene;
    const { odoo } = scene.world;
    const task = (await scene.task(first, "name")).id;
    const [own = 0] = await odoo.create("project.tags", [{ name: "urgent" }]);
    await odoo.write("project.task", [task], { tag_ids: [[4, own, 0]] });
    await hintTask(scene, first);
    const path = `/projects/${scene.project}`;
    const names = async () =>
      ((await scene.plane.api("GET", `${path}/labels/`)).results as { name: string }[]).map(({ name }) =>
        name
      );
    assert.deepEqual(await names(), ["urgent"]);
    await scene.change(`work-items/${first}/`, { labels: [] });
    await scene.arrive();
    assert.deepEqual(await tagsOf(scene, first), [`${scene.projectName} / Checkout`]);
    assert.deepEqual(await names(), ["urgent"]);
  });

  Deno.test(`${moduleAs}: a renamed module renames its tag, and writes to no task`, async () => {
    const { scene, first, id } = await withMembers(moduleAs);
    await using _scene = scene;
    scene.taskWrites();
    await scene.change(`modules/${id}/`, { name: "Basket" });
    await scene.arrive();
    assert.deepEqual(await tagsOf(scene, first), [`${scene.projectName} / Basket`]);
    assert.equal(scene.taskWrites(), 0);
  });
}

for (const moduleAs of ["project", "tag"]) {
  Deno.test(`${moduleAs}: it becomes no label either while nobody has said what it stands for, as its worker died right after making it`, async () => {
    const { scene, first, second, id } = await withMembers(moduleAs);
    await using _scene = scene;
    const { odoo, sql } = scene.world;
    const { tag_ids: [tag = 0] } = await scene.task(first, "tag_ids") as unknown as { tag_ids: number[] };
    for (const item of [first, second]) await scene.remove(`modules/${id}/module-issues/${item}/`);
    await scene.hint("module", id);
    const [own = 0] = await odoo.create("project.tags", [{ name: "urgent" }]);
    const task = (await scene.task(first, "name")).id;
    await odoo.write("project.task", [task], { tag_ids: [[6, 0, [tag, own]]] });
    await sql`delete from plane.sync_value_map where kind = 'module'`;
    await hintTask(scene, first);
    const { results } = await scene.plane.api("GET", `/projects/${scene.project}/labels/`);
    assert.deepEqual((results as { name: string }[]).map(({ name }) => name), ["urgent"]);
    const known = await sql<{ plane_value: string; odoo_id: string }[]>`
      select plane_value, odoo_id::text from plane.sync_value_map where kind = 'module'`;
    assert.deepEqual([...known], [{ plane_value: id, odoo_id: String(tag) }]);
  });
}

Deno.test("project: a tag whose worker died is the module's, whatever that is called by now; a name another tag has is not taken", async () => {
  const { scene, first, id } = await withMembers("project");
  await using _scene = scene;
  const { odoo, sql } = scene.world;
  const { tag_ids: tags } = await scene.task(first, "tag_ids");
  const renamed = async (name: string) => {
    await sql`delete from plane.sync_value_map where kind = 'module'`;
    await scene.change(`modules/${id}/`, { name });
    await scene.arrive();
    return await tagsOf(scene, first);
  };
  assert.deepEqual(await renamed("Basket"), [`${scene.projectName} / Basket`]);
  await odoo.create("project.tags", [{ name: `${scene.projectName} / Cart` }]);
  assert.deepEqual(await renamed("Cart"), [`${scene.projectName} / Basket`]);
  assert.deepEqual((await scene.task(first, "tag_ids")).tag_ids, tags);
  assert.equal((await sql`select from plane.sync_queue where status = 'failed'`).length, 0);
});

Deno.test("a tag that was deleted in Odoo is made again for a module that is a project", async () => {
  const { scene, first, id } = await withMembers("project");
  await using _scene = scene;
  const { odoo, sql } = scene.world;
  const { tag_ids: ids } = await scene.task(first, "tag_ids");
  await odoo.call("project.tags", "unlink", { ids });
  await scene.hint("module", id);
  await sql`update plane.sync_queue set next_attempt_at = now()`;
  await scene.world.drain();
  assert.deepEqual(await tagsOf(scene, first), [`${scene.projectName} / Checkout`]);
});

Deno.test("a module without members has no tag", async () => {
  await using scene = await planningScene();
  await scene.make("modules/", { name: "Empty" });
  await scene.arrive();
  assert.deepEqual(await scene.world.odoo.search("project.tags", []), []);
});

Deno.test("members get the module's task as parent unless they have another, and it does not come back to Plane", async () => {
  await using scene = await planningScene({ moduleAs: "parent_task" });
  const parent = await scene.make("work-items/", { name: "parent" });
  const [free, child] = [
    await scene.make("work-items/", { name: "free" }),
    await scene.make("work-items/", { name: "child", parent }),
  ];
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  await scene.make(`modules/${id}/module-issues/`, { issues: [free, child] });
  await scene.hint("module", id);
  const module = await scene.partner("module", id, ["name"]);
  const parents = async () => {
    const found = [];
    for (const item of [free, child]) {
      const { parent_id: related } = await scene.task(item, "parent_id");
      found.push(Array.isArray(related) ? related[0] : related);
    }
    return found;
  };
  const ofParent = (await scene.task(parent, "name")).id;
  assert.deepEqual(await parents(), [module.id, ofParent]);
  await hintTask(scene, free);
  const item = await scene.plane.api("GET", `/projects/${scene.project}/work-items/${free}/`);
  assert.equal(item.parent, null);
  const [mapping] = await scene.world
    .sql`select last_error from plane.sync_mappings where plane_id = ${free}`;
  assert.equal(mapping?.last_error, null);

  // A parent given in Plane counts; without it, the module's comes back.
  await scene.change(`work-items/${free}/`, { parent });
  await scene.arrive();
  assert.deepEqual(await parents(), [ofParent, ofParent]);
  await scene.change(`work-items/${free}/`, { parent: null });
  await scene.arrive();
  await scene.hint("module", id);
  assert.deepEqual(await parents(), [module.id, ofParent]);
  for (const member of [free, child]) await scene.remove(`modules/${id}/module-issues/${member}/`);
  await scene.hint("module", id);
  assert.deepEqual(await parents(), [false, ofParent]);
});

Deno.test("parent_task: a member does not get the milestone somebody gave the module's task; one it has stays", async () => {
  await using scene = await planningScene({ moduleAs: "parent_task" });
  const { odoo } = scene.world;
  const [free, planned] = [
    await scene.make("work-items/", { name: "free" }),
    await scene.make("work-items/", { name: "planned" }),
  ];
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  const module = (await scene.partner("module", id, ["name"])).id;
  const { id: task, project_id: project } = await scene.task(planned, "project_id");
  const [first = 0, second = 0] = await odoo.create("project.milestone", [
    { name: "release", project_id: (project as [number])[0] },
    { name: "beta", project_id: (project as [number])[0] },
  ]);
  await odoo.write("project.task", [module], { milestone_id: first });
  await odoo.write("project.task", [task], { milestone_id: second });
  await scene.make(`modules/${id}/module-issues/`, { issues: [free, planned] });
  await scene.hint("module", id);
  const shown = async (item: string) => {
    const { parent_id: parent, milestone_id: milestone } = await scene.task(
      item,
      "parent_id",
      "milestone_id",
    );
    return [parent, milestone].map((related) => Array.isArray(related) ? related[0] : related);
  };
  assert.deepEqual([await shown(free), await shown(planned)], [[module, false], [module, second]]);
});

Deno.test("parent_task: the task of a member that was deleted in Plane is archived: being in the module is nobody's edit", async () => {
  const { scene, first } = await withMembers("parent_task");
  await using _scene = scene;
  assert.notEqual((await scene.task(first, "parent_id")).parent_id, false);
  await scene.remove(`work-items/${first}/`);
  await scene.world.sql`select plane.enqueue_sync('plane', ${first}, 'issue', 'delete')`;
  await scene.world.drain();
  assert.equal((await scene.task(first, "active")).active, false);
});

Deno.test("parent_task: a member that people put above the module's task is left alone, and the others come and go", async () => {
  const { scene, first, second, id } = await withMembers("parent_task");
  await using _scene = scene;
  const { odoo } = scene.world;
  const module = (await scene.partner("module", id, ["name"])).id;
  await scene.remove(`modules/${id}/module-issues/${first}/`);
  await scene.remove(`modules/${id}/module-issues/${second}/`);
  await scene.hint("module", id);
  await odoo.write("project.task", [module], { parent_id: (await scene.task(first, "name")).id });
  await scene.make(`modules/${id}/module-issues/`, { issues: [first, second] });
  await scene.hint("module", id);
  assert.equal((await scene.task(first, "parent_id")).parent_id, false);
  assert.deepEqual((await scene.task(second, "parent_id")).parent_id, [module, "Checkout"]);
  assert.equal((await scene.world.sql`select from plane.sync_queue where status = 'failed'`).length, 0);
  // It is refused again at every look; nothing was done then, so nothing is said of it again.
  const said = async () => [
    ...await scene.world.sql`select (select max(id) from plane.sync_log), (select count(*) from ops.events)`,
  ];
  const before = await said();
  await scene.hint("module", id);
  assert.deepEqual(await said(), before);
});

Deno.test("a milestone that a member gets right before it gets its module's task as parent stays", async () => {
  await using scene = await planningScene({ moduleAs: "parent_task" });
  const item = await scene.make("work-items/", { name: "first" });
  const cycle = await scene.make("cycles/", { name: "Sprint", project_id: scene.project });
  const module = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  const milestone = Number((await scene.partner("cycle", cycle, ["name"])).id);
  const task = Number((await scene.task(item, "name")).id);
  await scene.make(`modules/${module}/module-issues/`, { issues: [item] });
  const { odoo } = scene.world;
  const write = odoo.write.bind(odoo);
  odoo.write = async (model, ids, values, ...rest) => {
    if (values.parent_id !== undefined) {
      odoo.write = write;
      await write(model, [task], { milestone_id: milestone });
    }
    await write(model, ids, values, ...rest);
  };
  await scene.hint("module", module);
  const { milestone_id, parent_id } = await scene.task(item, "milestone_id", "parent_id");
  assert.deepEqual(milestone_id, [milestone, "Sprint"]);
  assert.notEqual(parent_id, false);
});
