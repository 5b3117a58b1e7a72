/** What a real Plane sent, and what of it the rest of the house gets to see. */
import assert from "node:assert/strict";
import type { Delivery } from "../../../shared/delivery.ts";
import { normalisePlane } from "../../../shared/webhook/normalise_plane.ts";
import { type CapturedPost, capturedPost, capturedPosts } from "../../support/captured_posts.ts";

function normalised(post: CapturedPost): Delivery {
  return normalisePlane(JSON.parse(post.text), post.bytes, post.deliveryId, "once");
}

function v1(body: object): Delivery {
  const text = JSON.stringify(body);
  return normalisePlane(JSON.parse(text), new TextEncoder().encode(text), null, "once");
}

const OPERATION: Readonly<Record<string, string>> = {
  created: "create",
  updated: "update",
  deleted: "delete",
};

Deno.test("every captured webhook names its record, its project and what happened", () => {
  const kinds = new Map<string, number>();
  for (const post of capturedPosts()) {
    const { event, action, data } = JSON.parse(post.text);
    const delivery = normalised(post);
    assert.equal(delivery.source, "plane");
    assert.equal(delivery.envelope, "plane_v1");
    assert.deepEqual(delivery.entity, { type: event, id: data.id }, `seq ${post.seq}`);
    assert.equal(delivery.operation, OPERATION[action]);
    assert.equal(delivery.eventType, `${event}.${action}`);
    assert.equal(delivery.deliveryId, post.deliveryId);
    assert.equal(delivery.planeProjectId, data.project ?? null);
    kinds.set(delivery.eventType, (kinds.get(delivery.eventType) ?? 0) + 1);
  }
  assert.deepEqual([...kinds.keys()].sort(), [
    "cycle.created",
    "cycle.updated",
    "issue.created",
    "issue.updated",
    "issue_comment.created",
    "issue_comment.updated",
    "module.created",
    "module.updated",
    "project.created",
    "project.deleted",
    "project.updated",
  ]);
});

Deno.test("everything is queued, projects first, then work items, then what needs those", () => {
  for (const post of capturedPosts()) {
    const { queue, priority, entity } = normalised(post);
    assert.equal(queue, true, `seq ${post.seq}`);
    const order: Record<string, number> = { project: 6, issue: 5, cycle: 4, module: 4, issue_comment: 4 };
    assert.equal(priority, order[entity?.type ?? ""], `seq ${post.seq}`);
  }
});

Deno.test("a change carries the whole record as it was at its stamp; a delete carries none", () => {
  for (const post of capturedPosts()) {
    const { observation, operation, readFirst } = normalised(post);
    const { updated_at } = JSON.parse(post.text).data;
    assert.equal(observation?.at, operation === "delete" ? undefined : updated_at, `seq ${post.seq}`);
    assert.equal(readFirst, false);
  }
});

Deno.test("a retry is the delivery it repeats, though Plane draws a new delivery id", () => {
  const retries = [[91, 93], [92, 117], [118, 119, 120, 121, 122, 123]];
  for (const seqs of retries) {
    const deliveries = capturedPost(...seqs).map(normalised);
    assert.equal(new Set(deliveries.map(({ dedupKey }) => dedupKey)).size, 1, String(seqs));
    assert.equal(new Set(deliveries.map(({ deliveryId }) => deliveryId)).size, seqs.length);
  }
});

Deno.test("deliveries that are no retries are all different", () => {
  const retries = new Set([93, 117, 119, 120, 121, 122, 123]);
  const keys = capturedPosts().filter(({ seq }) => !retries.has(seq)).map((post) =>
    normalised(post).dedupKey
  );
  assert.equal(new Set(keys).size, 152 - retries.size);
});

Deno.test("two webhooks of one workspace announce one change as two deliveries", () => {
  const [one, two] = capturedPost(142, 143).map(normalised);
  assert.notEqual(one?.dedupKey, two?.dedupKey);
  assert.deepEqual(one?.observation, two?.observation);
});

Deno.test("a PATCH of nine fields is nine deliveries of one and the same observation", () => {
  const seqs = [28, 29, 30, 31, 32, 33, 34, 35, 36];
  const deliveries = capturedPost(...seqs).map(normalised);
  assert.equal(new Set(deliveries.map(({ dedupKey }) => dedupKey)).size, 9);
  assert.equal(new Set(deliveries.map(({ observation }) => JSON.stringify(observation))).size, 1);
  assert.equal(new Set(deliveries.map(({ entity }) => entity?.id)).size, 1);
  assert.equal(new Set(deliveries.map(({ operation }) => operation)).size, 1);
});

Deno.test("one differing value at an equal stamp is another observation", () => {
  const body = { event: "issue", action: "updated" };
  const data = {
    id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb",
    updated_at: "2026-11-21T02:36:37.5Z",
    name: "a",
  };
  const first = v1({ ...body, data }).observation;
  const second = v1({ ...body, data: { ...data, name: "b" } }).observation;
  assert.equal(first?.at, second?.at);
  assert.notEqual(first?.hash, second?.hash);
});

Deno.test("the manual's spelling of the action is understood like the server's", () => {
  const [project] = capturedPost(1);
  assert.ok(project !== undefined);
  const body = JSON.parse(project.text);
  for (const [spelled, operation] of [["create", "create"], ["update", "update"], ["delete", "delete"]]) {
    const delivery = v1({ ...body, action: spelled });
    assert.equal(delivery.operation, operation);
    assert.equal(delivery.eventType, `project.${operation}d`);
    assert.equal(delivery.queue, true);
  }
});

Deno.test("a record without a stamp we can read must be read before anything is written", () => {
  const data = { id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb", name: "x" };
  const stamps = [undefined, null, "None", 5, "yesterday", "2026-02-31T00:00:00Z", "2026-11-21", [], {}];
  for (const updated_at of stamps) {
    const delivery = v1({ event: "issue", action: "updated", data: { ...data, updated_at } });
    assert.equal(delivery.observation, null);
    assert.equal(delivery.readFirst, true);
    assert.equal(delivery.queue, true);
  }
});

Deno.test("a record outside `data` is a hint, because nothing but `data` is ever read as a record", () => {
  const delivery = v1({
    event: "issue",
    action: "updated",
    id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb",
    updated_at: "2026-11-21T02:36:37Z",
  });
  assert.equal(delivery.entity?.id, "82bf3b73-f607-4d0b-9950-ccae760eb5cb");
  assert.equal(delivery.observation, null);
  assert.equal(delivery.readFirst, true);
});

Deno.test("a delete is never taken for an update", () => {
  const delivery = v1({
    event: "issue",
    action: "deleted",
    data: { id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb" },
  });
  assert.equal(delivery.operation, "delete");
  assert.equal(delivery.queue, true);
  assert.equal(delivery.observation, null);
});
