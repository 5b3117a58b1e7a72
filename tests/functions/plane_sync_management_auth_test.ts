/** Who may manage plane-sync, and with what. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { KEYS, type PlaneSync, startPlaneSync } from "../support/plane_sync.ts";
import { createTokenMaker } from "../support/user_tokens.ts";

const maker = await createTokenMaker();
const ACTIONS = [["GET", "status"], ["POST", "sync"], ["POST", "replay"], ["POST", "drain"]] as const;
const REPLAY = '{"reason":"odoo_forbidden"}';

async function withSync(
  check: (sync: PlaneSync) => Promise<void>,
  environment: Record<string, string | undefined> = {},
): Promise<void> {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { SUPABASE_JWKS: maker.jwks, ...environment });
  await check(sync);
}

/** The status and code of each action in turn. */
async function everyAction(sync: PlaneSync, headers: Record<string, string>): Promise<string[]> {
  const answers: string[] = [];
  for (const [method, action] of ACTIONS) {
    const body = action === "replay" ? { body: REPLAY } : {};
    const answer = await sync.request(`?action=${action}`, { method, headers, ...body });
    const { ok, code } = await answer.json();
    answers.push(ok ? String(answer.status) : `${answer.status} ${code}`);
  }
  return answers;
}

const ALL = ["200", "200", "200", "200"];
const NONE = Array(4).fill("401 unauthorized");
const FORBIDDEN = Array(4).fill("403 forbidden");
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

Deno.test("a secret key may do everything, in the apikey header or as the promised bearer", () =>
  withSync(async (sync) => {
    assert.deepEqual(await everyAction(sync, { apikey: KEYS.manage }), ALL);
    assert.deepEqual(await everyAction(sync, bearer(KEYS.manage)), ALL);
    assert.deepEqual(await everyAction(sync, { authorization: `bearer ${KEYS.manage}` }), ALL);
  }));

Deno.test("the legacy service_role key may do everything, as a whole and nothing less", () =>
  withSync(async (sync) => {
    assert.deepEqual(await everyAction(sync, bearer(KEYS.serviceRole)), ALL);
    assert.deepEqual(await everyAction(sync, { apikey: KEYS.serviceRole }), ALL);
    assert.deepEqual(await everyAction(sync, bearer(KEYS.serviceRole.slice(0, -1))), NONE);
    assert.deepEqual(await everyAction(sync, bearer(`${KEYS.serviceRole}x`)), NONE);
  }));

Deno.test("a token that only says service_role is nobody's", () =>
  withSync(async (sync) => {
    const claims = { role: "service_role", sub: undefined, app_metadata: undefined };
    const forged = await (await createTokenMaker()).token(claims);
    assert.deepEqual(await everyAction(sync, bearer(forged)), NONE);
    const [, payload] = KEYS.serviceRole.split(".");
    assert.deepEqual(await everyAction(sync, bearer(`eyJhbGciOiJub25lIn0.${payload}.`)), NONE);
  }));

Deno.test("without a configured service_role key, an empty one does not open the door", () =>
  withSync(async (sync) => {
    const empty: Record<string, string>[] = [
      {},
      { apikey: "" },
      { authorization: "Bearer " },
      { authorization: "" },
    ];
    for (const headers of empty) assert.deepEqual(await everyAction(sync, headers), NONE);
  }, { SUPABASE_SERVICE_ROLE_KEY: "", SUPABASE_SECRET_KEYS: undefined }));

Deno.test("no key, a wrong key, a publishable key and other schemes are 401", () =>
  withSync(async (sync) => {
    const wrong: Record<string, string>[] = [
      {},
      { apikey: "wrong" },
      { apikey: KEYS.publishable },
      bearer(KEYS.publishable),
      bearer("wrong"),
      bearer("a.b.c"),
      { authorization: KEYS.manage },
      { authorization: `Basic ${btoa(`x:${KEYS.manage}`)}` },
      { apikey: KEYS.manage.slice(0, -1) },
      { apikey: `${KEYS.manage}x` },
      { apikey: KEYS.manage.toUpperCase() },
      { "x-api-key": KEYS.manage },
      { apikey: KEYS.planeSecret },
    ];
    for (const headers of wrong) {
      assert.deepEqual(await everyAction(sync, headers), NONE, JSON.stringify(headers));
    }
  }));

