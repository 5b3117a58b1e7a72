/** Tasks: the traps of assignment, stage and state, milestones, sub-tasks. */
import assert from "node:assert/strict";
import {
  type ContractCase,
  failsWith,
  fieldsOf,
  idOf,
  newProject,
  newStages,
  newTask,
  type OdooUnderTest,
  one,
} from "./under_test.ts";

const TASK = "project.task";

async function stageAndState(odoo: OdooUnderTest, task: number): Promise<unknown[]> {
  const { stage_id: stage, state } = await fieldsOf(odoo, TASK, task, "stage_id", "state");
  return [idOf(stage), state];
}

export const TASKS: readonly ContractCase[] = [
  ["the caller becomes the assignee unless the list is given", async (odoo) => {
    const project = await newProject(odoo);
    const task = await one(odoo.client.create(TASK, [{ name: "x", project_id: project }]));
    const { user_ids: users } = await fieldsOf(odoo, TASK, task, "user_ids");
    assert.ok(Array.isArray(users) && users.length === 1);
    const other = await newTask(odoo, { project_id: project, user_ids: [] });
    assert.deepEqual(await fieldsOf(odoo, TASK, other, "user_ids"), { user_ids: [] });
    await odoo.client.write(TASK, [other], { user_ids: [[6, 0, users]] });
    assert.deepEqual(await fieldsOf(odoo, TASK, other, "user_ids"), { user_ids: users });
    await odoo.client.write(TASK, [other], { user_ids: [[6, 0, []]] });
    assert.deepEqual(await fieldsOf(odoo, TASK, other, "user_ids"), { user_ids: [] });
  }],
  ["a task in nobody's project and hands is refused", async (odoo) => {
    await failsWith(newTask(odoo, {}), "odoo_forbidden");
  }],
  ["a new task gets the first open stage, and none where there are no stages", async (odoo) => {
    const project = await newProject(odoo);
    assert.deepEqual(await stageAndState(odoo, await newTask(odoo, { project_id: project })), [
      false,
      "01_in_progress",
    ]);
    const [, first = 0] = await odoo.client.create("project.task.type", [
      { name: "folded", sequence: 0, fold: true, project_ids: [[6, 0, [project]]] },
      { name: "first", sequence: 1, project_ids: [[6, 0, [project]]] },
      { name: "second", sequence: 2, project_ids: [[6, 0, [project]]] },
    ]);
    assert.equal((await stageAndState(odoo, await newTask(odoo, { project_id: project })))[0], first);
  }],
  ["stage and state in one write both stay", async (odoo) => {
    const project = await newProject(odoo);
    const [open = 0, done = 0] = await newStages(odoo, project, "Open", "Done");
    const task = await newTask(odoo, { project_id: project, stage_id: done, state: "03_approved" });
    assert.deepEqual(await stageAndState(odoo, task), [done, "03_approved"]);
    await odoo.client.write(TASK, [task], { stage_id: open, state: "1_done" });
    assert.deepEqual(await stageAndState(odoo, task), [open, "1_done"]);
    await odoo.client.write(TASK, [task], { stage_id: done, state: "01_in_progress" });
    assert.deepEqual(await stageAndState(odoo, task), [done, "01_in_progress"]);
  }],
  ["a stage alone undoes a review, even the same stage, but not a closed state", async (odoo) => {
    const project = await newProject(odoo);
    const [open = 0, done = 0] = await newStages(odoo, project, "Open", "Done");
    const task = await newTask(odoo, { project_id: project, stage_id: open, state: "02_changes_requested" });
    await odoo.client.write(TASK, [task], { stage_id: open });
    assert.deepEqual(await stageAndState(odoo, task), [open, "01_in_progress"]);
    for (const state of ["1_done", "1_canceled"]) {
      await odoo.client.write(TASK, [task], { state });
      await odoo.client.write(TASK, [task], { stage_id: done });
      assert.deepEqual(await stageAndState(odoo, task), [done, state]);
    }
  }],
  ["a move reopens the task and leaves its stage behind, even a move to where it is", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const [stage = 0] = await newStages(odoo, here, "Here");
    const task = await newTask(odoo, { project_id: here, stage_id: stage, state: "1_done" });
    await odoo.client.write(TASK, [task], { project_id: here });
    assert.deepEqual(await stageAndState(odoo, task), [stage, "01_in_progress"]);
    await odoo.client.write(TASK, [task], { project_id: there, state: "1_done" });
    assert.deepEqual(await stageAndState(odoo, task), [false, "1_done"]);
    const [first = 0] = await newStages(odoo, here, "First");
    await odoo.client.write("project.task.type", [first], { sequence: -1 });
    await odoo.client.write(TASK, [task], { project_id: here });
    assert.deepEqual(await stageAndState(odoo, task), [first, "01_in_progress"]);
  }],
  ["a stage of another project is accepted", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const [foreign = 0] = await newStages(odoo, there, "Foreign");
    const task = await newTask(odoo, { project_id: here, stage_id: foreign });
    assert.equal((await stageAndState(odoo, task))[0], foreign);
  }],
  ["a milestone of another project is silently dropped", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const milestone = (project: number) =>
      one(
        odoo.client.create("project.milestone", [{ name: "m", project_id: project, deadline: "2026-05-05" }]),
      );
    const [own, foreign] = [await milestone(here), await milestone(there)];
    const task = await newTask(odoo, { project_id: here, milestone_id: own });
    assert.equal(idOf((await fieldsOf(odoo, TASK, task, "milestone_id")).milestone_id), own);
    await odoo.client.write(TASK, [task], { milestone_id: foreign });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "milestone_id"), { milestone_id: false });
    await odoo.client.write("project.milestone", [own], { is_reached: true });
    const { reached_date: reached } = await fieldsOf(odoo, "project.milestone", own, "reached_date");
    assert.match(String(reached), /^\d{4}-\d{2}-\d{2}$/);
    await failsWith(odoo.client.create("project.milestone", [{ name: "m" }]), "odoo_rejected");
  }],
  ["a sub-task is in its parent's project unless told otherwise, and hidden there", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const parent = await newTask(odoo, { project_id: here });
    const child = await newTask(odoo, { parent_id: parent });
    const fields = async (id: number) => {
      const found = await fieldsOf(odoo, TASK, id, "project_id", "display_in_project");
      return [idOf(found.project_id), found.display_in_project];
    };
    assert.deepEqual(await fields(child), [here, false]);
    assert.deepEqual(await fields(await newTask(odoo, { parent_id: parent, project_id: there })), [
      there,
      true,
    ]);
    await odoo.client.write(TASK, [parent], { project_id: there });
    assert.deepEqual(await fields(child), [there, false]);
  }],
  ["sub-tasks are deleted with their parent, archived ones survive without it", async (odoo) => {
    const project = await newProject(odoo);
    const parent = await newTask(odoo, { project_id: project });
    const [open, archived] = [
      await newTask(odoo, { project_id: project, parent_id: parent }),
      await newTask(odoo, { project_id: project, parent_id: parent }),
    ];
    await odoo.client.write(TASK, [archived], { active: false });
    await odoo.client.call(TASK, "unlink", { ids: [parent] });
    assert.deepEqual(await odoo.client.read(TASK, [open, archived], ["parent_id"]), [
      { id: archived, parent_id: false },
    ]);
  }],
  ["a write archives one task, the action its sub-tasks too", async (odoo) => {
    const project = await newProject(odoo);
    const parent = await newTask(odoo, { project_id: project });
    const child = await newTask(odoo, { project_id: project, parent_id: parent });
    await odoo.client.write(TASK, [parent], { active: false });
    assert.deepEqual(await fieldsOf(odoo, TASK, child, "active"), { active: true });
    await odoo.client.write(TASK, [parent], { active: true });
    await odoo.client.call(TASK, "action_archive", { ids: [parent] });
    assert.deepEqual(await fieldsOf(odoo, TASK, child, "active"), { active: false });
  }],
  ["a stage without a project is the caller's personal one", async (odoo) => {
    const stage = await one(odoo.client.create("project.task.type", [{ name: odoo.unique("personal") }]));
    const { user_id: owner } = await fieldsOf(odoo, "project.task.type", stage, "user_id");
    assert.equal(typeof idOf(owner), "number");
  }],
  ["archiving a stage archives its tasks, deleting a used one is refused", async (odoo) => {
    const project = await newProject(odoo);
    const [stage = 0] = await newStages(odoo, project, "Used");
    const task = await newTask(odoo, { project_id: project, stage_id: stage });
    await failsWith(odoo.client.call("project.task.type", "unlink", { ids: [stage] }), "odoo_rejected");
    await odoo.client.write("project.task.type", [stage], { active: false });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "active"), { active: false });
  }],
  ["a date alone is midnight, and a deadline at noon stays at noon", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo), date_deadline: "2026-01-31" });
    const expected = (moment: unknown) => ({ date_deadline: moment });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "date_deadline"), expected("2026-01-31 00:00:00"));
    await odoo.client.write(TASK, [task], { date_deadline: "2026-01-31 12:00:00" }, {
      context: { tz: "Asia/Tokyo" },
    });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "date_deadline"), expected("2026-01-31 12:00:00"));
    await odoo.client.write(TASK, [task], { date_deadline: false });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "date_deadline"), expected(false));
  }],
];
