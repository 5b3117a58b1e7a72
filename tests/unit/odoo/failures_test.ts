import assert from "node:assert/strict";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import { failureFrom, isRead } from "../../../shared/odoo/failures.ts";
import { jsonReply, pageReply } from "../../support/fake_fetch.ts";
import { clientWith, failure } from "./support.ts";

const WRITE = { model: "project.task", method: "write" };

Deno.test("the exception's name decides what a failure means", () => {
  const cases: [string, string, string][] = [
    ["odoo.exceptions.AccessDenied", "odoo_unauthorized", "later"],
    ["werkzeug.exceptions.Unauthorized", "odoo_unauthorized", "later"],
    ["odoo.exceptions.AccessError", "odoo_forbidden", "never"],
    ["odoo.exceptions.MissingError", "odoo_missing_record", "never"],
    ["odoo.exceptions.UserError", "odoo_rejected", "never"],
    ["odoo.exceptions.ValidationError", "odoo_rejected", "never"],
    ["werkzeug.exceptions.NotFound", "odoo_not_found", "never"],
    ["werkzeug.exceptions.UnprocessableEntity", "odoo_bad_request", "never"],
    ["builtins.ValueError", "odoo_bad_request", "never"],
    ["builtins.TypeError", "odoo_bad_request", "never"],
    ["psycopg2.errors.SerializationFailure", "odoo_conflict", "now"],
    ["psycopg2.errors.DeadlockDetected", "odoo_conflict", "now"],
    ["odoo.exceptions.LockError", "odoo_conflict", "now"],
  ];
  for (const [name, code, retry] of cases) {
    const error = failureFrom({ name, message: "" }, WRITE);
    assert.deepEqual([error.code, error.retry, error.outcomeUnknown], [code, retry, false], name);
    assert.equal(error.facts.exception, name);
  }
});

Deno.test("an exception nobody foresaw leaves the outcome of a write open, but not of a read", () => {
  for (
    const [method, unknown] of [["write", true], ["load", true], ["anything", true], [
      "search_read",
      false,
    ]] as const
  ) {
    const error = failureFrom({ name: "builtins.RuntimeError", message: "" }, {
      model: "project.task",
      method,
    });
    assert.deepEqual([error.code, error.retry, error.outcomeUnknown], [
      "odoo_server_error",
      "later",
      unknown,
    ]);
  }
});

Deno.test("a missing record is named, so that a relation's target is not taken for the record", () => {
  const cases: [string, unknown, unknown][] = [
    ["Record does not exist or has been deleted.\n(Record: project.task(5,), User: 2)", "project.task", 5],
    ["Der Datensatz fehlt.\n(Datensatz: res.users(12, 13), Benutzer: 2)", "res.users", 12],
    ["Something is gone.", undefined, undefined],
  ];
  for (const [message, model, id] of cases) {
    const { facts } = failureFrom({ name: "odoo.exceptions.MissingError", message }, WRITE);
    assert.deepEqual([facts.missingModel, facts.missingId], [model, id]);
  }
});

Deno.test("no text of Odoo's reaches the error", () => {
  fc.assert(fc.property(fc.string({ minLength: 12 }), fc.constantFrom(...NAMES), (secret, name) => {
    const error = failureFrom({ name, message: `Wrong value: ${secret}` }, WRITE);
    assert.equal(
      JSON.stringify([error.message, error.facts, error.cause]).includes(JSON.stringify(secret).slice(1, -1)),
      false,
    );
  }));
});

const NAMES = [
  "builtins.ValueError",
  "odoo.exceptions.UserError",
  "odoo.exceptions.MissingError",
  "x.Unknown",
];

Deno.test("a name that is no name is not passed on", () => {
  for (const name of ["Robert'); drop table", "a b", "", "x".repeat(200)]) {
    assert.equal(failureFrom({ name, message: "" }, WRITE).facts.exception, "unnamed");
  }
});

Deno.test("the traceback, the arguments and the key stay out of the error", async () => {
  const body = {
    name: "builtins.ValueError",
    message: "Wrong value for project.task.name: 'Jane Doe'",
    arguments: ["Jane Doe"],
    context: {},
    debug: "Traceback (most recent call last): Jane Doe",
  };
  const { client } = clientWith({}, jsonReply(body, 500));
  const error = await failure(client.write("project.task", [1], { name: "Jane Doe" }));
  const shown = `${error.message} ${JSON.stringify(error.facts)} ${error.stack} ${error.cause}`;
  assert.doesNotMatch(shown, /Jane|Traceback|0123456789abcdef/);
  assert.deepEqual([error.code, error.facts.status], ["odoo_bad_request", 500]);
});

Deno.test("answers that are not Odoo's own are told by their status", async () => {
  const cases: [number, string, boolean][] = [
    [301, "odoo_bad_answer", true],
    [400, "odoo_bad_request", false],
    [401, "odoo_unauthorized", false],
    [403, "odoo_forbidden", false],
    [413, "odoo_bad_request", false],
    [429, "odoo_unreachable", false],
    [500, "odoo_server_error", true],
    [502, "odoo_server_error", true],
    [503, "odoo_server_error", true],
    [504, "odoo_server_error", true],
  ];
  for (const [status, code, unknown] of cases) {
    const { client } = clientWith({}, pageReply(status));
    const error = await failure(client.write("project.task", [1], { name: "x" }));
    assert.deepEqual([error.code, error.outcomeUnknown], [code, unknown], String(status));
    const read = await failure(clientWith({}, pageReply(status)).client.search("project.task", []));
    assert.equal(read.outcomeUnknown, false);
  }
});

Deno.test("a proxy's wish to wait is passed on when it is a number of seconds", async () => {
  for (
    const [header, expected] of [["7", 7000], ["soon", undefined], [
      "Wed, 21 Oct 2026 07:28:00 GMT",
      undefined,
    ]] as const
  ) {
    const { client } = clientWith({}, pageReply(429, { "retry-after": header }));
    assert.equal((await failure(client.search("project.task", []))).retryAfterMs, expected);
  }
});

Deno.test("what only reads is known by name, all else may have written", () => {
  assert.ok(["search", "read", "search_read", "fields_get", "check_object_reference"].every(isRead));
  assert.ok(!["write", "create", "load", "unlink", "action_archive", "name_create"].some(isRead));
  assert.ok(failureFrom({ name: "x", message: "" }, WRITE) instanceof SuiteError);
});