Deno.test("a key in the query does not count", () =>
  withSync(async (sync) => {
    const answer = await sync.request(`?action=status&apikey=${KEYS.manage}`);
    assert.equal(answer.status, 401);
    await answer.body?.cancel();
  }));

Deno.test("the cron key may drain and nothing else", () =>
  withSync(async (sync) => {
    const expected = ["403 forbidden", "403 forbidden", "403 forbidden", "200"];
    assert.deepEqual(await everyAction(sync, { apikey: KEYS.cron }), expected);
    assert.deepEqual(await everyAction(sync, bearer(KEYS.cron)), expected);
  }));

Deno.test("a signed-in user of operations may do everything, also beside a publishable key", () =>
  withSync(async (sync) => {
    const token = await maker.token();
    assert.deepEqual(await everyAction(sync, bearer(token)), ALL);
    assert.deepEqual(await everyAction(sync, { ...bearer(token), apikey: KEYS.publishable }), ALL);
    assert.deepEqual(await everyAction(sync, { apikey: token }), NONE);
  }));

Deno.test("a valid user without the ops role is 403; a role users can give themselves is none", () =>
  withSync(async (sync) => {
    const claims = [
      { app_metadata: {} },
      { app_metadata: undefined },
      { app_metadata: null },
      { app_metadata: "ops" },
      { app_metadata: { role: "Ops" } },
      { app_metadata: { role: ["ops"] } },
      { app_metadata: { roles: ["ops"] } },
      { app_metadata: {}, user_metadata: { role: "ops" } },
      { app_metadata: {}, role: "ops" },
      { app_metadata: {}, role: "service_role" },
    ];
    for (const each of claims) {
      assert.deepEqual(
        await everyAction(sync, bearer(await maker.token(each))),
        FORBIDDEN,
        JSON.stringify(each),
      );
    }
  }));

Deno.test("a token that is forged, expired, endless, early, for others or about nobody is 401", () =>
  withSync(async (sync) => {
    const now = Math.floor(Date.now() / 1000);
    const good = await maker.token();
    const [header, payload, signature] = good.split(".");
    const tokens = [
      await (await createTokenMaker()).token(),
      await maker.token({ exp: now - 1 }),
      await maker.token({ exp: undefined }),
      await maker.token({ nbf: now + 600 }),
      await maker.token({ aud: "anon" }),
      await maker.token({ aud: undefined }),
      await maker.token({ sub: undefined }),
      await maker.token({}, { kid: "another" }),
      await maker.token({}, { kid: undefined }),
      `${header}.${payload}.`,
      `${header}.${btoa('{"sub":"x","app_metadata":{"role":"ops"}}')}.${signature}`,
      `${btoa('{"alg":"none","kid":"test-key"}')}.${payload}.`,
      `${btoa('{"alg":"HS256","kid":"test-key"}')}.${payload}.${signature}`,
    ];
    for (const [index, token] of tokens.entries()) {
      assert.deepEqual(await everyAction(sync, bearer(token)), NONE, `token ${index}`);
    }
  }));

Deno.test("without a usable key set no token is valid, and keys still are", async () => {
  const token = await maker.token();
  for (const SUPABASE_JWKS of [undefined, "", "not JSON", "null", "5", "{}", '{"keys":5}', "[]"]) {
    await withSync(async (sync) => {
      const answer = await sync.request("?action=status", { headers: bearer(token) });
      assert.equal(answer.status, 401, SUPABASE_JWKS);
      await answer.body?.cancel();
      assert.deepEqual(await everyAction(sync, { apikey: KEYS.manage }), ALL);
    }, { SUPABASE_JWKS });
  }
});

Deno.test("a key set given as a bare list of keys works too", () =>
  withSync(async (sync) => {
    assert.deepEqual(await everyAction(sync, bearer(await maker.token())), ALL);
  }, { SUPABASE_JWKS: JSON.stringify(JSON.parse(maker.jwks).keys) }));

Deno.test("nothing is read or done before the caller is known", () =>
  withSync(async (sync) => {
    const answer = await sync.request("?action=replay", { method: "POST", body: "not JSON" });
    assert.equal(answer.status, 401);
    await answer.body?.cancel();
    assert.equal(sync.background.length, 0);
  }));
