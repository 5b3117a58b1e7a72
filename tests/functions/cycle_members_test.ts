/** Which tasks have a cycle's milestone: those whose work items are in it, and what people set by hand stays. */
import assert from "node:assert/strict";
import { type PlanningScene, planningScene } from "../support/planning_scene.ts";

/** `[from, to]` of every line about who is in a cycle, oldest first. */
async function membersLogged({ world }: PlanningScene): Promise<unknown[]> {
  const rows = await world.sql<{ from: unknown; to: unknown }[]>`
    select c -> 'from' as "from", c -> 'to' as "to"
    from plane.sync_log l, jsonb_array_elements(l.changes) c where c ->> 'field' = 'members' order by l.id`;
  return rows.map(({ from, to }) => [from, to]);
}

const cycle = { name: "Sprint", start_date: "2090-01-01", end_date: "2090-01-14" };

Deno.test("work items that join a cycle get its milestone in one write, and a second look writes nothing", async () => {
  await using scene = await planningScene();
  const items = [];
  for (const name of ["one", "two", "three"]) items.push(await scene.make("work-items/", { name }));
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: items });
  scene.taskWrites();
  await scene.hint("cycle", id);
  const milestone = await scene.partner("cycle", id, ["name"]);
  for (const item of items) {
    assert.deepEqual((await scene.task(item, "milestone_id")).milestone_id, [milestone.id, "Sprint"]);
  }
  assert.equal(scene.taskWrites(), 1);
  await scene.hint("cycle", id);
  assert.equal(scene.taskWrites(), 0);
});

Deno.test("a work item that leaves a cycle loses the milestone, one somebody set by hand stays", async () => {
  await using scene = await planningScene();
  const [leaves, moved] = [
    await scene.make("work-items/", { name: "leaves" }),
    await scene.make("work-items/", { name: "moved" }),
  ];
  const byHand = await scene.make("work-items/", { name: "by hand" });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [leaves, moved] });
  await scene.arrive();
  const milestone = await scene.partner("cycle", id, ["project_id"]);
  const { odoo } = scene.world;
  const [other = 0] = await odoo.create("project.milestone", [
    { name: "Other", project_id: (milestone.project_id as [number, string])[0] },
  ]);
  await odoo.write("project.task", [(await scene.task(byHand, "name")).id], { milestone_id: milestone.id });
  await odoo.write("project.task", [(await scene.task(moved, "name")).id], { milestone_id: other });
  for (const item of [leaves, moved]) await scene.remove(`cycles/${id}/cycle-issues/${item}/`);
  await scene.hint("cycle", id);
  assert.equal((await scene.task(leaves, "milestone_id")).milestone_id, false);
  assert.deepEqual((await scene.task(moved, "milestone_id")).milestone_id, [other, "Other"]);
  assert.deepEqual((await scene.task(byHand, "milestone_id")).milestone_id, [milestone.id, "Sprint"]);
});

Deno.test("a work item that moves to another cycle has the new milestone, whichever cycle is looked at first", async () => {
  for (const newFirst of [true, false]) {
    await using scene = await planningScene();
    const item = await scene.make("work-items/", { name: "moves" });
    const from = await scene.make("cycles/", { ...cycle, project_id: scene.project });
    const to = await scene.make("cycles/", { name: "Next", project_id: scene.project });
    await scene.make(`cycles/${from}/cycle-issues/`, { issues: [item] });
    await scene.arrive();
    await scene.make(`cycles/${to}/cycle-issues/`, { issues: [item] });
    for (const id of newFirst ? [to, from] : [from, to]) await scene.hint("cycle", id);
    const milestone = await scene.partner("cycle", to, ["name"]);
    assert.deepEqual((await scene.task(item, "milestone_id")).milestone_id, [milestone.id, "Next"]);
  }
});

Deno.test("a member without task gets the milestone once it has one", async () => {
  await using scene = await planningScene();
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  const item = await scene.make("work-items/", { name: "late" });
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.hint("cycle", id);
  await scene.arrive();
  await scene.world.drain();
  const milestone = await scene.partner("cycle", id, ["name"]);
  assert.deepEqual((await scene.task(item, "milestone_id")).milestone_id, [milestone.id, "Sprint"]);
});

Deno.test("an archived work item, which Plane's list leaves out, keeps its milestone and is looked at", async () => {
  await using scene = await planningScene();
  const item = await scene.make("work-items/", { name: "archived" });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.arrive();
  await scene.change(`work-items/${item}/`, { archived_at: "2026-11-21" });
  // The webhook of the archive is lost.
  await scene.plane.idle();
  await scene.hint("cycle", id);
  await scene.world.drain();
  const milestone = await scene.partner("cycle", id, ["name"]);
  const task = await scene.task(item, "milestone_id", "active");
  assert.deepEqual([task.milestone_id, task.active], [[milestone.id, "Sprint"], false]);
});

