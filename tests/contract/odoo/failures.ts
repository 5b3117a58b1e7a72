/** How Odoo says no: the name of the exception, the HTTP status, and what the client makes of it. */
import assert from "node:assert/strict";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import { object, raw, type RawAnswer, rpc } from "./raw.ts";
import { type ContractCase, failsWith, newProject, newTask, type OdooUnderTest } from "./under_test.ts";

const NOBODY = 2_000_000_000;

/** The exception by name; JSON-2 also has a status, JSON-RPC always answers 200. */
function assertFailure(odoo: OdooUnderTest, answer: RawAnswer, name: string, status: number): void {
  assert.equal(answer.error?.name, name);
  assert.equal(answer.status, odoo.protocol === "json2" ? status : 200);
  assert.match(answer.contentType, /^application\/json/);
  assert.match(String(answer.error?.debug), /Traceback|AccessDenied/);
  assert.ok(Array.isArray(answer.error?.arguments));
  assert.equal(typeof object(answer.error).message, "string");
}

export const FAILURES: readonly ContractCase[] = [
  ["an unknown field in create, write, read, domain and order is a ValueError", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const calls: [string, Record<string, unknown>][] = [
      ["create", { vals_list: [{ name: "x", user_ids: [], no_such_field: 1 }] }],
      ["write", { ids: [task], vals: { no_such_field: 1 } }],
      ["read", { ids: [task], fields: ["no_such_field"] }],
      ["search", { domain: [["no_such_field", "=", 1]] }],
      ["search", { domain: [], order: "no_such_field" }],
    ];
    for (const [method, args] of calls) {
      assertFailure(odoo, await raw(odoo, "project.task", method, args), "builtins.ValueError", 500);
      await failsWith(odoo.client.call("project.task", method, args), "odoo_bad_request");
    }
  }],
  ["a malformed domain is a ValueError or TypeError", async (odoo) => {
    const cases: [unknown, string][] = [
      ["&", "builtins.TypeError"],
      [[["id", "="]], "builtins.ValueError"],
      [["&", ["id", "=", 1]], "builtins.ValueError"],
      [[["name", "no such operator", 1]], "builtins.ValueError"],
    ];
    for (const [domain, name] of cases) {
      assertFailure(odoo, await raw(odoo, "project.task", "search", { domain }), name, 500);
    }
  }],
  ["a priority is a string that exists, a number is a ValueError", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    for (const priority of [3, "7", "urgent"]) {
      const answer = await raw(odoo, "project.task", "write", { ids: [task], vals: { priority } });
      assertFailure(odoo, answer, "builtins.ValueError", 500);
    }
  }],
  ["a moment with T, zone or fraction is a ValueError", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const refused = ["2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31 12:00:00.5", "soon"];
    for (const moment of refused) {
      const answer = await raw(odoo, "project.task", "write", {
        ids: [task],
        vals: { date_deadline: moment },
      });
      assertFailure(odoo, answer, "builtins.ValueError", 500);
    }
  }],
  ["a record that is not there is a MissingError that names it", async (odoo) => {
    const answer = await raw(odoo, "project.task", "write", { ids: [NOBODY], vals: { name: "x" } });
    assertFailure(odoo, answer, "odoo.exceptions.MissingError", 404);
    assert.match(String(answer.error?.message), /project\.task\(2000000000,\)/);
  }],
  ["a relation to a record that is not there names the other model", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const cases: [Record<string, unknown>, string][] = [
      [{ project_id: NOBODY }, "project.project"],
      [{ stage_id: NOBODY }, "project.task.type"],
      [{ user_ids: [[6, 0, [NOBODY]]] }, "res.users"],
    ];
    for (const [values, missingModel] of cases) {
      const write = odoo.client.write("project.task", [task], values);
      await failsWith(write, "odoo_missing_record", { missingModel, missingId: NOBODY });
    }
  }],
  ["a parent or tag that is not there is a foreign key violation", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    for (const vals of [{ parent_id: NOBODY }, { tag_ids: [[6, 0, [NOBODY]]] }]) {
      const answer = await raw(odoo, "project.task", "write", { ids: [task], vals });
      assertFailure(odoo, answer, "odoo.exceptions.ValidationError", 422);
      await failsWith(odoo.client.write("project.task", [task], vals), "odoo_rejected");
    }
  }],
  ["a missing title is a ValidationError", async (odoo) => {
    const project = await newProject(odoo);
    const values = { vals_list: [{ project_id: project, user_ids: [] }] };
    const answer = await raw(odoo, "project.task", "create", values);
    assertFailure(odoo, answer, "odoo.exceptions.ValidationError", 422);
    await failsWith(odoo.client.call("project.project", "create", { vals_list: [{}] }), "odoo_rejected");
  }],
  ["a task cannot be its own parent or ancestor", async (odoo) => {
    const project = await newProject(odoo);
    const top = await newTask(odoo, { project_id: project });
    const below = await newTask(odoo, { project_id: project, parent_id: top });
    const self = await raw(odoo, "project.task", "write", { ids: [top], vals: { parent_id: top } });
    assertFailure(odoo, self, "odoo.exceptions.UserError", 422);
    const circle = await raw(odoo, "project.task", "write", { ids: [top], vals: { parent_id: below } });
    assertFailure(odoo, circle, "odoo.exceptions.ValidationError", 422);
  }],
  ["private methods are an AccessError", async (odoo) => {
    for (const method of ["_write", "exists"]) {
      assertFailure(
        odoo,
        await raw(odoo, "project.task", method, { ids: [1] }),
        "odoo.exceptions.AccessError",
        403,
      );
      await failsWith(odoo.client.call("project.task", method, { ids: [1] }), "odoo_forbidden");
    }
  }],
  ["an unknown model or method is not found", async (odoo) => {
    const [model, method] = odoo.protocol === "json2"
      ? ["werkzeug.exceptions.NotFound", "werkzeug.exceptions.NotFound"]
      : ["odoo.exceptions.UserError", "builtins.AttributeError"];
    assertFailure(odoo, await raw(odoo, "no.such.model", "search", { domain: [] }), model, 404);
    assertFailure(odoo, await raw(odoo, "project.task", "no_such_method", {}), method, 404);
    await failsWith(odoo.client.search("no.such.model", []), "odoo_not_found");
    await failsWith(odoo.client.call("project.task", "no_such_method", {}), "odoo_not_found");
  }],
  ["arguments that do not fit the method are refused", async (odoo) => {
    const name = odoo.protocol === "json2" ? "werkzeug.exceptions.UnprocessableEntity" : "builtins.TypeError";
    for (const args of [{ domain: [], no_such_argument: 1 }, {}]) {
      assertFailure(odoo, await raw(odoo, "project.task", "search", args), name, 422);
      await failsWith(odoo.client.call("project.task", "search", args), "odoo_bad_request");
    }
  }],
  ["a wrong key is told from a missing right", async (odoo) => {
    const answer = await raw(odoo, "project.task", "search", { domain: [] }, { apiKey: "wrong" });
    const name = odoo.protocol === "json2"
      ? "werkzeug.exceptions.Unauthorized"
      : "odoo.exceptions.AccessDenied";
    assertFailure(odoo, answer, name, 401);
    const client = createOdooClient({ ...odoo, apiKey: "SECRET-wrong" }, { fetch });
    await failsWith(client.search("project.task", []), "odoo_unauthorized");
  }],
  ["a wrong database is not found", async (odoo) => {
    const answer = await raw(odoo, "project.task", "search", { domain: [] }, {
      database: "no_such_database",
    });
    if (odoo.protocol === "json2") {
      assert.equal(answer.status, 404);
      assert.match(answer.contentType, /^text\/html/);
    } else assertFailure(odoo, answer, "psycopg2.OperationalError", 200);
    for (const protocol of [odoo.protocol, "auto"] as const) {
      const client = createOdooClient({ ...odoo, database: "no_such_database", protocol }, { fetch });
      await failsWith(client.search("project.task", []), "odoo_not_found");
    }
  }],
  ["a write without ids touches nothing in JSON-2 and fails in JSON-RPC", async (odoo) => {
    const answer = await raw(odoo, "project.task", "write", { vals: { name: "x" } });
    if (odoo.protocol === "json2") assert.deepEqual([answer.status, answer.result], [200, true]);
    else assertFailure(odoo, answer, "builtins.IndexError", 200);
  }],
  ["a login with a wrong key is no exception", async (odoo) => {
    const good = await rpc(odoo, "common", "login", [odoo.database, odoo.login, odoo.apiKey]);
    const bad = await rpc(odoo, "common", "login", [odoo.database, odoo.login, "wrong"]);
    assert.equal(typeof good.result, "number");
    assert.deepEqual([bad.status, bad.result], [200, false]);
  }],
];
