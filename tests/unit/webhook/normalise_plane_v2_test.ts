/** The envelope of Plane's cloud since 2026: dotted names, flat ids, a stable event id, and its oddities. */
import assert from "node:assert/strict";
import type { Delivery } from "../../../shared/delivery.ts";
import { normalisePlane } from "../../../shared/webhook/normalise_plane.ts";

const ISSUE = "82bf3b73-f607-4d0b-9950-ccae760eb5cb";
const OTHER = "4eb768e3-1c6b-4f0e-8e43-1f1f60a1a2b3";
const PROJECT = "e26b06b2-6d78-487e-a3b4-bddd7534716f";
const EVENT = "0b0ff5b4-5b5c-4a2d-9f3e-0d6c86a8a001";

/** A whole v2 body; nulls are the text "None", as in Plane's own samples. */
function sample(changes: object = {}): Record<string, unknown> {
  return {
    version: "v2",
    delivery_id: crypto.randomUUID(),
    event_id: EVENT,
    entity_id: ISSUE,
    entity_type: "issue",
    event: "workitem.updated",
    webhook_id: "ae8445ab-c0db-4e1e-81da-0acdecb71134",
    workspace_id: "d35275a2-3713-409e-836d-77c50c22f8d1",
    data: {
      id: ISSUE,
      name: "Broken invoice",
      priority: "high",
      state_id: "10000000-0000-4000-8000-000000000002",
      project_id: PROJECT,
      parent_id: "None",
      start_date: "None",
      target_date: "None",
      assignee_ids: [],
      label_ids: [],
      updated_at: "2026-11-21T02:36:37.5Z",
      last_activity_at: "2026-11-21T02:36:37.5Z",
    },
    previous_attributes: { name: "Broken" },
    ...changes,
  };
}

function normalised(changes: object = {}): Delivery {
  const text = JSON.stringify(sample(changes));
  return normalisePlane(JSON.parse(text), new TextEncoder().encode(text), crypto.randomUUID(), "once");
}

Deno.test("a v2 update is a hint about the work item: its flat record is read before anything is written", () => {
  const delivery = normalised();
  assert.equal(delivery.envelope, "plane_v2");
  assert.deepEqual(delivery.entity, { type: "issue", id: ISSUE });
  assert.equal(delivery.planeProjectId, PROJECT);
  assert.equal(delivery.eventType, "issue.updated");
  assert.equal(delivery.operation, "update");
  assert.equal(delivery.queue, true);
  assert.equal(delivery.observation, null);
  assert.equal(delivery.readFirst, true);
});

Deno.test("every v2 event of a kind we know has v1's name in the ledger", () => {
  const names: [string, string, Delivery["operation"], boolean][] = [
    ["workitem.created", "issue.created", "create", true],
    ["workitem.updated", "issue.updated", "update", true],
    ["workitem.archived", "issue.archived", "archive", true],
    ["workitem.deleted", "issue.deleted", "delete", true],
    ["project.created", "project.created", "create", true],
    ["project.updated", "project.updated", "update", true],
    ["project.deleted", "project.deleted", "delete", true],
    ["cycle.updated", "cycle.updated", "update", true],
    ["module.created", "module.created", "create", true],
    ["WebhookScope.ScopeChoices.WORK_ITEM_UPDATED", "issue.updated", "update", true],
    ["WebhookScope.ScopeChoices.WORK_ITEM_DELETED", "issue.deleted", "delete", true],
    ["WebhookScope.ScopeChoices.PROJECT_CREATED", "project.created", "create", true],
  ];
  for (const [event, eventType, operation, queue] of names) {
    const delivery = normalised({ event });
    assert.deepEqual(
      [delivery.envelope, delivery.eventType, delivery.operation, delivery.queue],
      ["plane_v2", eventType, operation, queue],
      event,
    );
  }
});

Deno.test("an event with the enum's name is v2 even when the body does not say so", () => {
  const event = "WebhookScope.ScopeChoices.WORK_ITEM_UPDATED";
  assert.equal(normalised({ event, version: undefined }).envelope, "plane_v2");
  assert.equal(normalised({ event: "workitem.updated", version: undefined }).envelope, "plane_v2");
});

