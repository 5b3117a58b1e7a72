/** Milestones, what happens to them with their tasks, and tasks that move with all they have. */
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
  secondAfter,
} from "./under_test.ts";

const MILESTONE = "project.milestone";
const TASK = "project.task";

function newMilestone(odoo: OdooUnderTest, project: number): Promise<number> {
  return one(odoo.client.create(MILESTONE, [{ name: odoo.unique("milestone"), project_id: project }]));
}

async function milestoneOf(odoo: OdooUnderTest, task: number): Promise<unknown> {
  return idOf((await fieldsOf(odoo, TASK, task, "milestone_id")).milestone_id);
}

export const MILESTONES: readonly ContractCase[] = [
  ["a milestone is loaded by external id, reached and no longer reached", async (odoo) => {
    const project = await newProject(odoo);
    const id = odoo.unique("contract.milestone");
    const columns = ["id", "name", "project_id/.id", "deadline"];
    const row = [id, "Sprint", String(project), "2026-12-01"];
    const milestone = await one(odoo.client.load(MILESTONE, columns, [row]));
    const current = async () => {
      const fields = ["name", "deadline", "is_reached", "reached_date"];
      return Object.values(await fieldsOf(odoo, MILESTONE, milestone, ...fields));
    };
    assert.deepEqual(await current(), ["Sprint", "2026-12-01", false, false]);
    const again = await odoo.client.load(MILESTONE, ["id", "name", "is_reached"], [[id, "Done", "1"]]);
    assert.deepEqual(again, [milestone]);
    const [name, deadline, reached, date] = await current();
    assert.deepEqual([name, deadline, reached], ["Done", "2026-12-01", true]);
    assert.match(String(date), /^\d{4}-\d{2}-\d{2}$/);
    await odoo.client.write(MILESTONE, [milestone], { is_reached: false, deadline: false });
    assert.deepEqual(await current(), ["Done", false, false, false]);
    assert.deepEqual(await fieldsOf(odoo, "project.project", project, "milestone_ids"), {
      milestone_ids: [milestone],
    });
  }],
  ["a milestone made as reached has the day", async (odoo) => {
    const values = { name: "m", project_id: await newProject(odoo), is_reached: true };
    const milestone = await one(odoo.client.create(MILESTONE, [values]));
    const { reached_date: date } = await fieldsOf(odoo, MILESTONE, milestone, "reached_date");
    assert.match(String(date), /^\d{4}-\d{2}-\d{2}$/);
  }],
  ["a deadline keeps the first ten characters, and must be a date", async (odoo) => {
    const milestone = await newMilestone(odoo, await newProject(odoo));
    await odoo.client.write(MILESTONE, [milestone], { deadline: "2026-01-01 12:00:00" });
    assert.deepEqual(await fieldsOf(odoo, MILESTONE, milestone, "deadline"), { deadline: "2026-01-01" });
    await failsWith(odoo.client.write(MILESTONE, [milestone], { deadline: "soon" }), "odoo_bad_request");
  }],
  ["a milestone cannot be archived", async (odoo) => {
    const milestone = await newMilestone(odoo, await newProject(odoo));
    await failsWith(odoo.client.write(MILESTONE, [milestone], { active: false }), "odoo_bad_request");
    await failsWith(odoo.client.search(MILESTONE, [["active", "=", true]]), "odoo_bad_request");
  }],
  [
    "a deleted milestone is taken from its tasks, without a new stamp, and comes back as another",
    async (odoo) => {
      const project = await newProject(odoo);
      const row = [odoo.unique("contract.milestone"), "m", String(project)];
      const load = () => one(odoo.client.load(MILESTONE, ["id", "name", "project_id/.id"], [row]));
      const milestone = await load();
      const task = await newTask(odoo, { project_id: project, milestone_id: milestone });
      const { write_date: stamp } = await fieldsOf(odoo, TASK, task, "write_date");
      await secondAfter(odoo, stamp);
      await odoo.client.call(MILESTONE, "unlink", { ids: [milestone] });
      const found = await fieldsOf(odoo, TASK, task, "milestone_id", "write_date");
      assert.deepEqual(found, { milestone_id: false, write_date: stamp });
      assert.notEqual(await load(), milestone);
    },
  ],
  ["a milestone that changes leaves its tasks' stamps alone, and one that moves keeps them", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const milestone = await newMilestone(odoo, here);
    const task = await newTask(odoo, { project_id: here, milestone_id: milestone });
    const { write_date: stamp } = await fieldsOf(odoo, TASK, task, "write_date");
    await secondAfter(odoo, stamp);
    await odoo.client.write(MILESTONE, [milestone], { name: "new", is_reached: true });
    await odoo.client.write(MILESTONE, [milestone], { project_id: there });
    const found = await fieldsOf(odoo, TASK, task, "milestone_id", "write_date");
    assert.deepEqual(found, { milestone_id: [milestone, "new"], write_date: stamp });
  }],
  [
    "a milestone of nothing is a missing record for a task, a milestone of no project is refused",
    async (odoo) => {
      const task = await newTask(odoo, { project_id: await newProject(odoo) });
      const nobody = 2_000_000_000;
      await failsWith(odoo.client.write(TASK, [task], { milestone_id: nobody }), "odoo_missing_record", {
        missingModel: MILESTONE,
      });
      const create = odoo.client.create(MILESTONE, [{ name: "m", project_id: nobody }]);
      await failsWith(create, "odoo_rejected");
    },
  ],
  ["open sub-tasks share their parent's milestone", async (odoo) => {
    const project = await newProject(odoo);
    const [first, second] = [await newMilestone(odoo, project), await newMilestone(odoo, project)];
    const parent = await newTask(odoo, { project_id: project, milestone_id: first });
    const child = await newTask(odoo, { project_id: project, parent_id: parent });
    assert.equal(await milestoneOf(odoo, child), first);
    await odoo.client.write(TASK, [parent], { milestone_id: second });
    assert.equal(await milestoneOf(odoo, child), second);
    await odoo.client.write(TASK, [child], { milestone_id: first });
    await odoo.client.write(TASK, [parent], { milestone_id: false });
    assert.equal(await milestoneOf(odoo, child), first);
    await odoo.client.write(TASK, [child], { milestone_id: false });
    await odoo.client.write(TASK, [parent], { milestone_id: second });
    assert.equal(await milestoneOf(odoo, child), second);
    await odoo.client.write(TASK, [child], { state: "1_done" });
    await odoo.client.write(TASK, [parent], { milestone_id: first });
    assert.equal(await milestoneOf(odoo, child), second);
  }],
  ["an archived sub-task keeps the milestone it has, or none", async (odoo) => {
    const project = await newProject(odoo);
    const [first, second] = [await newMilestone(odoo, project), await newMilestone(odoo, project)];
    const parent = await newTask(odoo, { project_id: project });
    const child = await newTask(odoo, { project_id: project, parent_id: parent });
    await odoo.client.write(TASK, [child], { active: false });
    await odoo.client.write(TASK, [parent], { milestone_id: first });
    assert.equal(await milestoneOf(odoo, child), false);
    await odoo.client.write(TASK, [child], { milestone_id: first });
    await odoo.client.write(TASK, [parent], { milestone_id: second });
    assert.equal(await milestoneOf(odoo, child), first);
  }],
  [
    "a task that gets a parent gets its milestone too, unless it has one or is told otherwise",
    async (odoo) => {
      const [here, there] = [await newProject(odoo), await newProject(odoo)];
      const [first, second] = [await newMilestone(odoo, here), await newMilestone(odoo, here)];
      const parent = await newTask(odoo, { project_id: here, milestone_id: first });
      const child = await newTask(odoo, { project_id: here });
      const below = await newTask(odoo, { project_id: here, parent_id: child });
      await odoo.client.write(TASK, [child], { parent_id: parent });
      assert.deepEqual([await milestoneOf(odoo, child), await milestoneOf(odoo, below)], [first, first]);
      await odoo.client.write(TASK, [child], { parent_id: false });
      assert.equal(await milestoneOf(odoo, child), first);
      const other = await newTask(odoo, { project_id: here, milestone_id: second });
      await odoo.client.write(TASK, [other], { parent_id: parent });
      assert.equal(await milestoneOf(odoo, other), second);
      const told = await newTask(odoo, { project_id: here });
      await odoo.client.write(TASK, [told], { parent_id: parent, milestone_id: false });
      assert.equal(await milestoneOf(odoo, told), false);
      const elsewhere = await newTask(odoo, { project_id: there });
      await odoo.client.write(TASK, [elsewhere], { parent_id: parent });
      assert.equal(await milestoneOf(odoo, elsewhere), false);
      const columns = ["id", "name", "project_id/.id", "parent_id/.id", "milestone_id/.id"];
      const row = [odoo.unique("contract.task"), "t", String(here), String(parent), ""];
      assert.equal(await milestoneOf(odoo, await one(odoo.client.load(TASK, columns, [row]))), false);
    },
  ],
  ["a move with stage, state and milestone in the same write keeps all four", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const [stage = 0] = await newStages(odoo, there, "There");
    const milestone = await newMilestone(odoo, there);
    const task = await newTask(odoo, { project_id: here });
    const move = { project_id: there, stage_id: stage, state: "03_approved", milestone_id: milestone };
    await odoo.client.write(TASK, [task], move);
    const found = await fieldsOf(odoo, TASK, task, ...Object.keys(move));
    assert.deepEqual(Object.values(found).map(idOf), Object.values(move));
    await odoo.client.write(TASK, [task], { project_id: here, milestone_id: milestone });
    assert.equal(await milestoneOf(odoo, task), false);
  }],
];
