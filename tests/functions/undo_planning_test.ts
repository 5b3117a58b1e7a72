/** Taking back what became of cycles and modules: Odoo's record gets its former value, Plane keeps its own. */
import assert from "node:assert/strict";
import { type PlanningScene, planningScene } from "../support/planning_scene.ts";
import { givenUp, logOf, makingOf, takeBack } from "../support/undo.ts";

const LONG = { start_date: "2090-01-01", end_date: "2090-01-14" };

async function cycleWith(scene: PlanningScene, values: object): Promise<string> {
  const id = await scene.make("cycles/", { name: "One", ...values, project_id: scene.project });
  await scene.arrive();
  return id;
}

Deno.test("a milestone gets its former name and day again, and keeps them until the same field changes in Plane", async () => {
  await using scene = await planningScene({ timeZone: "America/Los_Angeles" });
  const { world } = scene;
  const id = await cycleWith(scene, LONG);
  await scene.change(`cycles/${id}/`, { name: "Two", start_date: "2090-01-01", end_date: "2090-02-14" });
  await scene.arrive();
  const answer = await takeBack(world, await logOf(world, "end_date"));
  assert.deepEqual(answer.undoing.map(({ field }) => field).sort(), ["end_date", "name"]);
  await scene.hint("cycle", id);
  const fields = ["name", "deadline"];
  const before = await scene.partner("cycle", id, fields);
  assert.deepEqual([before.name, before.deadline], ["One", "2090-01-14"]);
  assert.deepEqual(await givenUp(world), []);
  await scene.change(`cycles/${id}/`, { name: "Three" });
  await scene.arrive();
  const after = await scene.partner("cycle", id, fields);
  assert.deepEqual([after.name, after.deadline], ["Three", "2090-01-14"]);
});

Deno.test("making a milestone is taken back by marking it reached, and a new name does not change that", async () => {
  await using scene = await planningScene({ timeZone: "America/Los_Angeles" });
  const { world } = scene;
  const id = await cycleWith(scene, LONG);
  const answer = await takeBack(world, await makingOf(world, "cycle"));
  assert.deepEqual(answer.not_undone, []);
  await scene.change(`cycles/${id}/`, { name: "Two" });
  await scene.arrive();
  const milestone = await scene.partner("cycle", id, ["name", "is_reached"]);
  assert.deepEqual([milestone.name, milestone.is_reached], ["Two", true]);
  assert.deepEqual(await givenUp(world), []);
});

Deno.test("joining and leaving a cycle are taken back, stay so as the cycle is looked at, and can be done again", async () => {
  await using scene = await planningScene();
  const { world } = scene;
  const item = await scene.make("work-items/", { name: "one" });
  const other = await scene.make("work-items/", { name: "other" });
  const id = await cycleWith(scene, LONG);
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item, other] });
  await scene.hint("cycle", id);
  const milestone = await scene.partner("cycle", id, ["name"]);
  const has = async (task: string) => Array.isArray((await scene.task(task, "milestone_id")).milestone_id);
  assert.deepEqual([await has(item), await has(other)], [true, true]);

  const { run_id } = await takeBack(world, await logOf(world, "members"));
  await scene.hint("cycle", id);
  assert.deepEqual([await has(item), await has(other)], [false, false], "taken back");
  const [order] = await world.sql`select status from plane.sync_conflict where field = 'members'`;
  assert.equal(order?.status, "resolved");
  const again = await takeBack(world, { run_id });
  assert.deepEqual(again.not_undone, []);
  await scene.hint("cycle", id);
  assert.deepEqual([await has(item), await has(other)], [true, true], "the undo taken back");

  await scene.remove(`cycles/${id}/cycle-issues/${item}/`);
  await scene.hint("cycle", id);
  assert.deepEqual([await has(item), await has(other)], [false, true]);
  await takeBack(world, await logOf(world, "members"));
  await scene.hint("cycle", id);
  assert.deepEqual((await scene.task(item, "milestone_id")).milestone_id, [milestone.id, "One"]);
  assert.deepEqual(await givenUp(world), []);
});

