import assert from "node:assert/strict";
import { createProxyWorld, EVERYTHING } from "../support/proxy_world.ts";

Deno.test("a call is passed on with and without api/v1, with the key in either header, and Plane's answer comes back", async () => {
  await using world = await createProxyWorld();
  const key = await world.key("caller");
  const direct = await world.plane.api("GET", "/projects/");
  for (
    const path of [
      "/api/v1/workspaces/acme/projects/",
      "/workspaces/acme/projects/",
      "/workspaces/acme/projects",
    ]
  ) {
    const answer = await world.call(path, { key });
    assert.equal(answer.status, 200, path);
    assert.deepEqual(await answer.json(), direct);
    assert.match(answer.headers.get("x-ratelimit-remaining") ?? "", /^\d+$/);
    assert.equal(answer.headers.get("x-plane-proxy"), "plane");
  }
  const bearer = await world.call("/users/me/", { headers: { authorization: `Bearer ${key}` } });
  assert.equal(bearer.status, 200);
  await bearer.body?.cancel();
});

Deno.test("a record is made, changed and deleted; statuses and error bodies are Plane's own", async () => {
  await using world = await createProxyWorld();
  const key = await world.key("caller");
  const send = (method: string, path: string, body?: unknown) =>
    world.call(`/api/v1/workspaces/acme${path}`, {
      key,
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const made = await send("POST", "/projects/", { name: "Through the proxy", identifier: "PROXY" });
  assert.equal(made.status, 201);
  const { id } = await made.json();
  const changed = await send("PATCH", `/projects/${id}/`, { name: "Changed" });
  assert.deepEqual([changed.status, (await changed.json()).name], [200, "Changed"]);
  const taken = await send("POST", "/projects/", { name: "Other", identifier: "PROXY" });
  assert.deepEqual([taken.status, Object.keys(await taken.json())], [409, ["name"]]);
  const missing = await send("GET", `/projects/${id}/work-items/${crypto.randomUUID()}/`);
  assert.deepEqual([missing.status, await missing.json()], [404, {
    error: "The requested resource does not exist.",
  }]);
  const put = await send("PUT", `/projects/${id}/`, {});
  assert.deepEqual([put.status, await put.json()], [405, { detail: 'Method "PUT" not allowed.' }]);
  const deleted = await send("DELETE", `/projects/${id}/`);
  assert.deepEqual([deleted.status, await deleted.text()], [204, ""]);
});

Deno.test("a client without a scope may do nothing, and one may do only what its scopes and workspaces say", async () => {
  await using world = await createProxyWorld();
  const nothing = await world.key("nothing", { scopes: [] });
  const nowhere = await world.key("nowhere", { workspaces: [] });
  const elsewhere = await world.key("elsewhere", { workspaces: ["other"] });
  const reader = await world.key("reader", {
    scopes: [{ methods: ["GET"], paths: ["workspaces/*/projects", "workspaces/*/projects/*/states/**"] }],
  });
  const before = world.plane.requests.length;
  for (const key of [nothing, nowhere, elsewhere]) {
    const answer = await world.call("/api/v1/workspaces/acme/projects/", { key });
    assert.deepEqual([answer.status, (await answer.json()).code], [403, "forbidden"]);
  }
  const denied: [string, string][] = [
    ["POST", "/workspaces/acme/projects/"],
    ["GET", "/workspaces/acme/members/"],
    ["GET", "/workspaces/Acme/projects/"],
    ["GET", "/users/me/"],
  ];
  for (const [method, path] of denied) {
    const answer = await world.call(path, { key: reader, method });
    assert.deepEqual([answer.status, (await answer.json()).code], [403, "forbidden"], `${method} ${path}`);
  }
  assert.equal(world.plane.requests.length, before, "nothing reached Plane");
  const allowed = await world.call("/workspaces/acme/projects/", { key: reader });
  assert.equal(allowed.status, 200);
  await allowed.body?.cancel();
});

Deno.test("Plane's own 429 gets through with its Retry-After, and with one of ours when it has none", async () => {
  await using world = await createProxyWorld();
  const key = await world.key("caller");
  const body = '{"error_code":5900,"error_message":"RATE_LIMIT_EXCEEDED"}';
  world.plane.faults.next({
    kind: "status",
    status: 429,
    headers: { "Content-Type": "application/json" },
    body,
  });
  const limited = await world.call("/workspaces/acme/projects/", { key });
  assert.deepEqual([limited.status, limited.headers.get("retry-after"), await limited.text()], [
    429,
    "60",
    body,
  ]);
});

Deno.test("every call of a known client is audited: who, what, status and time, without query and body", async () => {
  await using world = await createProxyWorld();
  const key = await world.key("caller", { scopes: [{ ...EVERYTHING, methods: ["GET"] }] });
  await (await world.call("/workspaces/acme/projects/?per_page=5&secret=in-the-query", { key })).body
    ?.cancel();
  await (await world.call("/workspaces/acme/projects/", {
    key,
    method: "POST",
    body: '{"name":"in the body"}',
  })).body
    ?.cancel();
  await world.settled();
  const rows = await world.sql`
    select level, message, metadata, duration_ms from ops.events where event_type = 'proxy_call' order by "timestamp"`;
  const [use] = await world.sql`
    select last_used_at > now() - interval '1 minute' as recent, calls + previous_calls as calls from plane.proxy_use`;
  assert.deepEqual(rows.map(({ level, message }) => [level, message]), [["info", "GET 200"], [
    "warn",
    "POST 403",
  ]]);
  const { client_id: _, ...metadata } = rows[0]?.metadata ?? {};
  assert.deepEqual(metadata, {
    client: "caller",
    method: "GET",
    path: "workspaces/acme/projects",
    status: 200,
    source: "plane",
  });
  assert.deepEqual({ ...use }, { recent: true, calls: 2 });
  const written = JSON.stringify(rows) + world.lines.join("\n");
  assert(!written.includes("in-the-query") && !written.includes("in the body") && !written.includes(key));
});
