/** `load()`: the atomic upsert by external id. */
import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { object, raw } from "./raw.ts";
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

const NOBODY = "2000000000";
const TASK = "project.task";

function loadTask(odoo: OdooUnderTest, row: Record<string, string>): Promise<number> {
  return one(odoo.client.load(TASK, Object.keys(row), [Object.values(row)]));
}

export const LOADING: readonly ContractCase[] = [
  ["the same external id creates once and then updates", async (odoo) => {
    const id = odoo.unique("contract.task");
    const project = String(await newProject(odoo));
    const first = await loadTask(odoo, { id, name: "one", "project_id/.id": project, priority: "3" });
    const second = await loadTask(odoo, { id, name: "two" });
    assert.equal(second, first);
    assert.deepEqual(await fieldsOf(odoo, TASK, first, "name", "priority"), { name: "two", priority: "3" });
  }],
  ["nobody is assigned to a task loaded into a project, with an empty column or none", async (odoo) => {
    const project = String(await newProject(odoo));
    const empty = { id: odoo.unique("contract.a"), name: "a", "project_id/.id": project, "user_ids/.id": "" };
    const none = { id: odoo.unique("contract.b"), name: "b", "project_id/.id": project };
    for (const row of [empty, none]) {
      assert.deepEqual(await fieldsOf(odoo, TASK, await loadTask(odoo, row), "user_ids"), { user_ids: [] });
    }
  }],
  ["the caller is assigned to a loaded task without a project", async (odoo) => {
    const task = await loadTask(odoo, { id: odoo.unique("contract.private"), priority: "1" });
    const { name, user_ids: users } = await fieldsOf(odoo, TASK, task, "name", "user_ids");
    assert.equal(name, "Untitled to-do");
    assert.ok(Array.isArray(users) && users.length === 1);
  }],
  ["many related records are comma separated ids, and replace the ones before", async (odoo) => {
    const tags = await odoo.client.create("project.tags", [{ name: odoo.unique("a") }, {
      name: odoo.unique("b"),
    }]);
    const row = {
      id: odoo.unique("contract.tags"),
      name: "t",
      "project_id/.id": String(await newProject(odoo)),
    };
    const task = await loadTask(odoo, { ...row, "tag_ids/.id": tags.join(",") });
    const current = async () => (await fieldsOf(odoo, TASK, task, "tag_ids")).tag_ids;
    assert.deepEqual(await current(), tags);
    await loadTask(odoo, { id: row.id, "tag_ids/.id": String(tags[1]) });
    assert.deepEqual(await current(), [tags[1]]);
    await loadTask(odoo, { id: row.id, "tag_ids/.id": "" });
    assert.deepEqual(await current(), []);
  }],
  ["stage and state in one row both stay, on creation and update", async (odoo) => {
    const project = await newProject(odoo);
    const [open = 0, done = 0] = await newStages(odoo, project, "Open", "Done");
    const row = { id: odoo.unique("contract.state"), name: "s", "project_id/.id": String(project) };
    const task = await loadTask(odoo, { ...row, "stage_id/.id": String(done), state: "1_done" });
    const current = async () => {
      const { stage_id: stage, state } = await fieldsOf(odoo, TASK, task, "stage_id", "state");
      return [idOf(stage), state];
    };
    assert.deepEqual(await current(), [done, "1_done"]);
    await loadTask(odoo, { id: row.id, "stage_id/.id": String(open), state: "02_changes_requested" });
    assert.deepEqual(await current(), [open, "02_changes_requested"]);
  }],
  ["the project of a known task reopens it unless the state is given too", async (odoo) => {
    const row = { id: odoo.unique("contract.reopen"), "project_id/.id": String(await newProject(odoo)) };
    const task = await loadTask(odoo, { ...row, name: "r", state: "1_done" });
    await loadTask(odoo, { ...row, state: "1_done" });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "state"), { state: "1_done" });
    await loadTask(odoo, row);
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "state"), { state: "01_in_progress" });
  }],
  ["an archived record is found and stays archived; an empty `active` archives", async (odoo) => {
    const row = { id: odoo.unique("contract.archived"), name: "x" };
    const project = String(await newProject(odoo));
    const task = await loadTask(odoo, { ...row, "project_id/.id": project, active: "0" });
    assert.equal(await loadTask(odoo, { ...row, name: "y" }), task);
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "active", "name"), { active: false, name: "y" });
    await loadTask(odoo, { ...row, active: "1" });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "active"), { active: true });
    await loadTask(odoo, { ...row, active: "" });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "active"), { active: false });
  }],
  ["an archived project takes new tasks, which are not archived", async (odoo) => {
    const project = await newProject(odoo, { active: false });
    const row = { id: odoo.unique("contract.in_archived"), name: "x", "project_id/.id": String(project) };
    const task = await loadTask(odoo, row);
    const { active, project_id: found } = await fieldsOf(odoo, TASK, task, "active", "project_id");
    assert.deepEqual([active, idOf(found)], [true, project]);
  }],
  ["HTML passes the same sanitiser, and an empty cell clears it", async (odoo) => {
    const row = {
      id: odoo.unique("contract.html"),
      name: "h",
      "project_id/.id": String(await newProject(odoo)),
    };
    const task = await loadTask(odoo, { ...row, description: "<p>a<script>b</script></p>" });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "description"), { description: "<p>a</p>" });
    await loadTask(odoo, { ...row, description: "" });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "description"), { description: false });
  }],
  ["a parent is given by external or by database id", async (odoo) => {
    const project = String(await newProject(odoo));
    const parentId = odoo.unique("contract.parent");
    const parent = await loadTask(odoo, { id: parentId, name: "p", "project_id/.id": project });
    for (const [column, value] of [["parent_id/id", parentId], ["parent_id/.id", String(parent)]] as const) {
      const row = {
        id: odoo.unique("contract.child"),
        name: "c",
        "project_id/.id": project,
        [column]: value,
      };
      const child = await loadTask(odoo, row);
      assert.equal(idOf((await fieldsOf(odoo, TASK, child, "parent_id")).parent_id), parent);
      await loadTask(odoo, { id: row.id, [column]: "" });
      assert.deepEqual(await fieldsOf(odoo, TASK, child, "parent_id"), { parent_id: false });
    }
  }],
  ["stages are made with their project", async (odoo) => {
    const project = await newProject(odoo);
    const id = odoo.unique("contract.stage");
    const fields = ["id", "name", "sequence", "project_ids/.id"];
    const [stage = 0] = await odoo.client.load("project.task.type", fields, [[
      id,
      "Doing",
      "20",
      String(project),
    ]]);
    const found = await fieldsOf(
      odoo,
      "project.task.type",
      stage,
      "name",
      "sequence",
      "project_ids",
      "user_id",
    );
    assert.deepEqual(found, { name: "Doing", sequence: 20, project_ids: [project], user_id: false });
  }],
  ["times are read in the context's zone, and the client says UTC", async (odoo) => {
    const row = {
      id: odoo.unique("contract.zone"),
      name: "z",
      "project_id/.id": String(await newProject(odoo)),
    };
    const task = await loadTask(odoo, { ...row, date_deadline: "2026-01-31 12:00:00" });
    const deadline = async () => (await fieldsOf(odoo, TASK, task, "date_deadline")).date_deadline;
    assert.equal(await deadline(), "2026-01-31 12:00:00");
    const call = { fields: ["id", "date_deadline"], data: [[row.id, "2026-01-31 12:00:00"]] };
    await raw(odoo, TASK, "load", call, { context: { tz: "Europe/Berlin" } });
    assert.equal(await deadline(), "2026-01-31 11:00:00");
  }],
  ["selections are taken by key or label", async (odoo) => {
    const row = {
      id: odoo.unique("contract.label"),
      name: "l",
      "project_id/.id": String(await newProject(odoo)),
    };
    const task = await loadTask(odoo, { ...row, priority: "High priority", state: "1_canceled" });
    const expected = { priority: "2", state: "1_canceled" };
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "priority", "state"), expected);
  }],
  ["a deleted record comes back as a new one", async (odoo) => {
    const row = {
      id: odoo.unique("contract.deleted"),
      name: "d",
      "project_id/.id": String(await newProject(odoo)),
    };
    const first = await loadTask(odoo, row);
    await odoo.client.call(TASK, "unlink", { ids: [first] });
    assert.notEqual(await loadTask(odoo, row), first);
  }],
  [
    "parallel loads of one new external id make one record; those that lose the race may repeat",
    async (odoo) => {
      const project = String(await newProject(odoo));
      const row = { id: odoo.unique("contract.race"), name: "r", "project_id/.id": project };
      const persistent = async (left: number): Promise<number> => {
        try {
          return await loadTask(odoo, row);
        } catch (thrown) {
          if (left === 0 || !(thrown instanceof SuiteError) || thrown.code !== "odoo_conflict") throw thrown;
          return await persistent(left - 1);
        }
      };
      const ids = await Promise.all(Array.from({ length: 5 }, () => persistent(10)));
      assert.equal(new Set(ids).size, 1);
      assert.deepEqual(await odoo.client.search(TASK, [["project_id", "=", Number(project)]]), [ids[0]]);
    },
  ],
  ["one wrong row refuses all, with status 200, no ids and the reason", async (odoo) => {
    const project = String(await newProject(odoo));
    const fields = ["id", "name", "project_id/.id", "priority"];
    const data = [[odoo.unique("contract.ok"), "ok", project, "0"], [
      odoo.unique("contract.no"),
      "no",
      project,
      "9",
    ]];
    const answer = await raw(odoo, TASK, "load", { fields, data });
    assert.equal(answer.status, 200);
    const { ids, messages } = object(answer.result);
    assert.equal(ids, false);
    assert.ok(Array.isArray(messages));
    const { type, record, field, rows } = object(messages[0]);
    assert.deepEqual([type, record, field, rows], ["error", 1, "priority", { from: 1, to: 1 }]);
    await failsWith(odoo.client.load(TASK, fields, data), "odoo_rejected", { field: "priority", row: 1 });
    assert.deepEqual(await odoo.client.search(TASK, [["project_id", "=", Number(project)]]), []);
  }],
  ["cells that cannot be read are refused by field", async (odoo) => {
    const row = {
      id: odoo.unique("contract.cell"),
      name: "c",
      "project_id/.id": String(await newProject(odoo)),
    };
    const wrong: [string, string][] = [
      ["date_deadline", "2026-01-31T12:00:00Z"],
      ["sequence", "first"],
      ["active", "maybe"],
      ["priority", "9"],
    ];
    for (const [field, text] of wrong) {
      await failsWith(loadTask(odoo, { ...row, [field]: text }), "odoo_rejected", { field });
    }
    await failsWith(loadTask(odoo, { ...row, name: "" }), "odoo_rejected", { field: "name" });
  }],
  ["a relation to nothing is a missing record, and names the model", async (odoo) => {
    const row = {
      id: odoo.unique("contract.nowhere"),
      name: "n",
      "project_id/.id": String(await newProject(odoo)),
    };
    const cases: [string, string, string][] = [
      ["project_id/.id", NOBODY, "project.project"],
      ["stage_id/.id", NOBODY, "project.task.type"],
      ["user_ids/.id", NOBODY, "res.users"],
      ["parent_id/id", "contract.no_such_task", "project.task"],
    ];
    for (const [column, value, missingModel] of cases) {
      const facts = { field: column.split("/")[0], missingModel };
      await failsWith(loadTask(odoo, { ...row, [column]: value }), "odoo_missing_record", facts);
    }
  }],
  ["an unknown column is a ValueError, an external id of another model is refused", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    assert.ok(task > 0);
    const id = odoo.unique("contract.project");
    await failsWith(odoo.client.load(TASK, ["id", "no_such_field"], [[id, "x"]]), "odoo_bad_request");
    await odoo.client.load("project.project", ["id", "name"], [[id, "a project"]]);
    await failsWith(odoo.client.load(TASK, ["id", "name"], [[id, "a task"]]), "odoo_rejected");
  }],
];