Deno.test("joining and leaving that are taken back are in the log, also when the worker died before saying so", async () => {
  await using scene = await planningScene();
  const { world } = scene;
  const item = await scene.make("work-items/", { name: "one" });
  const id = await cycleWith(scene, LONG);
  const task = (await scene.task(item, "name")).id;
  const newest = async () =>
    (await world.sql`
      select c -> 'from' as "from", c -> 'to' as "to", c ->> 'undoes' as undoes
      from plane.sync_log l, jsonb_array_elements(l.changes) c where c ->> 'field' = 'members'
      order by l.id desc limit 1`)[0];
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.hint("cycle", id);
  const joined = await logOf(world, "members");
  world.dieBeforeSettling();
  await takeBack(world, joined);
  await world.drain();
  assert.equal((await scene.task(item, "milestone_id")).milestone_id, false);
  assert.deepEqual({ ...await newest() }, { from: [task], to: [], undoes: joined.log_id });

  const undone = await logOf(world, "members");
  world.dieBeforeSettling();
  await takeBack(world, undone);
  await world.drain();
  assert(Array.isArray((await scene.task(item, "milestone_id")).milestone_id));
  assert.deepEqual({ ...await newest() }, { from: [], to: [task], undoes: undone.log_id });
});

Deno.test("who leaves and joins a cycle after its joining was taken back is a member again", async () => {
  await using scene = await planningScene();
  const { world } = scene;
  const item = await scene.make("work-items/", { name: "one" });
  const id = await cycleWith(scene, LONG);
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.hint("cycle", id);
  await takeBack(world, await logOf(world, "members"));
  await scene.remove(`cycles/${id}/cycle-issues/${item}/`);
  await scene.hint("cycle", id);
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.hint("cycle", id);
  assert(Array.isArray((await scene.task(item, "milestone_id")).milestone_id));
});

for (const moduleAs of ["project", "parent_task"]) {
  Deno.test(`a module that is a ${moduleAs} gets its former fields again, and its making is taken back by archiving it`, async () => {
    await using scene = await planningScene({ moduleAs });
    const { plane, world } = scene;
    world.sandboxOdoo.addUser({ name: "Alice", login: plane.users.alice.email });
    const item = await scene.make("work-items/", { name: "one" });
    const first = { name: "Checkout", description: "Before", status: "completed" };
    const id = await scene.make("modules/", { ...first, lead: plane.users.alice.id });
    await scene.arrive();
    const fields = moduleAs === "project"
      ? ["name", "description", "last_update_status", "user_id"]
      : ["name", "description", "state", "user_ids"];
    const before = await scene.partner("module", id, fields);
    const later = { name: "Basket", description: "After", status: "in-progress", lead: null };
    await scene.change(`modules/${id}/`, later);
    await scene.make(`modules/${id}/module-issues/`, { issues: [item] });
    await scene.arrive();
    assert.notDeepEqual(await scene.partner("module", id, fields), before);
    await takeBack(world, await logOf(world, "name"));
    await scene.hint("module", id);
    assert.deepEqual(await scene.partner("module", id, fields), before);
    assert.deepEqual(await givenUp(world), []);

    const second = await scene.make("modules/", { name: "Second" });
    await scene.arrive();
    const answer = await takeBack(world, await makingOf(world, "module"));
    assert.deepEqual(answer.not_undone, []);
    await scene.hint("module", second);
    assert.equal((await scene.partner("module", second, ["active"])).active, false);
  });
}

Deno.test("a module's tag gets its former name again; it has no archive, and the answer says so", async () => {
  await using scene = await planningScene({ moduleAs: "tag" });
  const { world } = scene;
  const item = await scene.make("work-items/", { name: "one" });
  const id = await scene.make("modules/", { name: "Checkout" });
  await scene.arrive();
  const before = (await scene.partner("module", id, ["name"])).name;
  await scene.change(`modules/${id}/`, { name: "Basket" });
  await scene.arrive();
  await takeBack(world, await logOf(world, "name"));
  await scene.hint("module", id);
  assert.equal((await scene.partner("module", id, ["name"])).name, before);
  await scene.make(`modules/${id}/module-issues/`, { issues: [item] });
  await scene.hint("module", id);
  assert.equal(((await scene.task(item, "tag_ids")).tag_ids as unknown[]).length, 1);
  await takeBack(world, await logOf(world, "members"));
  await scene.hint("module", id);
  assert.deepEqual((await scene.task(item, "tag_ids")).tag_ids, []);
  await scene.make("modules/", { name: "Second" });
  await scene.arrive();
  const answer = await takeBack(world, await makingOf(world, "module"));
  assert.deepEqual(answer.not_undone.map(({ reason }) => reason), ["no_archive"]);
});
