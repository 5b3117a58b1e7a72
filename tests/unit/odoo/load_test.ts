import assert from "node:assert/strict";
import { jsonReply } from "../../support/fake_fetch.ts";
import { clientWith, failure } from "./support.ts";

function loading(messages: Record<string, unknown>[]) {
  const { client } = clientWith({}, jsonReply({ ids: false, messages, nextrow: 0 }));
  return failure(client.load("project.task", ["id", "name"], [["x.a", "A"], ["x.b", "B"]]));
}

Deno.test("a lost race is a conflict that may be repeated at once", async () => {
  const texts = [
    "could not serialize access due to concurrent update",
    "Unknown error during import: <class 'psycopg2.errors.SerializationFailure'>: x",
    "deadlock detected",
    'could not obtain lock on row in relation "ir_model_data"',
  ];
  for (const message of texts) {
    const error = await loading([{ type: "error", message }]);
    assert.deepEqual([error.code, error.retry, error.outcomeUnknown], ["odoo_conflict", "now", false]);
  }
});

Deno.test("refused values are named by field and row, without the value", async () => {
  const message = "Value 'Jane Doe' not found in selection field 'Priority'";
  const error = await loading([
    { type: "warning", message: "look out", record: 0 },
    { type: "error", message, field: "priority", record: 1, rows: { from: 1, to: 1 } },
  ]);
  assert.deepEqual([error.code, error.retry, error.facts.field, error.facts.row], [
    "odoo_rejected",
    "never",
    "priority",
    1,
  ]);
  assert.doesNotMatch(`${error.message} ${JSON.stringify(error.facts)}`, /Jane/);
});

Deno.test("a relation to nothing names the model it points at", async () => {
  const error = await loading([{
    type: "error",
    message: "No matching record found for database id '9' in field 'Project'",
    field: "project_id",
    moreinfo: { res_model: "ir.model.data", domain: [["model", "=", "project.project"]] },
  }]);
  assert.equal(error.code, "odoo_missing_record");
  assert.deepEqual(
    [error.facts.field, error.facts.fields, error.facts.missingModel],
    ["project_id", "project_id", "project.project"],
  );
});

Deno.test("messages of an unexpected shape still make a refusal", async () => {
  for (const message of [{}, { message: 5, field: 7, moreinfo: "text", record: "x" }, { field: "a b<c>" }]) {
    const error = await loading([message]);
    assert.deepEqual([error.code, error.facts.field], ["odoo_rejected", undefined]);
  }
  assert.equal((await loading([])).code, "odoo_rejected");
});
