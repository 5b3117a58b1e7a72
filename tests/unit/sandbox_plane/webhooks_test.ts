import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import {
  type SandboxPlaneOptions,
  startSandboxPlane,
  type WebhookRequest,
} from "../../../dev/sandbox/plane/server.ts";
import { manualScheduler } from "../../../dev/sandbox/plane/scheduler.ts";
import { startWebhookReceiver } from "../../support/webhook_receiver.ts";

/** A sandbox with one project, a receiver, and a clock that is turned by hand. */
async function stage(webhook: Partial<WebhookRequest> = {}, options: SandboxPlaneOptions = {}) {
  const scheduler = manualScheduler();
  const receiver = startWebhookReceiver();
  const plane = await startSandboxPlane({ scheduler, ...options });
  const project = String((await plane.api("POST", "/projects/", { name: "Hooks", identifier: "HOOK" })).id);
  const flush = async (milliseconds = 0) => {
    scheduler.advance(milliseconds);
    await plane.idle();
  };
  await flush(options.webhookDelayMs);
  const registered = plane.webhooks.add({ url: `${receiver.url}/hook`, ...webhook });
  const items = `/projects/${project}/work-items/`;
  return {
    plane,
    receiver,
    registered,
    scheduler,
    flush,
    items,
    create: async (body: Record<string, unknown> = {}) =>
      String((await plane.api("POST", items, { name: "item", ...body })).id),
    patch: (id: string, body: unknown) => plane.api("PATCH", `${items}${id}/`, body),
    bodies: () => receiver.received.map(({ body }) => JSON.parse(body)),
    async [Symbol.asyncDispose]() {
      await plane.close();
      await receiver.close();
    },
  };
}

Deno.test("every changed field is a webhook of its own with the same record", async () => {
  await using scene = await stage();
  const id = await scene.create();
  await scene.patch(id, { name: "two", priority: "high", sort_order: 7, unknown: 1 });
  await scene.flush();
  const [created, ...updates] = scene.bodies();
  assert.deepEqual([created.event, created.action, created.activity.field], ["issue", "created", null]);
  assert.deepEqual(updates.map((body) => [body.action, body.activity.field, body.activity.new_value]), [
    ["updated", "name", "two"],
    ["updated", "priority", "high"],
    ["updated", "sort_order", 7],
  ]);
  for (const body of updates) assert.deepEqual(body.data, updates[0].data);
});

Deno.test("the signature covers the very bytes, and each webhook signs with its own secret", async () => {
  await using scene = await stage();
  const second = scene.plane.webhooks.add({ url: `${scene.receiver.url}/second`, events: ["issue"] });
  await scene.create({ name: "Prüfung 🚀" });
  await scene.flush();
  const [first, other] = scene.receiver.received;
  const sign = (secret: string, body = "") => createHmac("sha256", secret).update(body).digest("hex");
  assert.equal(first?.headers.get("x-plane-signature"), sign(scene.registered.secret, first?.body));
  assert.equal(other?.headers.get("x-plane-signature"), sign(second.secret, other?.body));
  assert.notEqual(first?.headers.get("x-plane-delivery"), other?.headers.get("x-plane-delivery"));
  assert.match(first?.body ?? "", /"name": "Pr\\u00fcfung \\ud83d\\ude80".*"sort_order": 65535\.0/);
  assert.match(scene.registered.secret, /^plane_wh_[0-9a-f]{32}$/);
});

Deno.test("the record in a webhook is the one of the moment it is sent", async () => {
  await using scene = await stage({}, { webhookDelayMs: 40 });
  const id = await scene.create();
  await scene.patch(id, { name: "later" });
  await scene.flush(40);
  assert.deepEqual(scene.bodies().map((body) => body.data.name), ["later", "later"]);
});

Deno.test("what is created and deleted at once is never announced", async () => {
  await using scene = await stage({}, { webhookDelayMs: 40 });
  const id = await scene.create();
  await scene.plane.api("DELETE", `${scene.items}${id}/`);
  await scene.flush(40);
  assert.deepEqual(scene.bodies(), []);
});

Deno.test("deletes, cycle membership and equal values send nothing; only a project's delete does", async () => {
  await using scene = await stage();
  const id = await scene.create({ priority: "low" });
  const comment = await scene.plane.api("POST", `${scene.items}${id}/comments/`, {
    comment_html: "<p>c</p>",
  });
  await scene.flush();
  scene.receiver.received.length = 0;
  await scene.patch(id, { priority: "low" });
  await scene.patch(id, {});
  await scene.plane.api("DELETE", `${scene.items}${id}/comments/${comment.id}/`);
  await scene.plane.api("DELETE", `${scene.items}${id}/`);
  await scene.flush();
  assert.deepEqual(scene.bodies(), []);
  const project = scene.items.split("/")[2];
  await scene.plane.api("DELETE", `/projects/${project}/`);
  await scene.flush();
  assert.deepEqual(scene.bodies().map(({ event, action, data }) => ({ event, action, data })), [
    { event: "project", action: "deleted", data: { id: project } },
  ]);
});

Deno.test("any answer counts as delivered", async () => {
  await using scene = await stage();
  scene.receiver.reactions.push(500, 404, 410, 429);
  const id = await scene.create();
  for (const name of ["a", "b", "c"]) await scene.patch(id, { name });
  await scene.flush();
  await scene.flush(10 * 600_000);
  assert.deepEqual(scene.plane.deliveries.map(({ attempt, answered }) => [attempt, answered]).slice(-4), [
    [1, 500],
    [1, 404],
    [1, 410],
    [1, 429],
  ]);
  assert.equal(scene.registered.isActive, true);
});

