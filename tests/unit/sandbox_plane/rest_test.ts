import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { manualScheduler } from "../../../dev/sandbox/plane/scheduler.ts";
import {
  type SandboxPlane,
  type SandboxPlaneOptions,
  startSandboxPlane,
} from "../../../dev/sandbox/plane/server.ts";

/** A sandbox with one project that bob and gus joined. */
async function stage(options: SandboxPlaneOptions = {}) {
  const plane = await startSandboxPlane(options);
  const project = String((await plane.api("POST", "/projects/", { name: "Rest", identifier: "REST" })).id);
  await plane.api("POST", `/projects/${project}/members/`, { member: plane.users.bob.id, role: 15 });
  await plane.api("POST", `/projects/${project}/members/`, { member: plane.users.gus.id, role: 5 });
  const items = `/projects/${project}/work-items/`;
  return { plane, project, items, [Symbol.asyncDispose]: () => plane.close() };
}

async function request(plane: SandboxPlane, key: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${plane.url}/api/v1/workspaces/acme${path}`, {
    method,
    headers: { "X-Api-Key": key, "Content-Type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

Deno.test("guests and outsiders are dropped from the assignees without a word", async () => {
  await using scene = await stage();
  const { alice, bob, gus, otto } = scene.plane.users;
  const item = await scene.plane.api("POST", scene.items, { name: "x", assignees: [bob.id, alice.id] });
  assert.deepEqual(item.assignees, [alice.id, bob.id]);
  const cleared = await scene.plane.api("PATCH", `${scene.items}${item.id}/`, {
    assignees: [gus.id, otto.id],
  });
  assert.deepEqual(cleared.assignees, []);
});

Deno.test("without assignees the project's default assignee gets the item", async () => {
  await using scene = await stage();
  const { bob } = scene.plane.users;
  await scene.plane.api("PATCH", `/projects/${scene.project}/`, { default_assignee: bob.id });
  assert.deepEqual((await scene.plane.api("POST", scene.items, { name: "x" })).assignees, [bob.id]);
});

Deno.test("a guest reads and comments, a member edits but deletes only what is his", async () => {
  await using scene = await stage();
  const { plane, items } = scene;
  const { gus, bob } = plane.apiKeys;
  const item = await plane.api("POST", items, { name: "x" });
  assert.equal((await request(plane, gus, "GET", `${items}${item.id}/`)).status, 200);
  assert.equal((await request(plane, gus, "PATCH", `${items}${item.id}/`, { name: "y" })).status, 403);
  assert.equal(
    (await request(plane, gus, "POST", `${items}${item.id}/comments/`, { comment_html: "<p>c</p>" })).status,
    201,
  );
  assert.equal((await request(plane, bob, "PATCH", `${items}${item.id}/`, { name: "y" })).status, 200);
  const refused = await request(plane, bob, "DELETE", `${items}${item.id}/`);
  assert.deepEqual([refused.status, refused.body], [403, {
    error: "Only admin or creator can delete the work item",
  }]);
  const own = await request(plane, bob, "POST", items, { name: "own" });
  assert.equal((await request(plane, bob, "DELETE", `${items}${own.body.id}/`)).status, 204);
});

Deno.test("stamps are shown in the time zone of the key's user", async () => {
  await using scene = await stage({
    now: () => Date.parse("2026-07-01T12:00:00.5Z"),
    scheduler: manualScheduler(),
  });
  const item = await scene.plane.api("POST", scene.items, { name: "x" });
  const seen = await request(
    scene.plane,
    scene.plane.apiKeys.bob,
    "GET",
    `${scene.items}${item.id}/?fields=created_at`,
  );
  assert.match(seen.body.created_at, /^2026-07-01T14:00:00\.5000\d\d\+02:00$/);
});

Deno.test("the window of the request limit slides, per key", async () => {
  let now = 1_800_000_000_000;
  await using scene = await stage({ now: () => now, requestsPerMinute: 3, scheduler: manualScheduler() });
  const { plane } = scene;
  const ask = (key: string) => request(plane, key, "GET", "/projects/");
  const first = await ask(plane.apiKeys.bob);
  assert.equal(first.headers.get("x-ratelimit-remaining"), "2");
  assert.equal(first.headers.get("x-ratelimit-reset"), "1800000060");
  now += 20_000;
  await ask(plane.apiKeys.bob);
  await ask(plane.apiKeys.bob);
  const refused = await ask(plane.apiKeys.bob);
  assert.deepEqual([refused.status, refused.body], [429, {
    error_code: 5900,
    error_message: "RATE_LIMIT_EXCEEDED",
  }]);
  assert.equal(refused.headers.get("retry-after"), "40");
  assert.equal(refused.headers.has("x-ratelimit-remaining"), false);
  assert.equal((await ask(plane.apiKeys.burst)).status, 200);
  now += 40_000;
  assert.equal((await ask(plane.apiKeys.bob)).headers.get("x-ratelimit-remaining"), "0");
  assert.equal((await ask(plane.apiKeys.bob)).status, 429);
});

Deno.test("creates that race past the check are all stored, and then the lookup fails", async () => {
  await using scene = await stage();
  const { plane, items } = scene;
  plane.faults.race(4);
  const pair = { external_id: "1", external_source: "odoo" };
  const key = plane.apiKeys.service;
  const create = (name: string) => request(plane, key, "POST", items, { name, ...pair });
  const statuses = (await Promise.all(["a", "b", "c", "d"].map(create))).map(({ status }) => status);
  assert.deepEqual(statuses, [201, 201, 201, 201]);
  assert.equal((await request(plane, key, "GET", `${items}?external_id=1&external_source=odoo`)).status, 500);
  assert.equal((await create("e")).status, 409);
});

Deno.test("an archived item is 404 to GET and 200 to an empty PATCH; a deleted one is 404 to both", async () => {
  await using scene = await stage();
  const { plane, items } = scene;
  const states = await request(plane, plane.apiKeys.service, "GET", `/projects/${scene.project}/states/`);
  const done = states.body.results.find((state: { group: string }) => state.group === "completed").id;
  const item = await plane.api("POST", items, { name: "x", state: done });
  plane.web.archive(String(item.id));
  const ask = async (method: string, body?: unknown) =>
    (await request(plane, plane.apiKeys.service, method, `${items}${item.id}/`, body)).status;
  assert.deepEqual([await ask("GET"), await ask("PATCH", {})], [404, 200]);
  await ask("DELETE");
  assert.deepEqual([await ask("GET"), await ask("PATCH", {})], [404, 404]);
});

Deno.test("faults replace answers, hide them, or swallow them after the effect", async () => {
  await using scene = await stage();
  const { plane, items } = scene;
  plane.faults.next({ kind: "status", status: 502, body: "<html>" });
  const answer = await fetch(`${plane.url}/api/v1/users/me/`);
  assert.deepEqual([answer.status, await answer.text()], [502, "<html>"]);
  const count = async () => (await request(plane, plane.apiKeys.service, "GET", items)).body.total_results;
  for (const kind of ["silence", "silence_after_effect"] as const) {
    plane.faults.next({ kind });
    const seen = plane.requests.length;
    const controller = new AbortController();
    const lost = fetch(`${plane.url}/api/v1/workspaces/acme${items}`, {
      method: "POST",
      headers: { "X-Api-Key": plane.apiKeys.service, "Content-Type": "application/json" },
      body: JSON.stringify({ name: kind }),
      signal: controller.signal,
    });
    await eventually("the request arrives", () => plane.requests.length > seen);
    controller.abort();
    await assert.rejects(lost);
  }
  await eventually("the second create took effect", async () => await count() === 1);
  const stored = await request(plane, plane.apiKeys.service, "GET", `${items}?fields=name`);
  assert.deepEqual(stored.body.results, [{ name: "silence_after_effect" }]);
});
