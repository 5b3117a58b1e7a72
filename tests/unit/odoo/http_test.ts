import assert from "node:assert/strict";
import { jsonReply, networkFailure, silence } from "../../support/fake_fetch.ts";
import { clientWith, failure } from "./support.ts";

Deno.test("an answer that does not come in time is a timeout, with a write's outcome unknown", async () => {
  for (const [method, unknown] of [["write", true], ["search_read", false]] as const) {
    const { client } = clientWith({ timeoutMs: 5 }, silence);
    const error = await failure(client.call("project.task", method, {}));
    assert.deepEqual([error.code, error.retry, error.outcomeUnknown], ["odoo_timeout", "later", unknown]);
    assert.equal(error.facts.timeoutMs, 5);
  }
});

Deno.test("a call may wait less than the client", async () => {
  const { client } = clientWith({}, silence);
  const error = await failure(client.search("project.task", [], {}, { timeoutMs: 3 }));
  assert.deepEqual([error.code, error.facts.timeoutMs], ["odoo_timeout", 3]);
});

Deno.test("a call cancelled before it is sent has no effect", async () => {
  const { client, sent } = clientWith({}, jsonReply(true));
  const error = await failure(client.write("project.task", [1], {}, { signal: AbortSignal.abort() }));
  assert.deepEqual([error.code, error.outcomeUnknown, sent.length], ["odoo_timeout", false, 0]);
});

Deno.test("a call cancelled under way leaves a write's outcome unknown", async () => {
  const { client, sent } = clientWith({}, silence);
  const stop = new AbortController();
  const call = failure(client.write("project.task", [1], {}, { signal: stop.signal }));
  stop.abort();
  const error = await call;
  assert.deepEqual([error.code, error.outcomeUnknown, sent.length], ["odoo_timeout", true, 1]);
  assert.match(error.message, /cancelled/);
});

Deno.test("a server that cannot be reached has done nothing", async () => {
  const reasons = [
    "client error (Connect): tcp connect error: Connection refused (os error 111)",
    "client error (Connect): dns error: failed to lookup address information",
    "client error (Connect): tls handshake eof",
    "connect ECONNREFUSED 127.0.0.1:8069",
    "getaddrinfo ENOTFOUND odoo.test",
  ];
  for (const reason of reasons) {
    const { client } = clientWith({}, networkFailure(reason));
    const error = await failure(client.write("project.task", [1], {}));
    assert.deepEqual(
      [error.code, error.retry, error.outcomeUnknown],
      ["odoo_unreachable", "later", false],
      reason,
    );
    assert.equal(error.facts.sent, false);
  }
});

Deno.test("a connection that breaks after the request leaves a write's outcome unknown", async () => {
  for (
    const reason of [
      "client error (SendRequest): connection closed before message completed",
      "read ECONNRESET",
      "?",
    ]
  ) {
    const write = await failure(clientWith({}, networkFailure(reason)).client.write("project.task", [1], {}));
    const read = await failure(clientWith({}, networkFailure(reason)).client.search("project.task", []));
    assert.deepEqual([write.code, write.outcomeUnknown], ["odoo_unreachable", true], reason);
    assert.deepEqual([read.code, read.outcomeUnknown], ["odoo_unreachable", false], reason);
  }
});

Deno.test("an answer that breaks off in the middle leaves a write's outcome unknown", async () => {
  const { client } = clientWith({}, () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("tr"));
        controller.error(new TypeError("error reading a body from connection"));
      },
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
  const error = await failure(client.write("project.task", [1], {}));
  assert.deepEqual([error.code, error.outcomeUnknown], ["odoo_unreachable", true]);
});

Deno.test("the reason of a network failure, which can name hosts, is not passed on", async () => {
  const { client } = clientWith({}, networkFailure("error sending request for url (https://secret-host/x)"));
  const error = await failure(client.search("project.task", []));
  assert.doesNotMatch(`${error.message} ${JSON.stringify(error.facts)} ${error.cause}`, /secret-host/);
});
