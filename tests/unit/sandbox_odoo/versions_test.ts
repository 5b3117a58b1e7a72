import assert from "node:assert/strict";
import { readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import { startSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { failure } from "../odoo/support.ts";

const SECOND = Date.UTC(2026, 0, 31, 10, 0, 0);

for (const version of [17, 18] as const) {
  Deno.test(`a sandbox Odoo ${version} has no JSON-2, two priorities, and is found out`, async () => {
    const sandbox = await startSandboxOdoo({ version });
    try {
      const client = createOdooClient({ ...sandbox, protocol: "auto" }, { fetch });
      const capabilities = await readCapabilities(client);
      assert.equal(client.protocol, "jsonrpc");
      assert.equal(capabilities.version.major, version);
      assert.deepEqual(capabilities.priorities, ["0", "1"]);
      assert.ok(capabilities.taskStates.includes("1_canceled"));
      const task = { name: "x", priority: "3", user_ids: [[6, 0, [2]]] };
      assert.equal((await failure(client.create("project.task", [task]))).code, "odoo_bad_request");
      assert.equal((await failure(client.call("project.task", "nope", {}))).code, "odoo_not_found");
      const page = await fetch(`${sandbox.url}/json/2/project.task/search`, { method: "POST", body: "{}" });
      assert.equal(page.status, 404);
      assert.match(await page.text(), /html/);
    } finally {
      await sandbox.close();
    }
  });
}

Deno.test("18 compares stamps to the microsecond, 19 to the second", async () => {
  for (const [version, later] of [[18, [1]], [19, []]] as const) {
    const sandbox = await startSandboxOdoo({ version, now: () => SECOND + 250.5 });
    try {
      const client = createOdooClient({ ...sandbox, protocol: "jsonrpc" }, { fetch });
      await client.create("project.project", [{ name: "x" }]);
      const [project] = await client.read("project.project", [1], ["write_date"]);
      assert.equal(project?.write_date, "2026-01-31 10:00:00");
      const found = await client.search("project.project", [["write_date", ">", project.write_date]]);
      assert.deepEqual(found, later);
    } finally {
      await sandbox.close();
    }
  }
});

Deno.test("a plain project user works on tasks but makes no projects and sees no external ids", async () => {
  const sandbox = await startSandboxOdoo();
  try {
    sandbox.addUser({ name: "Bot", login: "bot", email: "bot@example.org", apiKey: "bot-key" });
    const bot = createOdooClient({ ...sandbox, login: "bot", apiKey: "bot-key", protocol: "json2" }, {
      fetch,
    });
    const boss = createOdooClient({ ...sandbox, protocol: "json2" }, { fetch });
    const [project] = await boss.create("project.project", [{ name: "x" }]);
    const fields = ["id", "name", "project_id/.id"];
    const [task] = await bot.load("project.task", fields, [["bot.task", "t", String(project)]]);
    const reference = { module: "bot", xml_id: "task" };
    const found = await bot.call("ir.model.data", "check_object_reference", reference);
    assert.deepEqual(found, ["project.task", task]);
    assert.equal((await failure(bot.create("project.project", [{ name: "y" }]))).code, "odoo_forbidden");
    assert.equal((await failure(bot.search("ir.model.data", []))).code, "odoo_forbidden");
    const wrongLogin = createOdooClient({ ...sandbox, apiKey: "bot-key", protocol: "jsonrpc" }, { fetch });
    assert.equal((await failure(wrongLogin.search("project.task", []))).code, "odoo_unauthorized");
  } finally {
    await sandbox.close();
  }
});