Deno.test("what hangs on a work item is not a change of the work item", () => {
  const names = [
    "workitem.comment.created",
    "workitem.link.deleted",
    "workitem.attachment.created",
    "workitem.relation.updated",
    "workitem.page_link.created",
    "milestone.created",
    "page.comment.created",
    "WebhookScope.ScopeChoices.WORK_ITEM_COMMENT_CREATED",
  ];
  for (const event of names) {
    const delivery = normalised({ event });
    assert.equal(delivery.envelope, "unknown", event);
    assert.equal(delivery.eventType, event);
    assert.equal(delivery.queue, false);
  }
});

Deno.test("retries of one event share its event id, though the delivery id in the body differs", () => {
  assert.equal(normalised().dedupKey, normalised().dedupKey);
  assert.notEqual(normalised().dedupKey, normalised({ event_id: OTHER }).dedupKey);
  assert.notEqual(normalised().dedupKey, normalised({ webhook_id: OTHER }).dedupKey);
});

Deno.test("without a usable event id, only the very same bytes are the same delivery", () => {
  for (const event_id of [undefined, null, "None", 5, "", {}]) {
    assert.notEqual(normalised({ event_id }).dedupKey, normalised({ event_id }).dedupKey);
    const text = JSON.stringify(sample({ event_id }));
    const bytes = new TextEncoder().encode(text);
    const again = () =>
      normalisePlane(JSON.parse(text), bytes, crypto.randomUUID(), crypto.randomUUID()).dedupKey;
    assert.equal(again(), again());
  }
});

Deno.test("an event id never meets a key that a v1 body makes, whatever it says", () => {
  const v1 = normalised({ version: undefined, event: "issue", action: "updated", event_id: EVENT });
  assert.equal(v1.envelope, "plane_v1");
  assert.notEqual(v1.dedupKey, normalised().dedupKey);
});

Deno.test("a delete has an empty record; the id stands outside it, the project in what the record was", () => {
  const gone = {
    event: "workitem.deleted",
    data: {},
    previous_attributes: { id: ISSUE, project_id: PROJECT },
  };
  for (const entity_id of [ISSUE, "None", null, undefined]) {
    const delivery = normalised({ ...gone, entity_id });
    assert.deepEqual(delivery.entity, { type: "issue", id: ISSUE });
    assert.equal(delivery.operation, "delete");
    assert.equal(delivery.planeProjectId, PROJECT);
    assert.equal(delivery.queue, true);
    assert.equal(delivery.readFirst, false);
  }
});

Deno.test("the text None is nobody's id", () => {
  const delivery = normalised({
    entity_id: "None",
    data: { id: "None", project_id: "None" },
    previous_attributes: { id: "None" },
  });
  assert.equal(delivery.entity, null);
  assert.equal(delivery.planeProjectId, null);
  assert.equal(delivery.queue, false);
  const elsewhere = normalised({ entity_id: "None" });
  assert.equal(elsewhere.entity?.id, ISSUE);
});

Deno.test("an update of nothing but the last activity is noise: stored, no work", () => {
  const noise = normalised({ previous_attributes: { last_activity_at: "2026-11-21T02:00:00Z" } });
  assert.equal(noise.queue, false);
  assert.equal(noise.eventType, "issue.updated");
  const real = { last_activity_at: "2026-11-21T02:00:00Z", name: "Broken" };
  assert.equal(normalised({ previous_attributes: real }).queue, true);
  for (const previous_attributes of [undefined, null, {}, [], "last_activity_at"]) {
    assert.equal(normalised({ previous_attributes }).queue, true);
  }
});

Deno.test("only an update can be noise", () => {
  const previous_attributes = { last_activity_at: "2026-11-21T02:00:00Z" };
  for (const event of ["workitem.created", "workitem.archived", "workitem.deleted"]) {
    assert.equal(normalised({ event, previous_attributes }).queue, true, event);
  }
});
