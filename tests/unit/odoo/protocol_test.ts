import assert from "node:assert/strict";
import { jsonReply, pageReply, type Reply } from "../../support/fake_fetch.ts";
import { clientWith, failure } from "./support.ts";

/** A server of this major version that answers every search with its own number. */
function server(major: number, options: { database?: boolean } = {}): Reply {
  const info = [major, 0, 0, "final", 0, ""];
  return (sent, signal) => {
    const path = new URL(sent.url).pathname;
    const params = Object(Object(sent.body).params);
    const answer = (): Reply => {
      if (path === "/jsonrpc") {
        if (params.method === "version") {
          return jsonReply({
            jsonrpc: "2.0",
            result: { server_version: `${major}.0`, server_version_info: info },
          });
        }
        return jsonReply({ jsonrpc: "2.0", result: params.method === "login" ? 7 : [major] });
      }
      if (major < 19) return pageReply(404);
      if (path === "/web/version") return jsonReply({ version: `${major}.0`, version_info: info });
      return options.database === false ? pageReply(404) : jsonReply([major]);
    };
    return answer()(sent, signal);
  };
}

Deno.test("auto speaks JSON-2 to a 19 without asking first", async () => {
  const { client, sent } = clientWith({ protocol: "auto" }, server(19));
  assert.deepEqual(await client.search("project.task", []), [19]);
  assert.deepEqual([client.protocol, sent.length], ["json2", 1]);
});

Deno.test("auto falls back to JSON-RPC on a 17 and 18, and remembers it", async () => {
  for (const major of [17, 18]) {
    const { client, sent } = clientWith({ protocol: "auto" }, server(major));
    assert.deepEqual(await client.search("project.task", []), [major]);
    assert.equal(client.protocol, "jsonrpc");
    const before = sent.length;
    assert.deepEqual(await client.search("project.task", []), [major]);
    assert.equal(sent.length, before + 1);
  }
});

Deno.test("auto does not take a wrong database for an old version", async () => {
  const { client } = clientWith({ protocol: "auto" }, server(19, { database: false }));
  const error = await failure(client.search("project.task", []));
  assert.deepEqual([error.code, error.retry], ["odoo_not_found", "never"]);
  assert.equal(client.protocol, "json2");
});

Deno.test("a database that disappears after the choice is not found, without choosing again", async () => {
  const { client, sent } = clientWith({ protocol: "auto" }, jsonReply([1]), pageReply(404));
  await client.search("project.task", []);
  assert.equal((await failure(client.search("project.task", []))).code, "odoo_not_found");
  assert.equal(sent.length, 2);
});

Deno.test("a refused key does not make auto change the protocol", async () => {
  const refused = jsonReply({ name: "werkzeug.exceptions.Unauthorized", message: "Invalid apikey" }, 401);
  const { client, sent } = clientWith({ protocol: "auto" }, refused);
  assert.equal((await failure(client.search("project.task", []))).code, "odoo_unauthorized");
  assert.deepEqual([client.protocol, sent.length], ["json2", 1]);
});

Deno.test("the version is found whatever the protocol will be", async () => {
  for (const major of [17, 19]) {
    const { client } = clientWith({ protocol: "auto" }, server(major));
    assert.equal((await client.version()).major, major);
    await client.search("project.task", []);
    assert.equal((await client.version()).major, major);
  }
});

Deno.test("a version that cannot be asked for is reported as it is", async () => {
  const { client } = clientWith(
    { protocol: "auto" },
    () => Promise.reject(new TypeError("client error (Connect)")),
  );
  assert.equal((await failure(client.version())).code, "odoo_unreachable");
});
