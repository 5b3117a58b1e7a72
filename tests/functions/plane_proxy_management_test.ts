import assert from "node:assert/strict";
import { createProxyWorld } from "../support/proxy_world.ts";

Deno.test("a key is shown once and stored as a hash; the list shows clients without any credential", async () => {
  await using world = await createProxyWorld();
  const made = await world.manage("create", {
    name: "odoo",
    scopes: [{ methods: ["GET"], paths: ["workspaces/*/projects/**"] }],
    workspaces: ["acme"],
    calls_per_minute: 10,
    expires_at: "2099-01-01T00:00:00Z",
  });
  const key = String(made.body.key);
  assert.match(key, /^ppk_[A-Za-z0-9_-]{43}$/);
  const listed = await world.manage("list", {});
  assert.deepEqual(listed.body.clients, [made.body.client]);
  const [row] = await world.sql`select c::text as text, key_hash, key_hint from plane.proxy_client c`;
  assert(!String(row?.text).includes(key) && !JSON.stringify(listed.body).includes(String(row?.key_hash)));
  assert.equal(row?.key_hint, key.slice(-4));
  const events = await world.sql`select metadata from ops.events where event_type = 'client_created'`;
  assert.deepEqual(events.map(({ metadata }) => metadata), [{ client: "odoo", by: "key default" }]);
});

Deno.test("a client that is made with its name alone may do nothing", async () => {
  await using world = await createProxyWorld();
  const { body } = await world.manage("create", { name: "new" });
  const answer = await world.call("/users/me/", { key: String(body.key) });
  assert.deepEqual([answer.status, (await answer.json()).code], [403, "forbidden"]);
});

Deno.test("revoking, expiry and rotation end a key; the one before a rotation lives on for the overlap", async () => {
  await using world = await createProxyWorld();
  const key = await world.key("one");
  const statusOf = async (key: string) => {
    const answer = await world.call("/users/me/", { key });
    await answer.body?.cancel();
    return answer.status;
  };
  const rotated = await world.manage("rotate", { name: "one", overlap_seconds: 3600 });
  const next = String(rotated.body.key);
  assert.deepEqual([await statusOf(key), await statusOf(next)], [200, 200]);
  const again = String((await world.manage("rotate", { name: "one" })).body.key);
  assert.deepEqual([await statusOf(key), await statusOf(next), await statusOf(again)], [401, 401, 200]);
  await world.manage("update", { name: "one", expires_at: "2020-01-01T00:00:00Z" });
  assert.equal(await statusOf(again), 401);
  await world.manage("update", { name: "one", expires_at: null });
  assert.equal(await statusOf(again), 200);
  await world.manage("revoke", { name: "one" });
  assert.equal(await statusOf(again), 401);
  const dead = await world.manage("rotate", { name: "one" });
  assert.deepEqual([dead.status, dead.body.code], [400, "bad_request"]);
});

Deno.test("an update changes what it names and nothing else", async () => {
  await using world = await createProxyWorld();
  await world.key("one", { calls_per_minute: 5, expires_at: "2099-01-01T00:00:00Z" });
  const scopes = [{ methods: ["POST"], paths: ["workspaces/*/projects"] }];
  const { body } = await world.manage("update", { name: "one", scopes, calls_per_minute: null });
  const client = body.client as Record<string, unknown>;
  assert.deepEqual([client.scopes, client.workspaces, client.calls_per_minute], [scopes, ["acme"], null]);
  assert.match(String(client.expires_at), /^2099-01-01/);
});

Deno.test("requests that make no sense are refused by the fields that are wrong", async () => {
  await using world = await createProxyWorld();
  await world.key("one");
  const wrong: [action: string, body: unknown, status: number, code: string, says: RegExp][] = [
    ["create", { name: "one" }, 400, "bad_request", /name exists/],
    ["create", { name: "../x" }, 400, "bad_request", /name/],
    [
      "create",
      { name: "x", scopes: [{ methods: ["GET"], paths: ["a/**/b"] }] },
      400,
      "bad_request",
      /scopes.0.paths.0/,
    ],
    [
      "create",
      { name: "x", scopes: [{ methods: ["HEAD"], paths: ["**"] }] },
      400,
      "bad_request",
      /scopes.0.methods.0/,
    ],
    ["create", { name: "x", workspaces: ["a/b"] }, 400, "bad_request", /workspaces.0/],
    ["create", { name: "x", calls_per_minute: 0 }, 400, "bad_request", /calls_per_minute/],
    ["create", { name: "x", key_hash: "mine" }, 400, "bad_request", /key_hash/],
    ["create", [], 400, "body_not_json", /JSON/],
    ["update", { name: "nobody" }, 404, "not_found", /no client/],
    ["rotate", { name: "nobody" }, 404, "not_found", /no client/],
    ["revoke", { name: "nobody" }, 404, "not_found", /no client/],
    ["rotate", { name: "one", overlap_seconds: -1 }, 400, "bad_request", /overlap_seconds/],
  ];
  for (const [action, body, status, code, says] of wrong) {
    const answer = await world.manage(action, body);
    assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(body));
    assert.match(String(answer.body.error), says);
  }
});

Deno.test("a client has its own share: beyond it 429 with the wait, and nothing reaches Plane", async () => {
  await using world = await createProxyWorld();
  const [small, other] = [await world.key("small", { calls_per_minute: 3 }), await world.key("other")];
  const call = async (key: string) => {
    const answer = await world.call("/workspaces/acme/projects/", { key });
    return { answer, body: await answer.json() };
  };
  let passed = 0;
  let last = await call(small);
  // A new minute may begin meanwhile; what was used in the one before still counts.
  for (; last.answer.status === 200 && passed < 10; last = await call(small)) passed += 1;
  assert(passed >= 3 && passed <= 4, String(passed));
  assert.deepEqual([last.answer.status, last.body.code], [429, "client_rate_limited"]);
  const wait = Number(last.answer.headers.get("retry-after"));
  assert(wait >= 1 && wait <= 120, String(wait));
  assert.equal((await call(other)).answer.status, 200);
  assert.equal(world.plane.requests.length, passed + 1);
});

Deno.test("beyond the common limit 429 with the wait, and nothing reaches Plane", async () => {
  await using world = await createProxyWorld({ environment: { PLANE_PROXY_LONGEST_WAIT_MS: "0" } });
  const key = await world.key("one");
  await world.sql`insert into plane.api_budget (credential, call_limit) values ('default', 5)`;
  const codes: string[] = [];
  for (let count = 0; count < 7; count++) {
    const answer = await world.call(`/workspaces/acme/projects/?page=${count}`, { key });
    const body = await answer.json();
    codes.push(answer.status === 200 ? "passed" : body.code);
    if (answer.status !== 200) assert(Number(answer.headers.get("retry-after")) >= 1);
  }
  await world.settled();
  assert.equal(codes.filter((code) => code === "passed").length, world.plane.requests.length);
  assert(world.plane.requests.length >= 1 && world.plane.requests.length <= 5);
  assert.equal(codes.at(-1), "plane_rate_limited");
});
