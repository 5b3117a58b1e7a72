import assert from "node:assert/strict";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import { fakeFetch, jsonReply, pageReply, type Reply } from "../../support/fake_fetch.ts";
import { clientWith, failure, KEY } from "./support.ts";

const result = (value: unknown): Reply => jsonReply({ jsonrpc: "2.0", id: 1, result: value });
const raised = (name: string, message = ""): Reply =>
  jsonReply({
    jsonrpc: "2.0",
    id: 1,
    error: { code: 0, message: "Odoo Server Error", data: { name, message } },
  });

/** `[service, method, args]` of a request. */
function rpcOf(body: unknown): [unknown, unknown, unknown[]] {
  const params = Object(Object(body).params);
  return [params.service, params.method, params.args];
}

Deno.test("JSON-RPC logs in once and then calls with the user id", async () => {
  const { client, sent } = clientWith({ protocol: "jsonrpc" }, result(7), result([1]), result([2]));
  await client.search("project.task", []);
  await client.search("project.task", []);
  assert.equal(client.protocol, "jsonrpc");
  assert.deepEqual(rpcOf(sent[0]?.body), ["common", "login", ["main", "bot", KEY]]);
  assert.equal(sent.length, 3);
  assert.ok(sent.every(({ url }) => url === "https://odoo.test/jsonrpc"));
  const [service, method, args] = rpcOf(sent[2]?.body);
  assert.deepEqual([service, method], ["object", "execute_kw"]);
  assert.deepEqual(args.slice(0, 5), ["main", 7, KEY, "project.task", "search"]);
});

Deno.test("concurrent first calls share one login", async () => {
  const { fetch, sent } = fakeFetch(result(7), result([1]));
  const config = { url: "https://odoo.test", database: "main", login: "bot", apiKey: KEY };
  const client = createOdooClient({ ...config, protocol: "jsonrpc" }, { fetch });
  await Promise.all([client.search("project.task", []), client.search("project.task", [])]);
  assert.equal(sent.filter(({ body }) => rpcOf(body)[1] === "login").length, 1);
});

Deno.test("arguments Odoo wants by position are placed, the others named", async () => {
  const answers: Reply[] = [
    result(7),
    result(true),
    result([3]),
    result({ ids: [4], messages: [] }),
    result([]),
  ];
  const { client, sent } = clientWith({ protocol: "jsonrpc" }, ...answers);
  await client.write("project.task", [5], { name: "x" });
  await client.create("project.task", [{ name: "y" }]);
  await client.load("project.task", ["id"], [["a.b"]]);
  await client.search("project.task", [["id", "=", 1]], { limit: 2 });
  const placed = sent.slice(1).map(({ body }) => rpcOf(body)[2][5]);
  assert.deepEqual(placed, [[[5], { name: "x" }], [[{ name: "y" }]], [["id"], [["a.b"]]], [[[
    "id",
    "=",
    1,
  ]]]]);
  const named = Object(rpcOf(sent[4]?.body)[2][6]);
  assert.equal(named.limit, 2);
  assert.equal(named.context.tz, "UTC");
});

Deno.test("a refused login is tried again at the next call", async () => {
  const { client } = clientWith({ protocol: "jsonrpc" }, result(false), result(7), result([1]));
  const error = await failure(client.search("project.task", []));
  assert.deepEqual([error.code, error.retry], ["odoo_unauthorized", "later"]);
  assert.deepEqual(await client.search("project.task", []), [1]);
});

Deno.test("a key that stopped working is logged in with again", async () => {
  const answers: Reply[] = [result(7), raised("odoo.exceptions.AccessDenied"), result(8), result([1])];
  const { client, sent } = clientWith({ protocol: "jsonrpc" }, ...answers);
  assert.equal((await failure(client.search("project.task", []))).code, "odoo_unauthorized");
  assert.deepEqual(await client.search("project.task", []), [1]);
  assert.equal(rpcOf(sent[3]?.body)[2][1], 8);
});

Deno.test("another failure keeps the login", async () => {
  const answers: Reply[] = [result(7), raised("odoo.exceptions.UserError"), result([1])];
  const { client, sent } = clientWith({ protocol: "jsonrpc" }, ...answers);
  assert.equal((await failure(client.search("project.task", []))).code, "odoo_rejected");
  await client.search("project.task", []);
  assert.equal(sent.length, 3);
});

Deno.test("without a database and login JSON-RPC says what is missing", async () => {
  for (const absent of [{ database: undefined }, { login: undefined }]) {
    const { client, sent } = clientWith({ protocol: "jsonrpc", ...absent }, result(1));
    const error = await failure(client.search("project.task", []));
    assert.equal(error.code, "odoo_not_configured");
    assert.match(error.message, /ODOO_DB and ODOO_LOGIN/);
    assert.equal(sent.length, 0);
  }
});

Deno.test("what is told only by its text in JSON-RPC is told from other failures", async () => {
  const cases: [string, string, string][] = [
    ["builtins.AttributeError", "The method 'project.task.nope' does not exist", "odoo_not_found"],
    ["builtins.AttributeError", "type object 'project.task' has no attribute 'nope'", "odoo_not_found"],
    ["builtins.AttributeError", "'NoneType' object has no attribute 'id'", "odoo_bad_request"],
    ["odoo.exceptions.UserError", "Object no.model doesn't exist", "odoo_not_found"],
    ["odoo.exceptions.UserError", "Object lesson: this doesn't exist", "odoo_rejected"],
    ["psycopg2.OperationalError", 'FATAL:  database "x" does not exist', "odoo_not_found"],
    ["psycopg2.OperationalError", "server closed the connection", "odoo_server_error"],
  ];
  for (const [name, message, code] of cases) {
    const { client } = clientWith({ protocol: "jsonrpc" }, result(7), raised(name, message));
    assert.equal((await failure(client.search("project.task", []))).code, code, message);
  }
});

Deno.test("an answer that is not JSON-RPC is told by its status", async () => {
  const cases: [Reply, string][] = [
    [pageReply(404), "odoo_not_found"],
    [pageReply(502), "odoo_server_error"],
    [pageReply(200), "odoo_bad_answer"],
    [jsonReply({ hello: "world" }), "odoo_bad_answer"],
  ];
  for (const [reply, code] of cases) {
    const { client } = clientWith({ protocol: "jsonrpc" }, result(7), reply);
    assert.equal((await failure(client.write("project.task", [1], {}))).code, code);
  }
});

Deno.test("a method that returns nothing is answered with null", async () => {
  const { client } = clientWith({ protocol: "jsonrpc" }, result(7), jsonReply({ jsonrpc: "2.0", id: 1 }));
  assert.equal(await client.call("project.task", "action_archive", { ids: [1] }), null);
});

Deno.test("the version of an Odoo Online release has its major in it", async () => {
  const answer = { server_version: "saas~18.2", server_version_info: ["saas~18", 2, 0, "final", 0, ""] };
  const { client } = clientWith({ protocol: "jsonrpc" }, result(answer));
  assert.deepEqual(await client.version(), { major: 18, text: "saas~18.2" });
  const other = clientWith({ protocol: "jsonrpc" }, result({ hello: 1 }));
  assert.equal((await failure(other.client.version())).code, "odoo_bad_answer");
});
