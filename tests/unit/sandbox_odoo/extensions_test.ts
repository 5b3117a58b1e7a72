/** What tests may add to the sandbox: fields and models, as add-ons bring them along. */
import assert from "node:assert/strict";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import type { Extensions } from "../../../dev/sandbox/odoo/schema.ts";
import { createSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { failure } from "../odoo/support.ts";

const NOW = Date.UTC(2026, 0, 31, 10);

const FILING: Extensions = {
  extraModels: [{
    name: "bir.filing.deadline",
    label: "Filing Deadline",
    thread: true,
    fields: {
      name: { kind: "char", label: "Form", required: true },
      due: { kind: "date", label: "Due", tracked: true },
      state: {
        kind: "selection",
        label: "State",
        keys: [["open", "Open"], ["filed", "Filed"]],
        initial: "open",
      },
      task_id: { kind: "many2one", label: "Task", relation: "project.task" },
    },
  }],
  extraFields: { "project.task": { x_start: { kind: "date", label: "Start" } } },
};

function sandboxWith(extensions: Extensions) {
  const sandbox = createSandboxOdoo({ ...extensions, now: () => NOW });
  const { fetch } = sandbox;
  return { sandbox, client: createOdooClient({ ...sandbox, protocol: "json2" }, { fetch }) };
}

Deno.test("a declared model is described, loaded, read, searched and has a chatter", async () => {
  const { client } = sandboxWith(FILING);
  const described = await client.fieldsGet("bir.filing.deadline", ["type"]);
  assert.deepEqual(described.due, { type: "date" });
  const columns = ["id", "name", "due", "state"];
  const load = (due: string) =>
    client.load("bir.filing.deadline", columns, [["plane.one", "1701Q", due, "Open"]]);
  assert.deepEqual(await load("2026-05-15"), [1]);
  assert.deepEqual(await load("2026-05-16"), [1]);
  const fields = ["display_name", "due", "state", "write_date", "task_id"];
  assert.deepEqual(await client.searchRead("bir.filing.deadline", [["state", "=", "open"]], fields), [{
    id: 1,
    display_name: "1701Q",
    due: "2026-05-16",
    state: "open",
    write_date: "2026-01-31 10:00:00",
    task_id: false,
  }]);
  const messages = await client.searchRead(
    "mail.message",
    [["model", "=", "bir.filing.deadline"]],
    ["body"],
    {
      order: "id",
    },
  );
  assert.deepEqual(messages.map(({ body }) => body), ["<p>Filing Deadline created</p>", ""]);
});

Deno.test("a declared field is written on its model and unknown elsewhere", async () => {
  const { client } = sandboxWith(FILING);
  const [project = 0] = await client.create("project.project", [{ name: "p" }]);
  const [task = 0] = await client.create("project.task", [{ name: "t", project_id: project, user_ids: [] }]);
  await client.write("project.task", [task], { x_start: "2026-02-01" });
  const found = await client.read("project.task", [task], ["x_start"]);
  assert.deepEqual(found, [{ id: task, x_start: "2026-02-01" }]);
  const elsewhere = client.write("project.project", [project], { x_start: "2026-02-01" });
  assert.equal((await failure(elsewhere)).code, "odoo_bad_request");
  const { client: plain } = sandboxWith({});
  assert.equal((await failure(plain.search("bir.filing.deadline", []))).code, "odoo_not_found");
  assert.equal(
    (await failure(plain.search("project.task", [["x_start", "=", false]]))).code,
    "odoo_bad_request",
  );
});

Deno.test("a field made in a transaction that fails does not exist", async () => {
  const { client, sandbox } = sandboxWith({});
  const [model = 0] = await client.search("ir.model", [["model", "=", "project.task"]]);
  const field = (name: string) => ({ name, model_id: model, ttype: "char" });
  const both = client.create("ir.model.fields", [field("x_fine"), field("not_fine")]);
  assert.equal((await failure(both)).code, "odoo_rejected");
  assert.equal(sandbox.world.schema["project.task"]?.fields.x_fine, undefined);
  assert.deepEqual(sandbox.records("ir.model.fields"), []);
});
