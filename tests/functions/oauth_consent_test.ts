/** From an operator's wish to a grant, in both flows, and every way it may go wrong. */
import assert from "node:assert/strict";
import { createOAuthWorld, KEYS, type OAuthWorld } from "../support/oauth_world.ts";

function tokenOf(body: Record<string, unknown>): Record<string, unknown> {
  assert(typeof body.token === "object" && body.token !== null, JSON.stringify(body));
  return { ...body.token };
}

async function grants(world: OAuthWorld): Promise<number> {
  const [row] = await world.sql<
    { count: number }[]
  >`select count(*)::integer as count from plane.oauth_token`;
  return row?.count ?? -1;
}

Deno.test("an installation gives a bot token at once, and Plane says whose it is", async () => {
  const [botUserId, id] = [crypto.randomUUID(), crypto.randomUUID()];
  await using world = await createOAuthWorld({}, { botUserId, workspace: { id, slug: "globex" } });
  const { status, body, headers } = await world.consent("bot");
  assert.equal(status, 200, JSON.stringify(body));
  const token = tokenOf(body);
  assert.equal(token.kind, "bot");
  assert.equal(token.status, "active");
  assert.equal(token.plane_user_id, botUserId);
  assert.equal(token.workspace_id, id);
  assert.equal(token.workspace_slug, "globex");
  assert.equal(token.authorized_by, "key:default");
  assert.equal(token.scope, "projects:read projects.work_items:write");
  assert.equal(token.has_access_token, true);
  assert.equal(token.has_refresh_token, false);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
});

Deno.test("a person's consent is protected by PKCE and gives both tokens; consenting again replaces the first grant", async () => {
  await using world = await createOAuthWorld();
  const first = tokenOf((await world.consent("user")).body);
  assert.equal(first.kind, "user");
  assert.equal(first.has_refresh_token, true);
  const second = tokenOf((await world.consent("user")).body);
  assert.notEqual(second.id, first.id);
  assert.equal(second.plane_user_id, first.plane_user_id);
  assert.equal(await grants(world), 1);
});

Deno.test("without PKCE, where the server does not allow it, a person's consent works as well", async () => {
  await using world = await createOAuthWorld({ PLANE_OAUTH_PKCE: "off" });
  const { body } = await world.call("POST", "?action=authorize", {
    key: KEYS.manage,
    body: { kind: "user" },
  });
  assert.equal(new URL(String(body.url)).searchParams.get("code_challenge"), null);
  assert.equal(tokenOf((await world.consent("user")).body).kind, "user");
});

Deno.test("people's tokens are off unless PLANE_USER_OAUTH is on", async () => {
  await using world = await createOAuthWorld({ PLANE_USER_OAUTH: "off" });
  const { status, body } = await world.call("POST", "?action=authorize", {
    key: KEYS.manage,
    body: { kind: "user" },
  });
  assert.deepEqual([status, body.code], [403, "forbidden"]);
});

Deno.test("a state is good once, in both flows", async () => {
  await using world = await createOAuthWorld();
  for (const kind of ["bot", "user"] as const) {
    const back = await world.redirect(kind);
    assert.equal((await world.call("GET", `/callback${back.search}`)).status, 200);
    const { status, body } = await world.call("GET", `/callback${back.search}`);
    assert.deepEqual([status, body.code], [400, "oauth_state_invalid"]);
  }
});

Deno.test("a state is good for ten minutes", async () => {
  await using world = await createOAuthWorld();
  const back = await world.redirect("bot");
  const [row] = await world.sql`
    select extract(epoch from expires_at - created_at)::integer as seconds from plane.oauth_state`;
  assert.equal(row?.seconds, 600);
  await world.sql`update plane.oauth_state set expires_at = clock_timestamp()`;
  const { status, body } = await world.call("GET", `/callback${back.search}`);
  assert.deepEqual([status, body.code], [400, "oauth_state_invalid"]);
  assert.equal(await grants(world), 0);
});

Deno.test("a redirect nobody here began is refused before anything is asked of Plane", async () => {
  await using world = await createOAuthWorld();
  const foreign = `app_installation_id=${crypto.randomUUID()}&code=pln_code_1`;
  for (const query of [foreign, `${foreign}&state=`, `${foreign}&state=guessed`, "error=access_denied"]) {
    const { status, body } = await world.call("GET", `/callback?${query}`);
    assert.deepEqual([status, body.code], [400, "oauth_state_invalid"], query);
  }
  assert.deepEqual(world.oauth.requested, []);
});

Deno.test("who refuses in Plane comes back with oauth_denied, and the state is used up", async () => {
  await using world = await createOAuthWorld();
  world.oauth.consent = "deny";
  const back = await world.redirect("bot");
  const { status, body } = await world.call("GET", `/callback${back.search}`);
  assert.deepEqual([status, body.code], [403, "oauth_denied"]);
  assert.equal((await world.call("GET", `/callback${back.search}`)).body.code, "oauth_state_invalid");
});

Deno.test("a redirect that lacks its installation, or has one that cannot be an id, is refused", async () => {
  await using world = await createOAuthWorld();
  for (const installation of [undefined, "", "../..", "x".repeat(200)]) {
    const back = await world.redirect("bot");
    back.searchParams.delete("app_installation_id");
    if (installation !== undefined) back.searchParams.set("app_installation_id", installation);
    const { status, body } = await world.call("GET", `/callback${back.search}`);
    assert.deepEqual([status, body.code], [400, "bad_request"]);
  }
  const back = await world.redirect("user");
  back.searchParams.delete("code");
  const { status, body } = await world.call("GET", `/callback${back.search}`);
  assert.deepEqual([status, body.code], [400, "bad_request"]);
});

Deno.test("a code that is no good any more ends in needs_reauthorization and stores nothing", async () => {
  await using world = await createOAuthWorld();
  const back = await world.redirect("user");
  back.searchParams.set("code", "pln_code_of_somebody_else");
  const { status, body } = await world.call("GET", `/callback${back.search}`);
  assert.deepEqual([status, body.code], [409, "oauth_needs_reauthorization"]);
  assert.equal(await grants(world), 0);
});

Deno.test("when Plane is slow just now, the installation is kept and the schedule fetches the token", async () => {
  await using world = await createOAuthWorld();
  const back = await world.redirect("bot");
  world.oauth.faults.push({ kind: "status", status: 503 });
  const { status, body } = await world.call("GET", `/callback${back.search}`);
  assert.deepEqual([status, body.pending], [200, "oauth_unavailable"]);
  await world.sql`update plane.oauth_token set cooldown_until = clock_timestamp()`;
  const run = await world.call("POST", "?action=refresh", { key: KEYS.cron });
  assert.equal(run.body.refreshed, 1);
  assert.equal(run.body.identified, 1);
});

Deno.test("the setup address sends an operator's browser to Plane, and nobody else's", async () => {
  await using world = await createOAuthWorld();
  assert.equal((await world.call("GET", "/setup")).body.code, "unauthorized");
  assert.equal((await world.call("GET", "/setup", { key: KEYS.cron })).body.code, "forbidden");
  const { status, headers } = await world.call("GET", "/setup", { key: KEYS.manage });
  assert.equal(status, 302);
  const target = new URL(headers.get("location") ?? "");
  assert.equal(target.origin, world.oauth.url);
  assert.equal(target.searchParams.get("redirect_uri"), "http://127.0.0.1/oauth-token-refresh/callback");
});
