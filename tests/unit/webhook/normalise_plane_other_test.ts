/** The form older tools forward, and what nobody announced: unknown names and bodies that mean harm. */
import assert from "node:assert/strict";
import type { Delivery } from "../../../shared/delivery.ts";
import { normalisePlane } from "../../../shared/webhook/normalise_plane.ts";

const ISSUE = "82bf3b73-f607-4d0b-9950-ccae760eb5cb";
const PROJECT = "e26b06b2-6d78-487e-a3b4-bddd7534716f";
const record = { id: ISSUE, name: "A work item", project: PROJECT, updated_at: "2026-11-21T02:36:37Z" };

function normalised(body: object | string, deliveryId: string | null = null): Delivery {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return normalisePlane(JSON.parse(text), new TextEncoder().encode(text), deliveryId, crypto.randomUUID());
}

Deno.test("the form of older tools is understood, with `data` or without, with `event` or `type`, `id` or `issue_id`", () => {
  const { id: _, ...nameless } = record;
  const forms = [
    { event: "issue.updated", data: record },
    { type: "issue.updated", data: record },
    { event: "issue.updated", ...record },
    { type: "issue.updated", issue_id: ISSUE, project_id: PROJECT },
    { type: "issue.updated", data: { ...nameless, issue_id: ISSUE } },
  ];
  for (const form of forms) {
    const delivery = normalised(form);
    assert.equal(delivery.envelope, "plane_legacy", JSON.stringify(form));
    assert.deepEqual(delivery.entity, { type: "issue", id: ISSUE });
    assert.equal(delivery.planeProjectId, PROJECT);
    assert.equal(delivery.eventType, "issue.updated");
    assert.equal(delivery.queue, true);
  }
});

Deno.test("it is only a hint, because nobody knows what the tool in between did to the record", () => {
  const delivery = normalised({ event: "issue.updated", data: record });
  assert.equal(delivery.observation, null);
  assert.equal(delivery.readFirst, true);
});

Deno.test("its verbs are told apart, and a delete stays a delete", () => {
  const verbs: [string, Delivery["operation"]][] = [
    ["created", "create"],
    ["updated", "update"],
    [
      "deleted",
      "delete",
    ],
    ["archived", "archive"],
    ["unarchived", "update"],
  ];
  for (const [verb, operation] of verbs) {
    const delivery = normalised({ event: `project.${verb}`, data: { id: PROJECT } });
    assert.equal(delivery.operation, operation);
    assert.equal(delivery.entity?.type, "project");
  }
});

Deno.test("an upper-case id is the same record", () => {
  const upper = normalised({
    event: "issue",
    action: "updated",
    data: { ...record, id: ISSUE.toUpperCase() },
  });
  assert.equal(upper.entity?.id, ISSUE);
});

Deno.test("an event we do not know is stored under its own name and makes no work", () => {
  const bodies: [object, string][] = [
    [{ event: "issue", action: "moved", data: record }, "issue"],
    [{ event: "issue", data: record }, "issue"],
    [{ event: "intake_issue", action: "created", data: record }, "intake_issue"],
    [{ event: "issue.updated.again", data: record }, "issue.updated.again"],
    [{ event: "Issue.updated", data: record }, "Issue.updated"],
    [{ event: "", data: record }, "unknown"],
    [{ event: 5, data: record }, "unknown"],
    [{ event: ["issue"], action: "updated", data: record }, "unknown"],
    [{ type: "customer.created", data: record }, "customer.created"],
    [{}, "unknown"],
  ];
  for (const [body, eventType] of bodies) {
    const delivery = normalised(body);
    assert.equal(delivery.envelope, "unknown", JSON.stringify(body));
    assert.equal(delivery.entity, null);
    assert.equal(delivery.queue, false);
    assert.equal(delivery.eventType, eventType);
  }
});

Deno.test("an event without an id we understand makes no work", () => {
  const ids = [undefined, null, 5, "", "None", "ACM-1", `${ISSUE}\u0000`, `${ISSUE} `, [ISSUE], {
    id: ISSUE,
  }];
  for (const id of ids) {
    const delivery = normalised({ event: "issue", action: "updated", data: { ...record, id } });
    assert.equal(delivery.entity, null, String(id));
    assert.equal(delivery.queue, false);
  }
});

Deno.test("names of things every object has are not names of events", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  for (const name of names) {
    for (const body of [`{"event":"${name}","action":"updated"}`, `{"event":"issue","action":"${name}"}`]) {
      const delivery = normalised(`${body.slice(0, -1)},"data":{"id":"${ISSUE}"}}`);
      assert.equal(delivery.envelope, "unknown", body);
      assert.equal(delivery.queue, false);
    }
    assert.equal(normalised({ event: `${name}.updated`, data: record }).envelope, "unknown");
    assert.equal(normalised({ event: `issue.${name}`, data: record }).envelope, "unknown");
  }
});

Deno.test("a key named __proto__ lends its contents to nobody", () => {
  const delivery = normalised(`{"event":"issue","action":"updated","__proto__":{"data":{"id":"${ISSUE}"}}}`);
  assert.equal(delivery.entity, null);
});

Deno.test("a name goes into the ledger as printable ASCII of at most 80 characters", () => {
  const delivery = normalised({ event: `e\u0000\ud800\n\u202e${"x".repeat(500)}` });
  assert.match(delivery.eventType, /^[\x20-\x7e]{80}$/);
  assert.ok(delivery.eventType.startsWith("e????x"));
});

Deno.test("only a UUID is a delivery id", () => {
  const body = { event: "issue", action: "updated", data: record };
  assert.equal(normalised(body, ISSUE).deliveryId, ISSUE);
  for (const id of [null, "", "1", "odoo:1", `${ISSUE}x`, "x".repeat(5000)]) {
    assert.equal(normalised(body, id).deliveryId, null);
  }
});

Deno.test("a record nested as deeply as a body allows does no harm", () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const delivery = normalised(
    `{"event":"issue","action":"updated","data":{"id":"${ISSUE}","updated_at":"2026-11-21T02:36:37Z","x":${deep}}}`,
  );
  assert.deepEqual(delivery.entity, { type: "issue", id: ISSUE });
  assert.equal(delivery.queue, true);
});

Deno.test("a record the engine cannot write for its depth is only a hint", () => {
  const toJSON = () => {
    throw new RangeError("Maximum call stack size exceeded");
  };
  const body = { event: "issue", action: "updated", data: { ...record, toJSON } };
  const delivery = normalisePlane(body, new Uint8Array(), null, "once");
  assert.deepEqual(delivery.entity, { type: "issue", id: ISSUE });
  assert.equal(delivery.observation, null);
  assert.equal(delivery.readFirst, true);
});

Deno.test("two equal forwarded bodies without a stamp are two deliveries, with a stamp they are one", () => {
  const key = (data: object) => {
    const text = JSON.stringify({ event: "issue.updated", data: { id: ISSUE, ...data } });
    return normalisePlane(JSON.parse(text), new TextEncoder().encode(text), null, crypto.randomUUID())
      .dedupKey;
  };
  assert.notEqual(key({}), key({}));
  const stamped = { updated_at: "2026-11-21T02:37:19.706780Z" };
  assert.equal(key(stamped), key(stamped));
});
