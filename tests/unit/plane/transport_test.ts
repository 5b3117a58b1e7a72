import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { createPlaneTransport, type PlaneTransportConfig } from "../../../shared/plane/transport.ts";
import { startBreakingServer } from "../../support/breaking_connection.ts";

const CONFIG = { baseUrl: "https://plane.example/", apiKey: "plane_api_key" };
const READ = { operation: "read", method: "GET", path: ["workspaces", "a b", "x"] } as const;

/** Answers in order and remembers what was asked. */
function scripted(...answers: (Response | Error)[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetchOnce = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    asked.push({ url: String(input), init });
    const answer = answers.shift() ?? new Error("nothing more to answer");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const transport = (config: Partial<PlaneTransportConfig> = {}) =>
    createPlaneTransport({ ...CONFIG, ...config }, { fetch: fetchOnce });
  return { asked, transport };
}

const json = (body: unknown, status = 200) => Response.json(body, { status });
const pageNotFound = () => json({ error: "Page not found." }, 404);

/** Never answers; ends only when it is aborted. */
const deaf = (_input: string | URL | Request, init: RequestInit = {}): Promise<Response> =>
  new Promise((_resolve, reject) => {
    init.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
  });

Deno.test("addresses are encoded, end in a slash, and carry the key; redirects are not followed", async () => {
  const { asked, transport } = scripted(json({}));
  await transport()({ ...READ, query: { per_page: "100", cursor: "100:1:0" } });
  assert.equal(
    asked[0]?.url,
    "https://plane.example/api/v1/workspaces/a%20b/x/?per_page=100&cursor=100%3A1%3A0",
  );
  assert.equal(new Headers(asked[0]?.init.headers).get("x-api-key"), "plane_api_key");
  assert.equal(asked[0]?.init.redirect, "manual");
});

Deno.test("an id that would lead elsewhere is refused before anything is sent", async () => {
  const { asked, transport } = scripted();
  for (const id of ["", ".", ".."]) {
    await assert.rejects(transport()({ ...READ, path: ["projects", id] }), { code: "plane_rejected" });
  }
  assert.deepEqual(asked, []);
});

Deno.test("an access token travels as a bearer token, and a key goes before it", async () => {
  const { asked, transport } = scripted(json({}), json({}));
  await createPlaneTransport({ baseUrl: CONFIG.baseUrl, accessToken: "pln_token" }, {
    fetch: (input, init) => (asked.push({ url: String(input), init: init ?? {} }), Promise.resolve(json({}))),
  })(READ);
  await transport({ accessToken: "pln_token" })(READ);
  assert.equal(new Headers(asked[0]?.init.headers).get("authorization"), "Bearer pln_token");
  assert.equal(new Headers(asked[1]?.init.headers).has("authorization"), false);
});

Deno.test("without a key or token there is no client", () => {
  const { transport } = scripted();
  assert.throws(() => transport({ apiKey: "" }), { code: "plane_not_configured" });
});

Deno.test("an old server is asked for issues instead of work items, and only for the first request twice", async () => {
  const { asked, transport } = scripted(pageNotFound(), json({ id: "1" }), json({ id: "2" }));
  const send = transport();
  const request = { ...READ, path: ["projects", "p", "work-items", "1"] };
  assert.deepEqual((await send(request)).body, { id: "1" });
  assert.deepEqual((await send(request)).body, { id: "2" });
  assert.deepEqual(asked.map(({ url }) => url.replace(/.*\/p\//, "")), [
    "work-items/1/",
    "issues/1/",
    "issues/1/",
  ]);
});

Deno.test("a missing work item is no reason to try the old name", async () => {
  const { asked, transport } = scripted(json({ error: "The requested resource does not exist." }, 404));
  await assert.rejects(transport()({ ...READ, path: ["work-items", "1"] }), { code: "plane_not_found" });
  assert.equal(asked.length, 1);
});

Deno.test("when neither name is known the base URL is wrong, and the new name is tried again next time", async () => {
  const { asked, transport } = scripted(pageNotFound(), pageNotFound(), json({ id: "1" }));
  const send = transport();
  const request = { ...READ, path: ["work-items", "1"] };
  await assert.rejects(send(request), { code: "plane_bad_answer" });
  await send(request);
  assert.match(asked[2]?.url ?? "", /work-items/);
});

Deno.test("silence ends in plane_timeout", async () => {
  const send = createPlaneTransport(CONFIG, { fetch: deaf });
  await assert.rejects(send({ ...READ, timeoutMs: 1 }), { code: "plane_timeout", outcomeUnknown: false });
});

Deno.test("after a write that was not answered the outcome is unknown", async () => {
  const send = createPlaneTransport(CONFIG, { fetch: deaf });
  const write = { ...READ, method: "PATCH", body: {}, timeoutMs: 1 } as const;
  await assert.rejects(send(write), { code: "plane_timeout", outcomeUnknown: true });
  const { transport } = scripted(
    json({ error: "x" }, 500),
    new TypeError("reset"),
    json({ error: "x" }, 400),
  );
  const scriptedSend = transport();
  await assert.rejects(scriptedSend(write), { code: "plane_server_error", outcomeUnknown: true });
  await assert.rejects(scriptedSend(write), { code: "plane_unreachable", outcomeUnknown: true });
  await assert.rejects(scriptedSend(write), { code: "plane_rejected", outcomeUnknown: false });
});

Deno.test("an aborted call ends with the caller's own reason, before and while it is sent", async () => {
  const send = createPlaneTransport(CONFIG, { fetch: deaf });
  const reason = new Error("shutting down");
  await assert.rejects(send({ ...READ, signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const pending = send({ ...READ, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(pending, reason);
});

Deno.test("an unreachable server is plane_unreachable, and the key is nowhere in the error", async () => {
  const { transport } = scripted(new TypeError("connection refused"));
  const thrown = await transport()(READ).catch((error: unknown) => error);
  assert.ok(thrown instanceof SuiteError);
  assert.equal(thrown.code, "plane_unreachable");
  assert.doesNotMatch(JSON.stringify([thrown.message, thrown.facts]), /plane_api_key/);
});

Deno.test("a success that is not JSON is plane_bad_answer; an empty one is null", async () => {
  const { transport } = scripted(new Response("<html>"), new Response(null, { status: 204 }));
  const send = transport();
  await assert.rejects(send(READ), { code: "plane_bad_answer" });
  assert.equal((await send(READ)).body, null);
});

Deno.test("a creation is sent once, also when a kept connection breaks before the answer", async () => {
  const server = startBreakingServer();
  try {
    const send = createPlaneTransport({ ...CONFIG, baseUrl: server.url }, { fetch });
    await send(READ);
    const create = { ...READ, method: "POST", path: ["items"], body: { name: "once" } } as const;
    await assert.rejects(send(create), { code: "plane_unreachable", outcomeUnknown: true });
    assert.deepEqual(server.requests.slice(1), ["POST /api/v1/items/ HTTP/1.1"]);
  } finally {
    server.close();
  }
});
