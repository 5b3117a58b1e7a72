/** What a user in the group Project / User may do, and what not. */
import assert from "node:assert/strict";
import {
  asPlainUser,
  type ContractCase,
  failsWith,
  fieldsOf,
  idOf,
  newProject,
  newTask,
  one,
} from "./under_test.ts";

const MESSAGE = "mail.message";
const TASK = "project.task";
const TARGET = ["id", "model", "res_id", "body"];

export const PLAIN_USER: readonly ContractCase[] = [
  ["a plain user makes tasks, milestones and tags, but no projects and no stages", async (odoo) => {
    const project = await newProject(odoo);
    const { client } = await asPlainUser(odoo);
    const row = [odoo.unique("contract.task"), "x", String(project)];
    await one(client.load(TASK, ["id", "name", "project_id/.id"], [row]));
    await one(client.create("project.milestone", [{ name: "m", project_id: project }]));
    await one(client.create("project.tags", [{ name: odoo.unique("tag") }]));
    await failsWith(client.create("project.project", [{ name: "p" }]), "odoo_forbidden");
    await failsWith(client.write("project.project", [project], { name: "p" }), "odoo_forbidden");
    const stage = { name: "s", project_ids: [[6, 0, [project]]] };
    await failsWith(client.create("project.task.type", [stage]), "odoo_forbidden");
  }],
  ["a plain user posts, edits and deletes anybody's comments, in anybody's name", async (odoo) => {
    const plain = await asPlainUser(odoo);
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const author = await one(odoo.client.create("res.partner", [{ name: odoo.unique("author") }]));
    const post = { ids: [task], body: "x", author_id: author, message_type: "comment" };
    const posted = await plain.client.call(TASK, "message_post", post);
    assert.ok(Array.isArray(posted) && typeof posted[0] === "number");
    assert.equal(idOf((await fieldsOf(plain, MESSAGE, posted[0], "author_id")).author_id), author);
    const values = { model: TASK, res_id: task, body: "by another" };
    const foreign = await one(odoo.client.create(MESSAGE, [values]));
    await plain.client.write(MESSAGE, [foreign], { body: "<p>edited</p>" });
    assert.deepEqual(await fieldsOf(plain, MESSAGE, foreign, "body"), { body: "<p>edited</p>" });
    assert.equal(await plain.client.call(MESSAGE, "unlink", { ids: [foreign] }), true);
  }],
  ["a plain user loads a comment, but a second time only without the columns of its record", async (odoo) => {
    const { client } = await asPlainUser(odoo);
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const id = odoo.unique("contract.comment");
    const load = (body: string) => client.load(MESSAGE, TARGET, [[id, TASK, String(task), body]]);
    const message = await one(load("one"));
    await failsWith(load("one"), "odoo_rejected");
    assert.deepEqual(await client.load(MESSAGE, ["id", "body"], [[id, "two"]]), [message]);
    assert.deepEqual(await fieldsOf(odoo, MESSAGE, message, "body"), { body: "<p>two</p>" });
  }],
  ["a plain user asks for external ids by record and by name, but reads no table of them", async (odoo) => {
    const { client } = await asPlainUser(odoo);
    const name = odoo.unique("task");
    const row = [`contract.${name}`, "x", String(await newProject(odoo))];
    const task = await one(client.load(TASK, ["id", "name", "project_id/.id"], [row]));
    const byId = await client.call(TASK, "get_external_id", { ids: [task] });
    assert.deepEqual(byId, { [task]: `contract.${name}` });
    const reference = { module: "contract", xml_id: name };
    const byName = await client.call("ir.model.data", "check_object_reference", reference);
    assert.deepEqual(byName, [TASK, task]);
    await failsWith(client.search("ir.model.data", []), "odoo_forbidden");
  }],
  ["a plain user reads people and orders, but no invoices, and adds no fields", async (odoo) => {
    const { client } = await asPlainUser(odoo);
    const [self] = await client.searchRead("res.users", [["share", "=", false]], ["login"], { limit: 1 });
    assert.equal(typeof self?.login, "string");
    const customer = await one(odoo.client.create("res.partner", [{ name: odoo.unique("customer") }]));
    const order = await one(odoo.client.create("sale.order", [{ partner_id: customer }]));
    assert.deepEqual(await client.search("sale.order", [["partner_id", "=", customer]]), [order]);
    await failsWith(client.search("account.move", []), "odoo_forbidden");
    await failsWith(client.create("sale.order", [{ partner_id: customer }]), "odoo_forbidden");
    const field = { name: "x_contract", model_id: 1, ttype: "char" };
    await failsWith(client.create("ir.model.fields", [field]), "odoo_forbidden");
  }],
];