Deno.test("a broken connection is tried again with the same body and a new delivery id", async () => {
  await using scene = await stage();
  scene.receiver.reactions.push("reset");
  await scene.create();
  await scene.flush();
  const waiting = scene.scheduler.waiting();
  assert.equal(waiting.length, 1);
  assert.ok((waiting[0] ?? -1) >= 0 && (waiting[0] ?? Infinity) < 600_000);
  await scene.flush(600_000);
  const [first, second] = scene.receiver.received;
  assert.equal(first?.body, second?.body);
  assert.equal(first?.headers.get("x-plane-signature"), second?.headers.get("x-plane-signature"));
  assert.notEqual(first?.headers.get("x-plane-delivery"), second?.headers.get("x-plane-delivery"));
});

Deno.test("the sixth failure of one event switches the webhook off, and nothing is kept meanwhile", async () => {
  await using scene = await stage({}, { webhookTimeoutMs: 1_000 });
  scene.receiver.reactions.push("reset", "reset", "silence", "reset", "reset", "reset");
  const id = await scene.create();
  await scene.flush();
  for (let attempt = 2; attempt <= 6; attempt += 1) {
    assert.equal(scene.registered.isActive, true, `before attempt ${attempt}`);
    await scene.flush(600_000);
  }
  assert.equal(scene.registered.isActive, false);
  assert.deepEqual(scene.plane.deliveries.map(({ answered }) => answered), [
    "broken",
    "broken",
    "timeout",
    "broken",
    "broken",
    "broken",
  ]);
  await scene.patch(id, { name: "unheard" });
  await scene.flush(600_000);
  assert.equal(scene.receiver.received.length, 6);
  scene.registered.isActive = true;
  await scene.patch(id, { name: "heard" });
  await scene.flush();
  assert.deepEqual(scene.bodies().slice(6).map((body) => body.activity.old_value), ["unheard"]);
});

Deno.test("v2 tells one event per change, keeps its event id over retries, and also tells of deletes", async () => {
  await using scene = await stage({ version: "v2", events: ["issue"] });
  scene.receiver.reactions.push(503);
  const id = await scene.create();
  await scene.flush();
  await scene.flush(600_000);
  const [failed, repeated] = scene.bodies();
  assert.equal(failed.event_id, repeated.event_id);
  assert.notEqual(failed.delivery_id, repeated.delivery_id);
  assert.equal(scene.receiver.received[1]?.headers.get("x-plane-delivery"), repeated.delivery_id);
  await scene.patch(id, { name: "two", priority: "high" });
  await scene.plane.api("DELETE", `${scene.items}${id}/`);
  await scene.flush();
  const [, , deleted] = scene.bodies();
  assert.equal(scene.receiver.received[2]?.headers.get("x-plane-event"), "workitem.deleted");
  assert.deepEqual([deleted.entity_id, deleted.data, deleted.previous_attributes.name], [id, {}, "two"]);
});

Deno.test("v2 shows flat ids, the old values, and the text None for null", async () => {
  await using scene = await stage({ version: "v2", events: ["issue"] });
  const id = await scene.create({ assignees: [scene.plane.users.alice.id] });
  await scene.flush();
  await scene.patch(id, { name: "two", target_date: "2026-12-31" });
  await scene.flush();
  const body = scene.bodies().at(-1);
  assert.deepEqual([body.version, body.event, body.entity_type, body.entity_id], [
    "v2",
    "workitem.updated",
    "issue",
    id,
  ]);
  assert.deepEqual(body.data.assignee_ids, [scene.plane.users.alice.id]);
  assert.deepEqual([body.data.parent_id, body.data.start_date], ["None", "None"]);
  assert.match(body.data.state_id, /^[0-9a-f-]{36}$/);
  assert.equal("description_html" in body.data, false);
  assert.deepEqual(body.previous_attributes, { name: "item", target_date: "None" });
});

Deno.test("the legacy form has a dotted event and the record, nothing else", async () => {
  await using scene = await stage({ version: "legacy" });
  const id = await scene.create();
  await scene.patch(id, { name: "two", priority: "high" });
  await scene.flush();
  assert.deepEqual(scene.bodies().map((body) => [Object.keys(body), body.event, body.data.name]), [
    [["event", "data"], "issue.created", "two"],
    [["event", "data"], "issue.updated", "two"],
  ]);
});

Deno.test("the web app names fields in its own way", async () => {
  await using scene = await stage({ events: ["issue"] });
  const { plane } = scene;
  const id = await scene.create();
  plane.web.updateWorkItem(plane.users.alice, id, { assignee_ids: [plane.users.alice.id], name: "web" });
  await scene.flush();
  assert.deepEqual(scene.bodies().slice(1).map((body) => body.activity.field), ["assignee_ids", "name"]);
});

Deno.test("same random numbers, same ids and same bytes", async () => {
  const run = async () => {
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    await using scene = await stage({ url: "http://127.0.0.1:1/" }, { random, now: () => 1_800_000_000_000 });
    await scene.create();
    await scene.flush();
    return scene.plane.deliveries.map(({ body, deliveryId }) => [body, deliveryId]);
  };
  const first = await run();
  assert.equal(first.length, 1);
  assert.deepEqual(await run(), first);
});