Deno.test("sub-tasks do not follow their parent into the milestone or out of it unless they are in the cycle themselves", async () => {
  await using scene = await planningScene();
  const parent = await scene.make("work-items/", { name: "parent" });
  const [outside, inside] = [
    await scene.make("work-items/", { name: "outside", parent }),
    await scene.make("work-items/", { name: "inside", parent }),
  ];
  const below = await scene.make("work-items/", { name: "below", parent: outside });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [parent, inside] });
  await scene.hint("cycle", id);
  const milestone = [(await scene.partner("cycle", id, ["name"])).id, "Sprint"];
  const seen = async () => {
    const all = [];
    for (const item of [parent, inside, outside, below]) {
      all.push((await scene.task(item, "milestone_id")).milestone_id);
    }
    return all;
  };
  assert.deepEqual(await seen(), [milestone, milestone, false, false]);
  await scene.remove(`cycles/${id}/cycle-issues/${parent}/`);
  await scene.hint("cycle", id);
  assert.deepEqual(await seen(), [false, milestone, false, false]);
});

Deno.test("a task that was moved to another project in Odoo is left alone", async () => {
  await using scene = await planningScene();
  const item = await scene.make("work-items/", { name: "elsewhere" });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  const { odoo } = scene.world;
  const [elsewhere = 0] = await odoo.create("project.project", [{ name: "Elsewhere" }]);
  await odoo.write("project.task", [(await scene.task(item, "name")).id], { project_id: elsewhere });
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  scene.taskWrites();
  await scene.hint("cycle", id);
  assert.equal(scene.taskWrites(), 0);
});

Deno.test("the log says which tasks got the milestone", async () => {
  await using scene = await planningScene();
  const item = await scene.make("work-items/", { name: "one" });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.hint("cycle", id);
  const task = (await scene.task(item, "name")).id;
  const [row] = await scene.world.sql`
    select operation, changes from plane.sync_log where source_id = ${id} order by id desc limit 1`;
  assert.deepEqual([row?.operation, row?.changes], ["update", [
    { field: "members", side: "odoo", from: [], to: [task], why: "changed_in_plane", base: [] },
  ]]);
});

Deno.test("the log has who joined and left, also when the worker that marked the tasks died before saying so", async () => {
  await using scene = await planningScene();
  const { world } = scene;
  const item = await scene.make("work-items/", { name: "one" });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  const task = (await scene.task(item, "name")).id;
  const lookTwice = async () => {
    world.dieBeforeSettling();
    await scene.hint("cycle", id);
    scene.taskWrites();
    await world.drain();
    assert.equal(scene.taskWrites(), 0, "it was marked before");
  };
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await lookTwice();
  await scene.remove(`cycles/${id}/cycle-issues/${item}/`);
  await lookTwice();
  assert.deepEqual(await membersLogged(scene), [[[], [task]], [[task], []]]);
  await scene.hint("cycle", id);
  assert.equal((await membersLogged(scene)).length, 2, "once");
});

Deno.test("what became of a task in Odoo, or was archived, is not logged as leaving the cycle", async () => {
  await using scene = await planningScene();
  const { odoo } = scene.world;
  const [moved, archived] = [
    await scene.make("work-items/", { name: "moved" }),
    await scene.make("work-items/", { name: "archived" }),
  ];
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [moved, archived] });
  await scene.hint("cycle", id);
  assert.equal((await membersLogged(scene)).length, 1);
  const [elsewhere = 0] = await odoo.create("project.project", [{ name: "Elsewhere" }]);
  const task = (await scene.task(moved, "name")).id;
  await odoo.write("project.task", [task], { project_id: elsewhere, milestone_id: false });
  await scene.change(`work-items/${archived}/`, { archived_at: "2026-11-21" });
  await scene.hint("cycle", id);
  assert.equal((await membersLogged(scene)).length, 1);
});

Deno.test("a work item made below a member starts without its parent's milestone", async () => {
  await using scene = await planningScene();
  const parent = await scene.make("work-items/", { name: "parent" });
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [parent] });
  await scene.hint("cycle", id);
  const child = await scene.make("work-items/", { name: "child", parent });
  await scene.arrive();
  const { milestone_id: milestone, parent_id: above } = await scene.task(child, "milestone_id", "parent_id");
  assert.deepEqual([milestone, above], [false, [(await scene.task(parent, "name")).id, "parent"]]);
});

Deno.test("a task that gets a parent later does not get its milestone with it", async () => {
  await using scene = await planningScene();
  const [parent, child] = [
    await scene.make("work-items/", { name: "parent" }),
    await scene.make("work-items/", { name: "child" }),
  ];
  const id = await scene.make("cycles/", { ...cycle, project_id: scene.project });
  await scene.arrive();
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [parent] });
  await scene.hint("cycle", id);
  await scene.change(`work-items/${child}/`, { parent });
  await scene.arrive();
  const { milestone_id: milestone, parent_id: above } = await scene.task(child, "milestone_id", "parent_id");
  assert.deepEqual([milestone, above], [false, [(await scene.task(parent, "name")).id, "parent"]]);
});
