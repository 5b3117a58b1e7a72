import assert from "node:assert/strict";
import fc from "fast-check";
import { createProxyWorld, MANAGEMENT_KEY } from "../support/proxy_world.ts";
import { rawRequest, sendRaw } from "../support/raw_request.ts";

Deno.test("every kind of bad input gets its documented JSON error, and nothing reaches Plane", async () => {
  await using world = await createProxyWorld({ environment: { PLANE_PROXY_MAX_BODY_BYTES: "1000" } });
  const key = await world.key("caller");
  await world.key("gone");
  await world.manage("revoke", { name: "gone" });
  const projects = "/api/v1/workspaces/acme/projects/";
  const other = `ppk_${"A".repeat(43)}`;
  const cases: [status: number, code: string, path: string, init: RequestInit & { key?: string }][] = [
    [401, "unauthorized", projects, {}],
    [401, "unauthorized", projects, { key: other }],
    [401, "unauthorized", projects, { key: `${key}x` }],
    [401, "unauthorized", projects, { key: MANAGEMENT_KEY }],
    [401, "unauthorized", projects, { key: world.plane.apiKeys.service }],
    [401, "unauthorized", projects, { headers: { authorization: `Basic ${key}` } }],
    [401, "unauthorized", projects, { headers: { apikey: MANAGEMENT_KEY } }],
    [400, "bad_request", projects, { key, headers: { authorization: `Bearer ${other}` } }],
    [401, "unauthorized", projects, { headers: [["X-API-Key", key], ["X-API-Key", key]] }],
    [405, "method_not_allowed", projects, { key, method: "OPTIONS" }],
    [405, "method_not_allowed", projects, { key, method: "PROPFIND" }],
    [404, "not_found", "/auth/sign-in/", { key }],
    [404, "not_found", "/api/workspaces/acme/", { key }],
    [400, "bad_request", "/workspaces/acme/%252e%252e/users/", { key }],
    [400, "bad_request", `${projects}?${"q".repeat(9000)}`, { key }],
    [413, "body_too_large", projects, { key, method: "POST", body: "x".repeat(1001) }],
    [400, "bad_request", "?action=nothing", { method: "POST" }],
    [405, "method_not_allowed", "?action=list", {}],
    [401, "unauthorized", "?action=list", { method: "POST" }],
    [401, "unauthorized", "?action=create", { method: "POST", key }],
    [401, "unauthorized", "?action=create", { method: "POST", headers: { authorization: `Bearer ${key}` } }],
    [403, "forbidden", "?action=list", { method: "POST", headers: { apikey: "sb_secret_cron_of_tests" } }],
    [405, "method_not_allowed", "/openapi.json", { method: "POST" }],
  ];
  for (const [status, code, path, init] of cases) {
    const answer = await world.call(path, init);
    const body = await answer.json();
    assert.deepEqual(
      [answer.status, body.ok, body.code],
      [status, false, code],
      `${init.method ?? "GET"} ${path}`,
    );
    assert.equal(answer.headers.has("access-control-allow-origin"), false);
  }
  assert.deepEqual(world.plane.requests, []);
});

Deno.test("raw steps upwards, whole addresses and two lengths never reach Plane", async () => {
  await using world = await createProxyWorld();
  const key = await world.key("caller");
  const port = Number(new URL(world.url).port);
  const withKey = [`X-API-Key: ${key}`];
  const lines: [line: string, headers: string[], body?: string][] = [
    ["GET /plane-proxy/api/v1/workspaces/acme/../other/projects/", withKey],
    ["GET /plane-proxy/api/v1/workspaces/acme/%2e%2e/other/projects/", withKey],
    ["GET /plane-proxy/api/v1/workspaces/acme/..", withKey],
    ["GET /plane-proxy//evil.example/api/v1/users/me/", withKey],
    ["GET /plane-proxy/http://evil.example/api/v1/users/me/", withKey],
    ["GET /plane-proxy/api/v1/workspaces/acme\\..\\other/", withKey],
    ["GET /plane-proxy/../plane-proxy/api/v1/users/me/", withKey],
    ["GET /plane-proxy/api/v1/users/me/", [...withKey, "Content-Length: 3"], "abc"],
    [
      "POST /plane-proxy/api/v1/workspaces/acme/projects/",
      [...withKey, "Content-Length: 4", "Transfer-Encoding: chunked", "X-A: b\r\n c"],
      "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    ],
  ];
  for (const [line, headers, body] of lines) {
    const answer = await sendRaw(port, rawRequest(line, headers, body));
    assert(
      answer === undefined || (answer.status >= 400 && answer.status < 500),
      `${line}: ${answer?.status}`,
    );
  }
  assert.deepEqual(world.plane.requests, []);
});

Deno.test("whatever is sent, no answer is a 500, and Plane only sees what the key's scope allows", async () => {
  await using world = await createProxyWorld({ plane: { requestsPerMinute: 100_000 } });
  const scopes = [{ methods: ["GET" as const], paths: ["workspaces/acme/projects/**"] }];
  const reader = await world.key("reader", { scopes });
  await world.sql`
    insert into plane.api_budget (credential, call_limit) values ('default', 100000)
    on conflict (credential) do update set call_limit = excluded.call_limit`;
  const port = Number(new URL(world.url).port);
  const visible = fc.stringMatching(/^[!-~]{0,12}$/);
  const segment = fc.oneof(
    fc.constantFrom(
      "api",
      "v1",
      "workspaces",
      "acme",
      "other",
      "projects",
      "users",
      "me",
      "..",
      "%2e%2e",
      "%252f",
    ),
    fc.constantFrom(
      "%00",
      "%0d%0aX-Api-Key:%20a",
      "http:",
      "",
      "*",
      "members",
      "openapi.json",
      "%c3%a4",
      "%ff",
    ),
    visible.map((text) => text.replaceAll("?", "")),
  );
  const header = fc.tuple(
    fc.constantFrom(
      "X-API-Key",
      "Authorization",
      "X-Proxy-Signature",
      "X-Proxy-Nonce",
      "Content-Type",
      "Connection",
    )
      .chain((name) => fc.constantFrom(name, name.toLowerCase())),
    fc.oneof(visible, fc.constantFrom(reader, `Bearer ${reader}`, "keep-alive, X-API-Key", "chunked")),
  ).map(([name, value]) => `${name}: ${value}`);
  const request = fc.record({
    method: fc.constantFrom("GET", "GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "TRACE", "get"),
    segments: fc.array(segment, { maxLength: 7 }),
    inside: fc.boolean(),
    query: visible,
    headers: fc.array(header, { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, segments, inside, query, headers }) => {
      const before = world.plane.requests.length;
      const path = `/plane-proxy/${inside ? "api/v1/workspaces/acme/projects/" : ""}${
        segments.join("/")
      }?${query}`;
      const answer = await sendRaw(
        port,
        rawRequest(`${method} ${path}`, [`X-API-Key: ${reader}`, ...headers]),
      );
      assert(
        answer === undefined || answer.status < 500,
        `${method} ${path}: ${answer?.status} ${answer?.body}`,
      );
      for (const seen of world.plane.requests.slice(before)) {
        assert.equal(seen.method, "GET");
        assert.match(seen.path, /^\/api\/v1\/workspaces\/acme\/projects\//);
      }
    }),
    { numRuns: 400 },
  );
  assert(world.plane.requests.length > 0, "some did get through: not everything is refused");
});
