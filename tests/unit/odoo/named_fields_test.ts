import assert from "node:assert/strict";
import { jsonReply } from "../../support/fake_fetch.ts";
import { clientWith, failure } from "./support.ts";

const VALUE_ERROR = "builtins.ValueError";
const VALIDATION = "odoo.exceptions.ValidationError";

/** The field in the error of a write of these values, which Odoo refused with this text, over both protocols. */
async function fieldOf(name: string, message: string, values: Record<string, unknown>): Promise<unknown> {
  const json2 = clientWith({}, jsonReply({ name, message }, 500)).client;
  const jsonRpc = clientWith(
    { protocol: "jsonrpc" },
    jsonReply({ jsonrpc: "2.0", result: 2 }),
    jsonReply({ jsonrpc: "2.0", error: { data: { name, message } } }),
  ).client;
  const [first, second] = [
    await failure(json2.write("project.task", [1], values)),
    await failure(jsonRpc.write("project.task", [1], values)),
  ];
  assert.equal(first.facts.fields, second.facts.fields);
  return first.facts.fields;
}

// The texts are a real Odoo 19's, and a 17's where it words them otherwise.
const REFUSALS: readonly [exception: string, message: string, field: string | undefined][] = [
  [VALUE_ERROR, "Invalid field 'nope' in 'project.task'", "nope"],
  [VALUE_ERROR, "Invalid field 'nope' on model 'project.task'", "nope"],
  [VALUE_ERROR, "Wrong value for project.task.state: 'bogus'", "state"],
  [
    VALIDATION,
    "The operation cannot be completed: Missing required value for the field 'Title' (name).\n" +
    "Model: 'Task' (project.task)\n- create/update: a mandatory field is not set\n",
    "name",
  ],
  [
    VALIDATION,
    "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n\n" +
    "Model: Task (project.task), Field: Title (name)\n",
    "name",
  ],
  [
    VALIDATION,
    "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n\n" +
    "Model: Task (project.task)\nField: Title (name)\n",
    "name",
  ],
  [
    VALIDATION,
    "The operation cannot be completed: Another model is using the record you are trying to delete.\n\n" +
    "The troublemaker is: 'Project' (project.project)\n" +
    "Thanks to the following constraint: 'Project Manager' (user_id)\nHow about archiving the record instead?",
    "user_id",
  ],
  [VALUE_ERROR, "time data 'soon' does not match format '%Y'", undefined],
  ["odoo.exceptions.UserError", "Sorry. You can't set a task as its parent task.", undefined],
];

Deno.test("a refusal names the field it is about, where Odoo says so", async () => {
  const values = { nope: 1, state: "bogus", name: false, user_id: 9, date_deadline: "soon", parent_id: 1 };
  for (const [exception, message, field] of REFUSALS) {
    assert.equal(await fieldOf(exception, message, values), field, message);
  }
});

Deno.test("a name that was not sent is no field, whatever the text says", async () => {
  for (const [exception, message] of REFUSALS) {
    assert.equal(await fieldOf(exception, message, { color: 1 }), undefined, message);
  }
});

Deno.test("the values of creations count as sent", async () => {
  const message = "Wrong value for project.task.priority: '9'";
  const { client } = clientWith({}, jsonReply({ name: VALUE_ERROR, message }, 500));
  const error = await failure(client.create("project.task", [{ name: "x" }, { priority: "9" }]));
  assert.deepEqual([error.code, error.facts.fields], ["odoo_bad_request", "priority"]);
});
