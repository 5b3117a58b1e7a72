/** When the authorization server says no: the fall-back, the end of a grant, and its new beginning. */
import assert from "node:assert/strict";
import type { RefreshPolicy } from "../../dev/sandbox/oauth/grants.ts";
import { refreshToken } from "../../shared/oauth/refresh.ts";
import type { Sql } from "../../shared/store/database.ts";
import { createGrantStore } from "../../shared/store/oauth/oauth_grants.ts";
import { type Crash, Turns } from "../support/oauth_turns.ts";
import { OAuthWorkers, RINGS, type Scene, withOAuthDatabase } from "../support/oauth_workers.ts";

const strict: RefreshPolicy = { rotate: true, graceMs: 0, detectReuse: true };

async function expired(sql: Sql, scene: Partial<Scene> = {}): Promise<OAuthWorkers> {
  const world = new OAuthWorkers(sql, { kind: "user", policy: strict, late: "timeout", ...scene });
  await world.consent();
  await world.expire();
  return world;
}

/** What one worker gets that is alone; undefined when it dies. */
async function wants(world: OAuthWorkers, crashes: Crash[] = []): Promise<string | undefined> {
  const turns = new Turns({ choices: [0], crashes, patient: false });
  let got: string | undefined;
  await turns.run([async () => {
    got = await world.wants(0, turns);
  }]);
  return got;
}

async function events(sql: Sql): Promise<Record<string, unknown>[]> {
  return (await sql`
    select level, event_type, metadata ->> 'error' as error, (metadata ->> 'attempts_without_end')::integer as lost
    from ops.events order by created_at`).map((row) => ({ ...row }));
}

Deno.test("a grant that was ended at the server is given up at once, with one event, and not asked for again", async () => {
  await withOAuthDatabase(async (sql) => {
    const world = await expired(sql);
    world.endpoint.grants.endPeople();
    assert.equal(await wants(world), "oauth_needs_reauthorization");
    assert.equal(await wants(world), "oauth_needs_reauthorization");
    assert.deepEqual(world.endpoint.requested.map(({ outcome }) => outcome), ["invalid_grant"]);
    const error = "oauth_needs_reauthorization";
    assert.deepEqual(await events(sql), [{ level: "error", event_type: error, error, lost: 0 }]);
  });
});

Deno.test("a worker that died with the server's only answer leaves a grant to renew, and the event says that an attempt had no end", async () => {
  await withOAuthDatabase(async (sql) => {
    const world = await expired(sql);
    // Its steps: read, claim, request, answer.
    assert.equal(await wants(world, [{ worker: 0, step: 2, after: true }]), undefined);
    assert.equal(await wants(world), "oauth_needs_reauthorization");
    assert.deepEqual((await events(sql)).map(({ lost }) => lost), [1]);
  });
});

Deno.test("a new consent to the same installation makes its dead grant live again, in the same row", async () => {
  await withOAuthDatabase(async (sql) => {
    const world = await expired(sql, { kind: "bot" });
    const { installations } = world.endpoint.grants;
    const [[installation] = [""]] = [[...installations.keys()]];
    installations.set(installation ?? "", { alive: false });
    assert.equal(await wants(world), "oauth_needs_reauthorization");
    installations.set(installation ?? "", { alive: true });
    assert.equal(await createGrantStore(sql).install(installation ?? "", "key:test"), world.id);
    assert.equal(world.endpoint.grants.actor(await wants(world) ?? ""), "bot");
  });
});

Deno.test("when the present refresh token is refused, the one before it is tried once", async () => {
  await withOAuthDatabase(async (sql) => {
    const graceful = { rotate: true, graceMs: 2 * 86_400_000, detectReuse: false };
    const world = await expired(sql, { policy: graceful });
    await wants(world);
    // The server comes back from a backup: what it gave out last it does not know.
    world.endpoint.grants.forgetNewest();
    await world.expire();
    assert.equal(world.endpoint.grants.actor(await wants(world) ?? ""), "user");
    assert.deepEqual(world.endpoint.requested.map(({ outcome }) => outcome), [
      "issued",
      "invalid_grant",
      "issued",
    ]);
  });
});

Deno.test("after a failure nobody asks before the pause is over, and the first of a series is an event", async () => {
  await withOAuthDatabase(async (sql) => {
    const world = await expired(sql);
    world.endpoint.faults.push({ kind: "status", status: 503 }, { kind: "status", status: 503 });
    const turns = new Turns({ choices: [0], crashes: [], patient: false });
    const deps = world.dependencies(0, turns, RINGS.old);
    await turns.run([async () => {
      await assert.rejects(refreshToken(deps, world.id, null), { code: "oauth_unavailable" });
      assert.equal(await refreshToken(deps, world.id, null), "not_mine");
      await world.pass(1_000);
      await assert.rejects(refreshToken(deps, world.id, null), { code: "oauth_unavailable" });
    }]);
    assert.equal(world.endpoint.requested.length, 2);
    assert.deepEqual((await events(sql)).map(({ event_type }) => event_type), ["oauth_refresh_failed"]);
    assert.equal(world.endpoint.grants.actor(await wants(world) ?? ""), "user");
  });
});

Deno.test("a wrong client secret is a fault of the configuration: the grant stays, and it is tried once a minute", async () => {
  await withOAuthDatabase(async (sql) => {
    const world = await expired(sql, { kind: "bot" });
    Object.assign(world.endpoint, { clientSecret: "plane_oauth_another_secret" });
    assert.equal(await wants(world), "oauth_refused");
    assert.equal(await wants(world), "oauth_refused");
    assert.equal(world.endpoint.requested.length, 1);
    const [row] = await sql`select status, last_error from plane.oauth_token`;
    assert.deepEqual({ ...row }, { status: "active", last_error: "oauth_refused" });
  });
});
