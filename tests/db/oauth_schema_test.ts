/** Who may touch the grants, when the schedule is called, and what happens when the database goes away at the worst moment. */
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Sql } from "../../shared/store/database.ts";
import { refreshToken } from "../../shared/oauth/refresh.ts";
import type { TokenStore } from "../../shared/store/oauth/oauth_tokens.ts";
import { Turns } from "../support/oauth_turns.ts";
import { OAuthWorkers, RINGS, withOAuthDatabase } from "../support/oauth_workers.ts";

const policy = { rotate: true, graceMs: 0, detectReuse: true };

async function asRole(sql: Sql, role: string, statement: string): Promise<string> {
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(`set local role ${role}`);
      await transaction.unsafe(statement);
    });
    return "allowed";
  } catch (thrown) {
    assert(thrown instanceof postgres.PostgresError);
    return thrown.code;
  }
}

Deno.test("signed-in and anonymous users reach no table, view or function of the grants; the functions do", async () => {
  await withOAuthDatabase(async (sql) => {
    const functions = await sql<{ call: string }[]>`
      select format('select plane.%I(%s)', proname, array_to_string(array_fill('null'::text, array[pronargs]), ', ')) as call
      from pg_proc where pronamespace = 'plane'::regnamespace and proname like '%oauth%'`;
    assert(functions.length >= 9);
    const relations = ["oauth_token", "oauth_state", "v_oauth_tokens"].map((name) =>
      `select from plane.${name}`
    );
    for (const statement of [...relations, ...functions.map(({ call }) => call)]) {
      for (const role of ["anon", "authenticated"]) {
        assert.equal(await asRole(sql, role, statement), "42501", `${role}: ${statement}`);
      }
      assert.notEqual(await asRole(sql, "service_role", statement), "42501", statement);
    }
  });
});

Deno.test("the schedule is called only when something is due, and nothing happens without Vault and pg_net", async () => {
  await withOAuthDatabase(async (sql) => {
    await sql`create schema vault`;
    await sql`create table vault.decrypted_secrets (name text, decrypted_secret text)`;
    await sql`create schema net`;
    await sql`create table net.sent (url text, headers jsonb)`;
    const nudge = async () =>
      (await sql<{ nudged: boolean }[]>`select plane.nudge_oauth() as nudged`)[0]?.nudged;
    const world = new OAuthWorkers(sql, { kind: "bot", policy, late: "timeout" });
    assert.equal(await nudge(), false);
    await world.consent();
    assert.equal(await nudge(), false, "due, but nobody to call");
    await sql`insert into vault.decrypted_secrets values ('oauth_refresh_url', 'https://f'), ('plane_sync_cron_key', 'cron')`;
    await sql.unsafe(`
      create function net.http_post(url text, headers jsonb, body jsonb, timeout_milliseconds integer) returns bigint
      language sql as 'insert into net.sent values (url, headers) returning 1::bigint'`);
    assert.equal(await nudge(), true);
    const [sent] = await sql`select url, headers ->> 'apikey' as apikey from net.sent`;
    assert.deepEqual({ ...sent }, { url: "https://f?action=refresh", apikey: "cron" });
    await sql`update plane.oauth_token set cooldown_until = clock_timestamp() + interval '1 minute'`;
    assert.equal(await nudge(), false, "it pauses after a failure");
    await sql`update plane.oauth_token set cooldown_until = null, lease_until = clock_timestamp() + interval '1 minute'`;
    assert.equal(await nudge(), false, "somebody is at it");
  });
});

for (const effect of ["did not happen", "happened"]) {
  Deno.test(`when the connection breaks while the answer is stored and the write ${effect}, the answer is kept once`, async () => {
    await withOAuthDatabase(async (sql) => {
      const world = new OAuthWorkers(sql, { kind: "user", policy, late: "timeout" });
      await world.consent();
      await world.expire();
      const turns = new Turns({ choices: [0], crashes: [], patient: false });
      const deps = world.dependencies(0, turns, RINGS.old);
      let breaks = 2;
      const tokens: TokenStore = {
        ...deps.tokens,
        store: async (id, wanted) => {
          const first = breaks === 2;
          if (breaks-- <= 0) return await deps.tokens.store(id, wanted);
          if (first && effect === "happened") await deps.tokens.store(id, wanted);
          throw Object.assign(new Error("broken"), { code: "CONNECTION_CLOSED" });
        },
      };
      await turns.run([
        async () => assert.equal(await refreshToken({ ...deps, tokens }, world.id, null), "refreshed"),
      ]);
      const [row] = await sql`select generation, lease_until, failures from plane.oauth_token`;
      assert.deepEqual({ ...row }, { generation: 2, lease_until: null, failures: 0 });
      await world.expire();
      const after = new Turns({ choices: [0], crashes: [], patient: false });
      await after.run([async () => {
        assert.equal(world.endpoint.grants.actor(await world.wants(0, after)), "user");
      }]);
      assert.deepEqual(world.endpoint.requested.map(({ outcome }) => outcome), ["issued", "issued"]);
    });
  });
}
