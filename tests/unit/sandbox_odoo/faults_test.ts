import assert from "node:assert/strict";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import type { FaultKind } from "../../../dev/sandbox/odoo/faults.ts";
import { type SandboxOdoo, startSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { failure } from "../odoo/support.ts";

/** `[fault, code, outcome unknown, effect]` of a write that meets it. */
const FAULTS: readonly [FaultKind, string, boolean, boolean][] = [
  ["server_error", "odoo_server_error", true, false],
  ["serialization_failure", "odoo_conflict", false, false],
  ["bad_gateway_after_effect", "odoo_server_error", true, true],
  ["hang_before_effect", "odoo_timeout", true, false],
  ["hang_after_effect", "odoo_timeout", true, true],
  ["drop_before_effect", "odoo_unreachable", true, false],
  ["drop_after_effect", "odoo_unreachable", true, true],
];

async function withSandbox(work: (sandbox: SandboxOdoo) => Promise<void>): Promise<void> {
  const sandbox = await startSandboxOdoo();
  try {
    await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

for (const protocol of ["json2", "jsonrpc"] as const) {
  for (const [kind, code, outcomeUnknown, effect] of FAULTS) {
    Deno.test(`${kind} over ${protocol}: the client says ${code}, ${effect ? "with" : "without"} effect`, () =>
      withSandbox(async (sandbox) => {
        const client = createOdooClient({ ...sandbox, protocol }, { fetch });
        const hasty = createOdooClient({ ...sandbox, protocol, timeoutMs: 300 }, { fetch });
        const [project] = await client.create("project.project", [{ name: "before" }]);
        assert.ok(project !== undefined);
        sandbox.faults.add({ kind, model: "project.project", method: "write" });
        const error = await failure(
          (kind.startsWith("hang") ? hasty : client).write("project.project", [project], { name: "after" }),
        );
        assert.deepEqual([error.code, error.outcomeUnknown], [code, outcomeUnknown]);
        // Nothing on the way may send it again: the effect could be there twice.
        assert.equal(sandbox.calls.filter((call) => call.method === "write").length, 1);
        assert.equal(sandbox.records("project.project")[0]?.name, effect ? "after" : "before");
        assert.equal(sandbox.faults.left, 0);
        await client.write("project.project", [project], { name: "later" });
        assert.equal(sandbox.records("project.project")[0]?.name, "later");
      }));
  }
}

Deno.test("a load that lost its race says so with status 200 and can be repeated", () =>
  withSandbox(async (sandbox) => {
    const client = createOdooClient({ ...sandbox, protocol: "json2" }, { fetch });
    sandbox.faults.add({ kind: "serialization_failure", method: "load" });
    const load = () => client.load("project.project", ["id", "name"], [["t.one", "one"]]);
    const error = await failure(load());
    assert.deepEqual([error.code, error.retry, sandbox.records("project.project").length], [
      "odoo_conflict",
      "now",
      0,
    ]);
    const [id] = await load();
    assert.deepEqual(await load(), [id]);
  }));

Deno.test("a fault hits only the calls it names, as often as it says, in order", () =>
  withSandbox(async (sandbox) => {
    const client = createOdooClient({ ...sandbox, protocol: "json2" }, { fetch });
    sandbox.faults.add({ kind: "server_error", model: "project.project", times: 2 });
    sandbox.faults.add({ kind: "serialization_failure", model: "project.project" });
    await client.search("project.task", []);
    const codes = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      codes.push((await failure(client.search("project.project", []))).code);
    }
    assert.deepEqual(codes, ["odoo_server_error", "odoo_server_error", "odoo_conflict"]);
    assert.deepEqual(await client.search("project.project", []), []);
    sandbox.faults.add({ kind: "server_error" });
    sandbox.faults.clear();
    assert.deepEqual(await client.search("project.project", []), []);
  }));

Deno.test("every call is remembered, failed ones included", () =>
  withSandbox(async (sandbox) => {
    const client = createOdooClient({ ...sandbox, protocol: "jsonrpc" }, { fetch });
    await client.search("project.project", []);
    sandbox.faults.add({ kind: "server_error", method: "write" });
    await failure(client.write("project.project", [1], {}));
    assert.deepEqual(sandbox.calls, [
      { protocol: "jsonrpc", model: "common", method: "login" },
      { protocol: "jsonrpc", model: "project.project", method: "search" },
      { protocol: "jsonrpc", model: "project.project", method: "write" },
    ]);
  }));
