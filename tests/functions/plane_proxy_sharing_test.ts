import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { orFail } from "../support/or_fail.ts";
import { createProxyWorld, type ProxyWorld } from "../support/proxy_world.ts";

const PROJECTS = "/api/v1/workspaces/acme/projects/";
const JSON_HEADERS = { "content-type": "application/json" };

/** A world whose Plane holds each answer until it is let go; how many it was asked for. */
async function slowPlane(environment: Record<string, string> = {}) {
  const waiting: (() => void)[] = [];
  let calls = 0;
  let arrived = Promise.withResolvers<void>();
  const world = await createProxyWorld({
    environment,
    fetch: () => async () => {
      calls += 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      arrived.resolve();
      await promise;
      return Response.json({ call: calls });
    },
  });
  return {
    world,
    calls: () => calls,
    /** When one more request has arrived. */
    async arrival() {
      // Whoever still waits would keep the test from ending.
      await orFail(arrived.promise, "a request to Plane").catch((error) => {
        waiting.splice(0).forEach((resolve) => resolve());
        throw error;
      });
      arrived = Promise.withResolvers<void>();
    },
    letGo: () => waiting.splice(0).forEach((resolve) => resolve()),
    letLastGo: () => waiting.pop()?.(),
  };
}

async function sourceOf(answer: Promise<Response> | Response): Promise<string | null> {
  const { headers, body } = await answer;
  await body?.cancel();
  return headers.get("x-plane-proxy");
}

/** Until so many calls have been let in: they then wait for a slot, or for the one that is under way. */
async function callsLogged(world: ProxyWorld, count: number): Promise<void> {
  await eventually(`${count} calls`, async () => {
    const [row] = await world
      .sql`select coalesce(sum(calls + previous_calls), 0)::int as calls from plane.proxy_use`;
    return row?.calls === count;
  });
}

Deno.test("identical reads that are under way become one call to Plane, but never over two clients", async () => {
  const { world, calls, arrival, letGo } = await slowPlane();
  await using _ = world;
  const [one, two] = [await world.key("one"), await world.key("two")];
  const first = world.call(PROJECTS, { key: one });
  await arrival();
  const same = world.call(PROJECTS, { key: one });
  const otherQuery = world.call(`${PROJECTS}?per_page=1`, { key: one });
  await arrival();
  const otherClient = world.call(PROJECTS, { key: two });
  await arrival();
  await callsLogged(world, 4);
  letGo();
  assert.deepEqual(await Promise.all([first, same, otherQuery, otherClient].map(sourceOf)), [
    ...["plane", "shared", "plane", "plane"],
  ]);
  assert.equal(calls(), 3);
});

Deno.test("a caller who leaves takes nothing from those who wait for the same answer", async () => {
  const { world, calls, arrival, letGo } = await slowPlane();
  await using _ = world;
  const key = await world.key("one");
  const leaving = new AbortController();
  const first = world.call(PROJECTS, { key, signal: leaving.signal });
  await arrival();
  const second = world.call(PROJECTS, { key });
  await callsLogged(world, 2);
  leaving.abort();
  await assert.rejects(first);
  letGo();
  const answer = await second;
  assert.deepEqual([answer.status, await answer.json(), calls()], [200, { call: 1 }, 1]);
});

Deno.test("a read after a write is asked anew, even when the same read from before is still under way", async () => {
  const { world, calls, arrival, letGo, letLastGo } = await slowPlane();
  await using _ = world;
  const key = await world.key("one");
  const before = world.call(PROJECTS, { key });
  await arrival();
  const write = world.call(PROJECTS, { key, method: "POST", body: "{}", headers: JSON_HEADERS });
  await arrival();
  letLastGo();
  await sourceOf(write);
  const after = world.call(PROJECTS, { key });
  await arrival();
  letGo();
  assert.deepEqual([await sourceOf(before), await sourceOf(after), calls()], ["plane", "plane", 3]);
});

Deno.test("a chosen path is kept for its time, until a webhook tells of a change, a caller wants it fresh, or somebody writes", async () => {
  await using world = await createProxyWorld({
    environment: { PLANE_PROXY_CACHE: "workspaces/*/projects=300" },
  });
  const [key, other] = [await world.key("one"), await world.key("two")];
  const get = (init: RequestInit & { key?: string } = { key }) => sourceOf(world.call(PROJECTS, init));
  assert.deepEqual([await get(), await get()], ["plane", "cache"]);
  assert.equal(await get({ key: other }), "plane", "not over two clients");
  assert.equal(
    await sourceOf(world.call(`${PROJECTS}?per_page=1`, { key })),
    "plane",
    "not for another query",
  );
  assert.equal(await sourceOf(world.call("/users/me/", { key })), "plane");
  assert.equal(
    await sourceOf(world.call("/users/me/", { key })),
    "plane",
    "a path nobody has chosen is not kept",
  );
  assert.equal(await get({ key, headers: { "cache-control": "no-cache" } }), "plane");
  assert.equal(await get(), "cache");
  const kept = await world.call(PROJECTS, { key });
  assert.deepEqual(await kept.json(), await world.plane.api("GET", "/projects/"));
  assert.match(kept.headers.get("age") ?? "", /^\d+$/);
  assert.equal(kept.headers.has("x-ratelimit-remaining"), false);

  await sourceOf(world.call(PROJECTS, { key, method: "POST", body: "{}", headers: JSON_HEADERS }));
  assert.deepEqual([await get(), await get()], ["plane", "cache"]);

  await world.sql`
    insert into plane.webhook_delivery (dedup_key, source, envelope, event_type, body)
    values ('one', 'plane', 'plane_v1', 'project.updated', '{}')`;
  assert.equal(await get(), "plane");
});
