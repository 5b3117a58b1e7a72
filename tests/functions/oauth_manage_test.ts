/** What operators and the schedule ask of oauth-token-refresh. */
import assert from "node:assert/strict";
import { createOAuthWorld, KEYS, type OAuthWorld } from "../support/oauth_world.ts";

async function idOfConsent(world: OAuthWorld, kind: "bot" | "user" = "bot"): Promise<string> {
  const { body } = await world.consent(kind);
  const [row] = await world.sql<{ id: string }[]>`
    select id from plane.oauth_token where kind = ${kind} order by created_at desc limit 1`;
  assert(row !== undefined, JSON.stringify(body));
  return row.id;
}

Deno.test("the status names every grant and no secret, not even a sealed one", async () => {
  await using world = await createOAuthWorld();
  await idOfConsent(world);
  await idOfConsent(world, "user");
  for (const path of ["", "?action=status"]) {
    const { status, body, text } = await world.call("GET", path, { key: KEYS.manage });
    assert.equal(status, 200);
    assert.equal(Array.isArray(body.tokens) && body.tokens.length, 2);
    assert.deepEqual(body.keys, {
      current: "k1",
      in_ring: ["k1"],
      sealed_with: { k1: 2 },
      missing: [],
      unused: [],
    });
    assert(!/pln_|sealed"|verifier/.test(text), text);
    for (const secret of world.oauth.grants.secrets) assert(!text.includes(secret));
  }
});

Deno.test("an operator's refresh replaces a token that is not due, and a removed grant is gone", async () => {
  await using world = await createOAuthWorld();
  const id = await idOfConsent(world);
  const { status, body } = await world.call("POST", "?action=refresh", { key: KEYS.manage, body: { id } });
  assert.deepEqual([status, body.outcome], [200, "refreshed"]);
  assert.deepEqual(world.oauth.requested.length, 2);
  assert.equal((await world.call("POST", "?action=remove", { key: KEYS.manage, body: { id } })).status, 200);
  const again = await world.call("POST", "?action=remove", { key: KEYS.manage, body: { id } });
  assert.deepEqual([again.status, again.body.code], [404, "not_found"]);
  const gone = await world.call("POST", "?action=refresh", { key: KEYS.manage, body: { id } });
  assert.deepEqual([gone.status, gone.body.code], [404, "not_found"]);
});

Deno.test("the schedule refreshes what is due and nothing else", async () => {
  await using world = await createOAuthWorld();
  const [due] = [await idOfConsent(world), await idOfConsent(world)];
  await world.sql`update plane.oauth_token set refresh_at = clock_timestamp() where id = ${due}`;
  const { body } = await world.call("POST", "?action=refresh", { key: KEYS.cron });
  assert.deepEqual([body.refreshed, body.failed], [1, 0]);
  const [row] = await world.sql`select generation from plane.oauth_token where id = ${due}`;
  assert.equal(row?.generation, 2);
  assert.equal((await world.call("POST", "?action=refresh", { key: KEYS.cron })).body.refreshed, 0);
});

Deno.test("the schedule's key starts the schedule and nothing else", async () => {
  await using world = await createOAuthWorld();
  const id = crypto.randomUUID();
  const others: [string, string, unknown][] = [
    ["GET", "", undefined],
    ["POST", "?action=refresh", { id }],
    ["POST", "?action=authorize", {}],
    ["POST", "?action=rotate_keys", {}],
    ["POST", "?action=remove", { id }],
  ];
  for (const [method, path, body] of others) {
    const answer = await world.call(method, path, { key: KEYS.cron, body });
    assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"], path);
  }
});

Deno.test("bad requests of every kind get their documented answer, never a 500", async () => {
  await using world = await createOAuthWorld();
  const key = KEYS.manage;
  const cases: [string, string, { key?: string; body?: unknown }, number, string][] = [
    ["GET", "", {}, 401, "unauthorized"],
    ["GET", "", { key: "sb_secret_wrong" }, 401, "unauthorized"],
    ["POST", "", { key }, 405, "method_not_allowed"],
    ["GET", "?action=refresh", { key }, 405, "method_not_allowed"],
    ["GET", "?action=toString", { key }, 400, "bad_request"],
    ["GET", "/other", { key }, 404, "not_found"],
    ["POST", "/callback", { key }, 405, "method_not_allowed"],
    ["POST", "?action=refresh", { key, body: "not json" }, 400, "body_not_json"],
    ["POST", "?action=refresh", { key, body: "[]" }, 400, "body_not_json"],
    ["POST", "?action=refresh", { key, body: { id: "1" } }, 400, "bad_request"],
    ["POST", "?action=refresh", { key, body: { token: "x" } }, 400, "bad_request"],
    ["POST", "?action=authorize", { key, body: { kind: "admin" } }, 400, "bad_request"],
    ["POST", "?action=remove", { key, body: {} }, 400, "bad_request"],
    ["POST", "?action=remove", { key, body: "x".repeat(20_000) }, 413, "body_too_large"],
  ];
  for (const [method, path, options, status, code] of cases) {
    const answer = await world.call(method, path, options);
    assert.deepEqual([answer.status, answer.body.code], [status, code], `${method} ${path}`);
  }
});

Deno.test("what is not configured is said in the status and answered 503, and nothing is begun", async () => {
  await using world = await createOAuthWorld({ PLANE_OAUTH_CLIENT_SECRET: "", TOKEN_KEYS: "not a ring" });
  const { body } = await world.call("GET", "", { key: KEYS.manage });
  assert.deepEqual(body.configured, { app: false, token_keys: false, user_flow: false, pkce: false });
  const begun = await world.call("POST", "?action=authorize", { key: KEYS.manage });
  assert.deepEqual([begun.status, begun.body.code], [503, "oauth_not_configured"]);
  await using other = await createOAuthWorld({ TOKEN_KEYS: "not a ring" });
  const refused = await other.call("POST", "?action=authorize", { key: KEYS.manage });
  assert.deepEqual([refused.status, refused.body.code], [503, "token_keys_invalid"]);
  const rotated = await other.call("POST", "?action=rotate_keys", { key: KEYS.manage });
  assert.deepEqual([rotated.status, rotated.body.code], [503, "token_keys_invalid"]);
});

Deno.test("a change of key shows its progress, and says when the old key may go", async () => {
  await using world = await createOAuthWorld();
  await idOfConsent(world);
  const { sql } = world;
  // The same database under the next secret, as after a deployment.
  const rotated = await world.call("POST", "?action=rotate_keys", { key: KEYS.manage });
  assert.deepEqual([rotated.body.remaining, rotated.body.resealed], [0, 0]);
  await sql`insert into plane.oauth_token (kind, app_installation_id, authorized_by, key_id, access_sealed)
    values ('bot', 'i-2', 'key:default', 'k0', '\\x00')`;
  const { body } = await world.call("GET", "", { key: KEYS.manage });
  assert.deepEqual(body.keys, {
    current: "k1",
    in_ring: ["k1"],
    sealed_with: { k0: 1, k1: 1 },
    missing: ["k0"],
    unused: [],
  });
  const stuck = await world.call("POST", "?action=rotate_keys", { key: KEYS.manage });
  assert.deepEqual([stuck.body.remaining, stuck.body.unreadable], [1, 1]);
});
