/** External ids read back from records, and people read by id. */
import assert from "node:assert/strict";
import { type ContractCase, failsWith, fieldsOf, newProject, newTask, one } from "./under_test.ts";

const TASK = "project.task";
const NOBODY = 2_000_000_000;

export const REFERENCES: readonly ContractCase[] = [
  ["get_external_id answers for every id asked, with nothing where there is none", async (odoo) => {
    const project = await newProject(odoo);
    const external = odoo.unique("contract.task");
    const columns = ["id", "name", "project_id/.id"];
    const known = await one(odoo.client.load(TASK, columns, [[external, "x", String(project)]]));
    const plain = await newTask(odoo, { project_id: project });
    const ask = (ids: number[]) => odoo.client.call(TASK, "get_external_id", { ids });
    assert.deepEqual(await ask([known, plain, NOBODY]), { [known]: external, [plain]: "", [NOBODY]: "" });
    assert.deepEqual(await ask([]), {});
  }],
  [
    "an archived record keeps its external id, which is resolved when archived ones are asked for",
    async (odoo) => {
      const project = String(await newProject(odoo));
      const name = odoo.unique("task");
      const columns = ["id", "name", "project_id/.id"];
      const task = await one(odoo.client.load(TASK, columns, [[`contract.${name}`, "x", project]]));
      await odoo.client.write(TASK, [task], { active: false });
      const found = await odoo.client.call(TASK, "get_external_id", { ids: [task] });
      assert.deepEqual(found, { [task]: `contract.${name}` });
      const resolve = (context = {}) =>
        odoo.client.call("ir.model.data", "check_object_reference", { module: "contract", xml_id: name }, {
          context,
        });
      assert.deepEqual(await resolve(), [TASK, false]);
      assert.deepEqual(await resolve({ active_test: false }), [TASK, task]);
    },
  ],
  ["a read of nothing but ids finds every id, also of records that are not there", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    assert.deepEqual(await odoo.client.read(TASK, [task, NOBODY], ["id"]), [{ id: task }, { id: NOBODY }]);
    assert.equal((await odoo.client.read(TASK, [task, NOBODY], ["id", "name"])).length, 1);
  }],
  ["a project's manager is written, emptied and read; one who is not there is refused", async (odoo) => {
    const project = await newProject(odoo);
    const login = odoo.unique("manager");
    const user = await one(odoo.client.create("res.users", [{ name: login, login }]));
    await odoo.client.write("project.project", [project], { user_id: user });
    assert.deepEqual(await fieldsOf(odoo, "project.project", project, "user_id"), { user_id: [user, login] });
    await odoo.client.write("project.project", [project], { user_id: false });
    assert.deepEqual(await fieldsOf(odoo, "project.project", project, "user_id"), { user_id: false });
    const row = [odoo.unique("contract.project"), odoo.unique("project"), ""];
    const loaded = await one(odoo.client.load("project.project", ["id", "name", "user_id/.id"], [row]));
    assert.deepEqual(await fieldsOf(odoo, "project.project", loaded, "user_id"), { user_id: false });
    const missing = odoo.client.write("project.project", [project], { user_id: NOBODY });
    await failsWith(missing, "odoo_rejected");
  }],
  ["users are found by a list of ids, archived ones when asked for", async (odoo) => {
    const login = odoo.unique("user");
    const values = { name: login, login, email: `${login}@example.org` };
    const [open = 0, archived = 0] = await odoo.client.create("res.users", [values, {
      ...values,
      login: `${login}-archived`,
    }]);
    await odoo.client.write("res.users", [archived], { active: false });
    const domain = [["id", "in", [archived, open, NOBODY]]] as const;
    const fields = ["login", "email", "share", "active", "partner_id"];
    const [found, ...more] = await odoo.client.searchRead("res.users", domain, fields);
    assert.deepEqual(more, []);
    const { partner_id: partner, ...rest } = found ?? { id: 0 };
    assert.deepEqual(rest, { id: open, login, email: values.email, share: false, active: true });
    assert.ok(Array.isArray(partner) && partner[1] === login);
    const all = await odoo.client.searchRead("res.users", domain, ["active"], { order: "id" }, {
      context: { active_test: false },
    });
    assert.deepEqual(all, [{ id: open, active: true }, { id: archived, active: false }]);
  }],
];
