import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createProxyWorld, type ProxyWorld } from "../support/proxy_world.ts";

interface Signed {
  method: string;
  /** As the caller writes it, with its query. */
  path: string;
  body: string;
  clientId: string;
  secret: string;
  at: number;
  nonce: string;
}

/** Written from the documentation, not from the code under test. */
function headersOf({ method, path, body, clientId, secret, at, nonce }: Signed): Record<string, string> {
  const [sent = "", query = ""] = path.split("?");
  const text = [
    "plane-proxy-v1",
    method,
    decodeURIComponent(sent),
    query,
    createHash("sha256").update(body).digest("hex"),
    String(at),
    nonce,
  ].join("\n");
  return {
    "X-Proxy-Client": clientId,
    "X-Proxy-Timestamp": String(at),
    "X-Proxy-Nonce": nonce,
    "X-Proxy-Signature": createHmac("sha256", secret).update(text).digest("hex"),
    "Content-Type": "application/json",
  };
}

async function signer(world: ProxyWorld, wanted: Record<string, unknown> = {}): Promise<Signed> {
  const secret = await world.key("odoo", { kind: "signed", ...wanted });
  const [row] = await world.sql`select id from plane.proxy_client where name = 'odoo'`;
  return {
    method: "GET",
    path: "/api/v1/workspaces/acme/projects/?per_page=5&fields=id%2Cname",
    body: "",
    clientId: String(row?.id),
    secret,
    at: Math.floor(Date.now() / 1000),
    nonce: crypto.randomUUID(),
  };
}

async function send(world: ProxyWorld, sent: Signed, headers = headersOf(sent)): Promise<[number, unknown]> {
  const { method, path, body } = sent;
  const answer = await world.call(path, { method, headers, ...(method === "GET" ? {} : { body }) });
  const text = await answer.text();
  return [answer.status, text === "" ? undefined : JSON.parse(text).code];
}

Deno.test("a signed request is passed on once: the same nonce again is refused", async () => {
  await using world = await createProxyWorld();
  const signed = await signer(world);
  assert.deepEqual(await send(world, signed), [200, undefined]);
  assert.deepEqual(await send(world, signed), [401, "request_replayed"]);
  const write = {
    ...signed,
    method: "POST",
    path: "/workspaces/acme/projects",
    body: '{"name":"Signed","identifier":"SIG"}',
    nonce: crypto.randomUUID(),
  };
  assert.deepEqual(await send(world, write), [201, undefined]);
  assert.deepEqual(world.plane.requests.map(({ method }) => method), ["GET", "POST"]);
});

Deno.test("a signature covers method, path, query, body, time and nonce: whatever is changed after signing is refused", async () => {
  await using world = await createProxyWorld();
  const signed = {
    ...await signer(world),
    method: "POST",
    path: "/api/v1/workspaces/acme/projects/?a=1",
    body: '{"name":"Signed","identifier":"SIG"}',
  };
  const changed: Partial<Signed>[] = [
    { method: "PATCH" },
    { path: "/api/v1/workspaces/acme/members/?a=1" },
    { path: "/workspaces/acme/projects/?a=1" },
    { path: "/api/v1/workspaces/acme/projects/?a=2" },
    { path: "/api/v1/workspaces/acme/projects/" },
    { body: '{"name":"Other","identifier":"SIG"}' },
    { body: "" },
  ];
  for (const change of changed) {
    const answer = await send(world, { ...signed, ...change }, headersOf(signed));
    assert.deepEqual(answer, [401, "signature_invalid"], JSON.stringify(change));
  }
  const headers: Record<string, string>[] = [
    { "X-Proxy-Timestamp": String(signed.at + 1) },
    { "X-Proxy-Nonce": crypto.randomUUID() },
    { "X-Proxy-Client": crypto.randomUUID() },
    { "X-Proxy-Signature": "0".repeat(64) },
    { "X-Proxy-Signature": headersOf(signed)["X-Proxy-Signature"]?.toUpperCase() ?? "" },
    { "X-Proxy-Nonce": "short" },
    { "X-Proxy-Timestamp": "now" },
  ];
  for (const change of headers) {
    const answer = await send(world, signed, { ...headersOf(signed), ...change });
    assert.deepEqual(answer, [401, "signature_invalid"], JSON.stringify(change));
  }
  const { "X-Proxy-Nonce": _, ...without } = headersOf(signed);
  assert.deepEqual(await send(world, signed, without), [401, "signature_missing"]);
  assert.equal(world.plane.requests.length, 0, "nothing was passed on");
  const [nonces] = await world.sql`select count(*)::int as count from plane.proxy_nonce`;
  assert.equal(nonces?.count, 0, "who cannot sign fills no table");
});

Deno.test("a signed time more than five minutes off is refused, before and after", async () => {
  await using world = await createProxyWorld();
  const signed = await signer(world);
  for (const off of [-301, 302]) {
    const answer = await send(world, { ...signed, at: signed.at + off });
    assert.deepEqual(answer, [401, "signature_expired"]);
  }
  assert.deepEqual(await send(world, { ...signed, at: signed.at - 290 }), [200, undefined]);
});

Deno.test("a signature beside a key is refused, and a signed request obeys scopes too", async () => {
  await using world = await createProxyWorld();
  const signed = await signer(world, { scopes: [{ methods: ["GET"], paths: ["workspaces/*/projects"] }] });
  const key = await world.key("caller");
  const both = await send(world, signed, { ...headersOf(signed), "X-API-Key": key });
  assert.deepEqual(both, [400, "bad_request"]);
  const other = { ...signed, path: "/workspaces/acme/members/" };
  assert.deepEqual(await send(world, other), [403, "forbidden"]);
});

Deno.test("after a rotation the signing secret before works for the overlap and no longer", async () => {
  await using world = await createProxyWorld();
  const signed = await signer(world);
  const { body } = await world.manage("rotate", { name: "odoo", overlap_seconds: 60 });
  const fresh = { ...signed, secret: String(body.signing_secret), nonce: crypto.randomUUID() };
  assert.notEqual(fresh.secret, signed.secret);
  assert.deepEqual(await send(world, signed), [200, undefined]);
  assert.deepEqual(await send(world, fresh), [200, undefined]);
  await world.manage("rotate", { name: "odoo" });
  for (const old of [signed, fresh]) {
    const answer = await send(world, { ...old, nonce: crypto.randomUUID() });
    assert.deepEqual(answer, [401, "signature_invalid"]);
  }
});

Deno.test("without a secret of the function signed requests are refused, and no signing client can be made", async () => {
  await using world = await createProxyWorld({ environment: { PLANE_PROXY_SIGNING_SECRET: "" } });
  const made = await world.manage("create", { name: "odoo", kind: "signed" });
  assert.deepEqual([made.status, made.body.code], [401, "secret_not_configured"]);
  const signed = {
    method: "GET",
    path: "/users/me/",
    body: "",
    clientId: crypto.randomUUID(),
    secret: "",
    at: Math.floor(Date.now() / 1000),
    nonce: crypto.randomUUID(),
  };
  assert.deepEqual(await send(world, signed), [401, "secret_not_configured"]);
});
