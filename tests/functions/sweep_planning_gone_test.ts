/** What a sweep finds of cycles and modules that are gone from Plane's lists, and of modules that are no projects. */
import assert from "node:assert/strict";
import { releaseBrakes } from "../../shared/sweep/brakes.ts";
import { createSweepWorld, WATERMARKS } from "../support/sweep_world.ts";

const MODULES = ["project", "tag", "parent_task"] as const;

async function startScene(moduleAs: (typeof MODULES)[number] = "project") {
  const scene = await createSweepWorld();
  const { world, plane } = scene;
  await world.sql`
    update plane.sync_config set enabled = true, options = ${world.sql.json({ module_as: moduleAs })}
    where plane_type = 'module'`;
  const made = await plane.api("POST", "/projects/", {
    name: "Website",
    identifier: "WEB",
    cycle_view: true,
    module_view: true,
  });
  const inProject = (path: string) => `/projects/${String(made.id)}/${path}`;
  await world.arrive();
  const item = String((await plane.api("POST", inProject("work-items/"), { name: "Start" })).id);
  await world.arrive();
  await scene.sweep();
  return { scene, item, inProject };
}

for (const moduleAs of MODULES) {
  Deno.test(`${moduleAs}: who joins a module that is known already is found at the next sweep`, async () => {
    const { scene, item, inProject } = await startScene(moduleAs);
    await using _ = scene;
    const { plane, world } = scene;
    const module = String((await plane.api("POST", inProject("modules/"), { name: "Checkout" })).id);
    await scene.sweep();
    await plane.api("POST", inProject(`modules/${module}/module-issues/`), { issues: [item] });
    await scene.sweep();
    const task = world.sandboxOdoo.records("project.task").find(({ name }) => name === "Start");
    const mark = moduleAs === "parent_task" ? task?.parent_id : task?.tag_ids;
    assert.equal(Array.isArray(mark) && mark.length > 0, true, `the task has ${JSON.stringify(mark)}`);
  });
}

type Scene = Awaited<ReturnType<typeof startScene>>;

async function addCycle({ scene: { plane }, inProject }: Scene, name: string): Promise<string> {
  const project_id = inProject("").split("/")[2];
  return String((await plane.api("POST", inProject("cycles/"), { name, project_id })).id);
}

const reached = ({ scene: { world } }: Scene) =>
  world.sandboxOdoo.records("project.milestone").map(({ is_reached }) => is_reached);

Deno.test("a cycle deleted in Plane, which nothing announces, is found by a sweep: its milestone is reached", async () => {
  const given = await startScene();
  await using scene = given.scene;
  const cycle = await addCycle(given, "Sprint 1");
  await scene.sweep();
  assert.deepEqual(reached(given), [false]);
  await scene.plane.api("DELETE", given.inProject(`cycles/${cycle}/`));
  await scene.sweep();
  assert.deepEqual(reached(given), [true]);
  const report = await scene.sweep();
  assert.equal(report.hints, 0, "it is over");
});

for (const moduleAs of ["project", "parent_task"] as const) {
  Deno.test(`${moduleAs}: a module deleted in Plane is found by a sweep and archived`, async () => {
    const given = await startScene(moduleAs);
    await using scene = given.scene;
    const module = String(
      (await scene.plane.api("POST", given.inProject("modules/"), { name: "Checkout" })).id,
    );
    await scene.sweep();
    const model = moduleAs === "project" ? "project.project" : "project.task";
    const active = () =>
      scene.world.sandboxOdoo.records(model).filter(({ name }) => String(name).endsWith("Checkout"))
        .map(({ active }) => active);
    assert.deepEqual(active(), [true]);
    await scene.plane.api("DELETE", given.inProject(`modules/${module}/`));
    await scene.sweep();
    assert.deepEqual(active(), [false]);
  });
}

Deno.test("when most of a project's cycles have vanished nothing is done until somebody releases the brake", async () => {
  const given = await startScene();
  await using scene = given.scene;
  const cycles: string[] = [];
  for (let index = 0; index < 6; index += 1) cycles.push(await addCycle(given, `Sprint ${index}`));
  await scene.sweep();
  for (const cycle of cycles) await scene.plane.api("DELETE", given.inProject(`cycles/${cycle}/`));
  await scene.sweep();
  assert.deepEqual(reached(given), new Array(6).fill(false));
  const [brake] = (await scene.describe()).brakes;
  assert.deepEqual([brake?.records, brake?.vanished, brake?.known], ["cycle", 6, 6]);
  await releaseBrakes(scene.dependencies, brake?.project ?? "");
  await scene.sweep({ ...WATERMARKS, cyclesMs: Number.MAX_SAFE_INTEGER });
  assert.deepEqual(reached(given), new Array(6).fill(true));
  assert.deepEqual((await scene.describe()).brakes, []);
});
