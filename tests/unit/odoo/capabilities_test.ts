import assert from "node:assert/strict";
import { readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { jsonReply, type Reply } from "../../support/fake_fetch.ts";
import { clientWith, failure } from "./support.ts";

function server(task: Record<string, unknown>): Reply {
  return (sent, signal) => {
    const reply = sent.url.endsWith("/web/version")
      ? jsonReply({ version: "19.0", version_info: [19, 0] })
      : jsonReply(sent.url.includes("project.task") ? task : { name: { type: "char", required: true } });
    return reply(sent, signal);
  };
}
const field = (type: string, more: Record<string, unknown> = {}) => ({
  type,
  required: false,
  readonly: false,
  ...more,
});

Deno.test("what differs between versions is read from the server", async () => {
  const { client, sent } = clientWith(
    {},
    server({
      priority: field("selection", { selection: [["1", "High"], ["0", "Low"]] }),
      state: field("selection", { selection: [["01_in_progress", "In Progress"], ["1_done", "Done"]] }),
      user_ids: field("many2many", { relation: "res.users" }),
      planned_date_begin: field("datetime"),
    }),
  );
  const capabilities = await readCapabilities(client);
  assert.deepEqual(capabilities.version, { major: 19, text: "19.0" });
  assert.deepEqual(capabilities.priorities, ["0", "1"]);
  assert.deepEqual(capabilities.taskStates, ["01_in_progress", "1_done"]);
  assert.deepEqual(capabilities.taskFields.user_ids, {
    type: "many2many",
    required: false,
    readonly: false,
    relation: "res.users",
  });
  assert.equal(capabilities.projectFields.name?.required, true);
  assert.deepEqual(capabilities.startDateField, { name: "planned_date_begin", type: "datetime" });
  assert.equal(sent.length, 3);
});

Deno.test("priorities are ordered by number, not by text", async () => {
  const selection = ["10", "9", "0", "2"].map((key) => [key, key]);
  const { client } = clientWith({}, server({ priority: field("selection", { selection }) }));
  assert.deepEqual((await readCapabilities(client)).priorities, ["0", "2", "9", "10"]);
});

Deno.test("a start date is a field of that name that holds a date", async () => {
  const cases: [Record<string, unknown>, unknown][] = [
    [{}, undefined],
    [{ date_start: field("char") }, undefined],
    [{ planned_date_start: field("datetime") }, { name: "planned_date_start", type: "datetime" }],
    [{ date_start: field("date") }, { name: "date_start", type: "date" }],
  ];
  for (const [task, expected] of cases) {
    assert.deepEqual((await readCapabilities(clientWith({}, server(task)).client)).startDateField, expected);
  }
});

Deno.test("an Odoo without these fields has none of their values", async () => {
  const { priorities, taskStates } = await readCapabilities(clientWith({}, server({})).client);
  assert.deepEqual([priorities, taskStates], [[], []]);
});

Deno.test("a description of another shape is refused", async () => {
  const { client } = clientWith({}, server({ name: { required: true } }));
  assert.equal((await failure(readCapabilities(client))).code, "odoo_bad_answer");
});
