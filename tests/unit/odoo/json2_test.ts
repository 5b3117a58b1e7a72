import assert from "node:assert/strict";
import { jsonReply, pageReply } from "../../support/fake_fetch.ts";
import { clientWith, failure, KEY } from "./support.ts";

const QUIET = {
  lang: "en_US",
  tz: "UTC",
  mail_auto_subscribe_no_notify: true,
  mail_create_nosubscribe: true,
};

Deno.test("a JSON-2 call is one POST with the key, the database and the quiet context", async () => {
  const { client, sent } = clientWith({}, jsonReply(true));
  await client.write("project.task", [5], { name: "x" });
  const [request] = sent;
  assert.equal(request?.method, "POST");
  assert.equal(request.url, "https://odoo.test/json/2/project.task/write");
  assert.equal(request.headers.get("authorization"), `bearer ${KEY}`);
  assert.equal(request.headers.get("x-odoo-database"), "main");
  assert.equal(request.headers.get("cookie"), null);
  assert.equal(request.redirect, "manual");
  assert.deepEqual(request.body, { ids: [5], vals: { name: "x" }, context: QUIET });
});

Deno.test("without a database no database header is sent", async () => {
  const { client, sent } = clientWith({ database: undefined }, jsonReply([]));
  await client.search("project.task", []);
  assert.equal(sent[0]?.headers.has("x-odoo-database"), false);
});

Deno.test("a call's own context is added to the quiet one", async () => {
  const { client, sent } = clientWith({}, jsonReply([1]));
  await client.search("project.task", [["id", "=", 1]], { limit: 1, order: "id" }, {
    context: { active_test: false },
  });
  const context = { ...QUIET, active_test: false };
  assert.deepEqual(sent[0]?.body, { domain: [["id", "=", 1]], limit: 1, order: "id", context });
});

Deno.test("load is always sent in UTC, whatever zone the caller names", async () => {
  const { client, sent } = clientWith({}, jsonReply({ ids: [7], messages: [], nextrow: 0 }));
  const ids = await client.load("project.task", ["id", "name"], [["x.y", "n"]], {
    context: { tz: "Asia/Tokyo" },
  });
  assert.deepEqual(ids, [7]);
  assert.deepEqual(sent[0]?.body, { fields: ["id", "name"], data: [["x.y", "n"]], context: QUIET });
});

Deno.test("nothing to read, write, create or load is no request", async () => {
  const { client, sent } = clientWith({}, jsonReply([]));
  assert.deepEqual(await client.read("project.task", [], ["name"]), []);
  assert.deepEqual(await client.create("project.task", []), []);
  assert.deepEqual(await client.load("project.task", ["id"], []), []);
  await client.write("project.task", [], { name: "x" });
  assert.equal(sent.length, 0);
});

Deno.test("answers of another shape are refused, and leave a write's outcome open", async () => {
  const cases: [unknown, "search" | "read" | "write" | "create" | "load", boolean][] = [
    [{ ids: 1 }, "search", false],
    [[{ name: "no id" }], "read", false],
    [false, "write", true],
    [[1, 2], "create", true],
    [{ ids: "x" }, "load", true],
    [{ ids: [1, 2], messages: [] }, "load", true],
  ];
  for (const [answer, method, outcomeUnknown] of cases) {
    const { client } = clientWith({}, jsonReply(answer));
    const calls = {
      search: () => client.search("project.task", []),
      read: () => client.read("project.task", [1], ["name"]),
      write: () => client.write("project.task", [1], { name: "x" }),
      create: () => client.create("project.task", [{ name: "x" }]),
      load: () => client.load("project.task", ["id"], [["x.y"]]),
    };
    const error = await failure(calls[method]());
    assert.deepEqual([error.code, error.outcomeUnknown], ["odoo_bad_answer", outcomeUnknown], method);
  }
});

Deno.test("the version comes from the server, without a key", async () => {
  const { client, sent } = clientWith(
    {},
    jsonReply({ version: "19.0", version_info: [19, 0, 0, "final", 0, ""] }),
  );
  assert.deepEqual(await client.version(), { major: 19, text: "19.0" });
  assert.equal(sent[0]?.method, "GET");
  assert.equal(sent[0]?.headers.has("authorization"), false);
});

Deno.test("a page where the version should be is a bad answer", async () => {
  const { client } = clientWith({}, pageReply(404));
  assert.equal((await failure(client.version())).code, "odoo_bad_answer");
});

Deno.test("with JSON-2 demanded, a server without it is not found", async () => {
  const { client, sent } = clientWith({}, pageReply(404));
  const error = await failure(client.search("project.task", []));
  assert.deepEqual([error.code, error.outcomeUnknown, sent.length], ["odoo_not_found", false, 1]);
});
