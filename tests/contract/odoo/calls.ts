/** The plain calls: read, search, write, create, and who may. */
import assert from "node:assert/strict";
import { readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import { object, raw } from "./raw.ts";
import {
  type ContractCase,
  failsWith,
  fieldsOf,
  idOf,
  newProject,
  newStages,
  newTask,
} from "./under_test.ts";

const NOBODY = 2_000_000_000;

export const CALLS: readonly ContractCase[] = [
  ["a created record is found, read, changed and deleted", async (odoo) => {
    const project = await newProject(odoo);
    const task = await newTask(odoo, { project_id: project, name: "one" });
    assert.deepEqual(await odoo.client.search("project.task", [["project_id", "=", project]]), [task]);
    await odoo.client.write("project.task", [task], { name: "two" });
    assert.deepEqual(await odoo.client.read("project.task", [task], ["name"]), [{ id: task, name: "two" }]);
    assert.equal(await odoo.client.call("project.task", "unlink", { ids: [task] }), true);
    assert.deepEqual(await odoo.client.read("project.task", [task], ["name"]), []);
  }],
  ["ids come back in the order of the values", async (odoo) => {
    const project = await newProject(odoo);
    const ids = await odoo.client.create(
      "project.task",
      ["b", "a", "c"].map((name) => ({ name, project_id: project, user_ids: [] })),
    );
    const records = await odoo.client.read("project.task", ids, ["name"]);
    assert.deepEqual(records.map((record) => record.name), ["b", "a", "c"]);
  }],
  ["a batch with one wrong row creates nothing", async (odoo) => {
    const project = await newProject(odoo);
    const rows = [{ name: "fine", project_id: project, user_ids: [] }, { project_id: project, user_ids: [] }];
    await failsWith(odoo.client.create("project.task", rows), "odoo_rejected");
    assert.deepEqual(await odoo.client.search("project.task", [["project_id", "=", project]]), []);
  }],
  ["a read leaves out what does not exist and keeps the order asked for", async (odoo) => {
    const project = await newProject(odoo);
    const [a, b] = [
      await newTask(odoo, { project_id: project }),
      await newTask(odoo, { project_id: project }),
    ];
    const records = await odoo.client.read("project.task", [b, NOBODY, a], ["name"]);
    assert.deepEqual(records.map((record) => record.id), [b, a]);
  }],
  ["relations come as id and name, empties as false, lists as ids", async (odoo) => {
    const name = odoo.unique("project");
    const project = await newProject(odoo, { name });
    const task = await newTask(odoo, { project_id: project });
    const fields = [
      "project_id",
      "stage_id",
      "parent_id",
      "description",
      "date_deadline",
      "tag_ids",
      "active",
    ];
    assert.deepEqual(await fieldsOf(odoo, "project.task", task, ...fields), {
      project_id: [project, name],
      stage_id: false,
      parent_id: false,
      description: false,
      date_deadline: false,
      tag_ids: [],
      active: true,
    });
  }],
  ["an archived record is hidden from a search and shown when asked for", async (odoo) => {
    const project = await newProject(odoo);
    const task = await newTask(odoo, { project_id: project });
    await odoo.client.write("project.task", [task], { active: false });
    assert.deepEqual(await odoo.client.search("project.task", [["id", "=", task]]), []);
    const all = { context: { active_test: false } };
    assert.deepEqual(await odoo.client.search("project.task", [["id", "=", task]], {}, all), [task]);
    const archived = await odoo.client.search("project.task", [["id", "=", task], ["active", "=", false]]);
    assert.deepEqual(archived, [task]);
    assert.deepEqual(await odoo.client.read("project.task", [task], ["active"]), [{
      id: task,
      active: false,
    }]);
  }],
  ["web_search_read follows relations in one call", async (odoo) => {
    const project = await newProject(odoo);
    const [stage = 0] = await newStages(odoo, project, "Backlog");
    const task = await newTask(odoo, { project_id: project, stage_id: stage, name: "nested" });
    const answer = object(
      await odoo.client.call("project.task", "web_search_read", {
        domain: [["project_id", "=", project]],
        specification: { name: {}, stage_id: { fields: { name: {} } }, tag_ids: { fields: { name: {} } } },
      }),
    );
    assert.equal(answer.length, 1);
    assert.deepEqual(answer.records, [
      { id: task, name: "nested", stage_id: { id: stage, name: "Backlog" }, tag_ids: [] },
    ]);
  }],
  ["a comment's HTML is text unless it is said to be HTML", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const post = async (more: Record<string, unknown>) => {
      const ids = await odoo.client.call("project.task", "message_post", {
        ids: [task],
        body: "<b>x</b>",
        ...more,
      });
      assert.ok(Array.isArray(ids) && typeof ids[0] === "number");
      return (await fieldsOf(odoo, "mail.message", ids[0], "body")).body;
    };
    assert.match(String(await post({})), /&lt;b&gt;x/);
    assert.match(String(await post({ body_is_html: true })), /<b>x<\/b>/);
  }],
  ["a write to several records is all or nothing", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo), name: "before" });
    const write = odoo.client.write("project.task", [task, NOBODY], { name: "after" });
    await failsWith(write, "odoo_missing_record", { missingModel: "project.task", missingId: NOBODY });
    assert.deepEqual(await fieldsOf(odoo, "project.task", task, "name"), { name: "before" });
  }],
  ["a second deletion says the record is missing", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    await odoo.client.call("project.task", "unlink", { ids: [task] });
    const again = odoo.client.call("project.task", "unlink", { ids: [task] });
    await failsWith(again, "odoo_missing_record", { missingModel: "project.task", missingId: task });
  }],
  ["the capabilities of a stock 19 are read", async (odoo) => {
    const capabilities = await readCapabilities(odoo.client);
    assert.equal(capabilities.version.major, 19);
    assert.deepEqual(capabilities.priorities, ["0", "1", "2", "3"]);
    assert.ok(capabilities.taskStates.includes("1_done") && capabilities.taskStates.includes("1_canceled"));
    assert.equal(capabilities.taskFields.date_deadline?.type, "datetime");
    assert.equal(capabilities.taskFields.user_ids?.relation, "res.users");
    assert.equal(capabilities.projectFields.date_start?.type, "date");
    assert.equal(capabilities.startDateField, undefined);
  }],
  ["the automatic choice is JSON-2", async (odoo) => {
    const client = createOdooClient({ ...odoo, protocol: "auto" }, { fetch });
    await client.search("project.project", [], { limit: 1 });
    assert.equal(client.protocol, "json2");
  }],
  ["an external id is resolved by name", async (odoo) => {
    const name = odoo.unique("ref");
    const reference = () =>
      odoo.client.call("ir.model.data", "check_object_reference", { module: "contract", xml_id: name });
    await failsWith(reference(), "odoo_bad_request");
    const [project] = await odoo.client.load("project.project", ["id", "name"], [[`contract.${name}`, name]]);
    assert.deepEqual(await reference(), ["project.project", project]);
  }],
  ["a user is found by e-mail whatever the case", async (odoo) => {
    const email = `${odoo.unique("Someone")}@example.org`;
    const [user] = await odoo.client.create("res.users", [{ name: "Someone", login: email, email }]);
    const domain = [["email", "=ilike", email.toUpperCase()]] as const;
    const [found] = await odoo.client.searchRead("res.users", domain, [
      "login",
      "active",
      "share",
      "partner_id",
    ]);
    assert.deepEqual([found?.id, found?.login, found?.active, found?.share], [user, email, true, false]);
    assert.equal(typeof idOf(found?.partner_id), "number");
  }],
  ["no answer's cookie is needed for the next call", async (odoo) => {
    assert.equal((await raw(odoo, "project.project", "search", { domain: [], limit: 1 })).status, 200);
    assert.equal((await raw(odoo, "project.project", "search", { domain: [], limit: 1 })).status, 200);
  }],
];
