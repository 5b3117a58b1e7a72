/** Fields an administrator adds over the API: `x_` columns of every kind a mapping may name. */
import assert from "node:assert/strict";
import {
  type ContractCase,
  failsWith,
  fieldsOf,
  newProject,
  newTask,
  type OdooUnderTest,
  one,
} from "./under_test.ts";

const TASK = "project.task";
const NOBODY = 2_000_000_000;

/** Adds the fields to tasks, and takes them away again: the database may be shared. */
async function withFields(
  odoo: OdooUnderTest,
  definitions: Record<string, Record<string, unknown>>,
  work: (name: (suffix: string) => string) => Promise<void>,
): Promise<void> {
  const prefix = `x_${crypto.randomUUID().slice(0, 8)}_`;
  const model = await one(odoo.client.search("ir.model", [["model", "=", TASK]]));
  const values = Object.entries(definitions).map(([suffix, definition]) => ({
    name: prefix + suffix,
    field_description: `Contract ${suffix}`,
    model_id: model,
    ...definition,
  }));
  const fields = await odoo.client.create("ir.model.fields", values);
  try {
    await work((suffix) => prefix + suffix);
  } finally {
    await odoo.client.call("ir.model.fields", "unlink", { ids: fields });
  }
}

const DEFINITIONS = {
  text: { ttype: "char" },
  due: { ttype: "date" },
  flag: { ttype: "boolean" },
  kind: {
    ttype: "selection",
    selection_ids: [
      [0, 0, { value: "one", name: "One", sequence: 1 }],
      [0, 0, { value: "two", name: "Two", sequence: 2 }],
    ],
  },
  partner: { ttype: "many2one", relation: "res.partner" },
};

export const CUSTOM_FIELDS: readonly ContractCase[] = [
  ["custom fields of a task are described, written, searched, loaded and cleared", async (odoo) => {
    await withFields(odoo, DEFINITIONS, async (name) => {
      const described = await odoo.client.fieldsGet(TASK, ["type", "string", "relation", "selection"]);
      assert.deepEqual(described[name("kind")], {
        type: "selection",
        string: "Contract kind",
        selection: [["one", "One"], ["two", "Two"]],
      });
      assert.equal(described[name("partner")]?.relation, "res.partner");
      const suffixes = Object.keys(DEFINITIONS);
      const project = await newProject(odoo);
      const task = await newTask(odoo, { project_id: project });
      const read = async (id: number) => Object.values(await fieldsOf(odoo, TASK, id, ...suffixes.map(name)));
      assert.deepEqual(await read(task), [false, false, false, false, false]);
      const label = odoo.unique("partner");
      const partner = await one(odoo.client.create("res.partner", [{ name: label }]));
      const values = ["v", "2026-02-03", true, "two", partner];
      const written = Object.fromEntries(suffixes.map((suffix, index) => [name(suffix), values[index]]));
      await odoo.client.write(TASK, [task], written);
      assert.deepEqual(await read(task), ["v", "2026-02-03", true, "two", [partner, label]]);
      const domain = [["id", "=", task], [name("kind"), "=", "two"], [
        name("due"),
        ">=",
        "2026-02-03",
      ]] as const;
      assert.deepEqual(await odoo.client.search(TASK, domain), [task]);
      const columns = ["text", "due", "flag", "kind"].map(name);
      const all = ["id", "name", "project_id/.id", ...columns, `${name("partner")}/.id`];
      const id = odoo.unique("contract.custom");
      const row = [id, "x", String(project), "v", "2026-02-03", "1", "One", String(partner)];
      const loaded = await one(odoo.client.load(TASK, all, [row]));
      assert.deepEqual(await read(loaded), ["v", "2026-02-03", true, "one", [partner, label]]);
      await odoo.client.load(TASK, all, [[id, "x", String(project), "", "", "", "", ""]]);
      assert.deepEqual(await read(loaded), [false, false, false, false, false]);
    });
  }],
  [
    "custom fields refuse what does not fit, each in its way, and exist only while they are declared",
    async (odoo) => {
      const task = await newTask(odoo, { project_id: await newProject(odoo) });
      let gone = "";
      await withFields(odoo, DEFINITIONS, async (name) => {
        const write = (suffix: string, value: unknown) =>
          odoo.client.write(TASK, [task], { [name(suffix)]: value });
        await failsWith(write("kind", "three"), "odoo_bad_request");
        await failsWith(write("due", "soon"), "odoo_bad_request");
        await failsWith(write("partner", NOBODY), "odoo_rejected");
        await write("text", "v");
        gone = name("text");
      });
      await failsWith(odoo.client.read(TASK, [task], [gone]), "odoo_bad_request");
      const model = await one(odoo.client.search("ir.model", [["model", "=", TASK]]));
      const unprefixed = { name: "contract", model_id: model, ttype: "char" };
      await failsWith(odoo.client.create("ir.model.fields", [unprefixed]), "odoo_rejected");
    },
  ],
];
