import assert from "node:assert/strict";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import type { Delivery } from "../../../shared/delivery.ts";
import { normaliseOdoo, TIMESTAMP_WINDOW_MS } from "../../../shared/webhook/normalise_odoo.ts";

const NOW = Date.UTC(2026, 10, 21, 2, 36, 37);
let counter = 0;

function normalised(body: Record<string, unknown>): Delivery {
  return normaliseOdoo(body, `once-${counter++}`, NOW);
}

function isRefused(timestamp: unknown): boolean {
  try {
    normaliseOdoo({ timestamp, data: { id: 5 } }, "once", NOW);
    return false;
  } catch (thrown) {
    assert.ok(thrown instanceof SuiteError && thrown.code === "signature_expired", String(thrown));
    return true;
  }
}

Deno.test("a delivery names its model, its record and what happened", () => {
  const actions: [string, Delivery["operation"]][] = [
    ["create", "create"],
    ["write", "update"],
    ["update", "update"],
    ["unlink", "delete"],
    ["delete", "delete"],
    ["archive", "archive"],
  ];
  for (const [action, operation] of actions) {
    const delivery = normalised({ model: "project.project", action, data: { id: 5, name: "x" } });
    assert.deepEqual(delivery.entity, { type: "project.project", id: "5" });
    assert.equal(delivery.operation, operation);
    assert.equal(delivery.eventType, `project.project.${action}`);
    assert.equal(delivery.queue, true);
  }
});

Deno.test("model and action have the promised defaults, and `method` is another name for the action", () => {
  const delivery = normalised({ data: { id: 5 } });
  assert.deepEqual(delivery.entity, { type: "project.task", id: "5" });
  assert.equal(delivery.eventType, "project.task.write");
  assert.equal(delivery.operation, "update");
  assert.equal(normalised({ method: "unlink", data: { id: 5 } }).operation, "delete");
  assert.equal(normalised({ method: "unlink", action: "create", data: { id: 5 } }).operation, "create");
});

Deno.test("the stock webhook's form is understood, whatever fields of the record it carries", () => {
  const stock = { _model: "project.task", _id: 7, _action: "Tell the sync(#12)", id: 7, name: "A task" };
  assert.deepEqual(normalised(stock).entity, { type: "project.task", id: "7" });
  assert.equal(normalised(stock).operation, "update");
  const own = normalised({ ...stock, model: "x.own", action: "unlink", data: { id: 99 } });
  assert.deepEqual(own.entity, { type: "project.task", id: "7" }, "fields named like ours are only fields");
  assert.equal(own.operation, "update");
});

Deno.test("whatever it carries is only a hint", () => {
  const delivery = normalised({ data: { id: 5, name: "x", write_date: "2026-11-21 02:36:37" } });
  assert.equal(delivery.observation, null);
  assert.equal(delivery.readFirst, true);
  assert.equal(delivery.planeProjectId, null);
});

Deno.test("the record's id may stand in the data or beside it, as number or text", () => {
  const bodies = [{ data: { id: 5 } }, { data: { id: "5" } }, { id: 5 }, { res_id: "5" }, {
    data: [],
    id: 5,
  }];
  for (const body of bodies) assert.equal(normalised(body).entity?.id, "5", JSON.stringify(body));
});

Deno.test("what is no record's id makes no work and is stored all the same", () => {
  const ids = [
    undefined,
    null,
    0,
    -1,
    1.5,
    2 ** 53,
    Infinity,
    NaN,
    "",
    "0",
    "05",
    "5 ",
    "5\u0000",
    "None",
    [5],
    {},
    true,
  ];
  for (const id of ids) {
    const delivery = normalised({ data: { id } });
    assert.equal(delivery.entity, null, String(id));
    assert.equal(delivery.queue, false);
  }
});

Deno.test("a model that is no model's name makes no work", () => {
  const models = ["", "Project.Task", "project task", "project.task\n", "../etc", "x".repeat(65), 5, [], {}];
  for (const model of models) {
    assert.equal(normalised({ model, data: { id: 5 } }).entity, null, String(model));
  }
});

Deno.test("an action we do not know, or one that every object has, is an update", () => {
  for (const action of ["message_post", "constructor", "__proto__", "toString", 5, [], {}, null]) {
    const delivery = normalised({ action, data: { id: 5 } });
    assert.equal(delivery.operation, "update", String(action));
    assert.equal(delivery.queue, true);
    assert.match(delivery.eventType, /^[\x20-\x7e]+$/);
  }
});

Deno.test("the same delivery id is the same delivery; it lives in a space of its own", () => {
  const first = normalised({ delivery_id: "outbox-17", data: { id: 5 } });
  const again = normalised({ delivery_id: "outbox-17", data: { id: 5, name: "later" } });
  assert.equal(first.dedupKey, again.dedupKey);
  assert.equal(first.deliveryId, "odoo:outbox-17");
  assert.notEqual(first.dedupKey, normalised({ delivery_id: "outbox-18", data: { id: 5 } }).dedupKey);
  assert.notEqual(normalised({ delivery_id: "once:7" }).dedupKey, normaliseOdoo({}, "7", NOW).dedupKey);
});

Deno.test("two equal bodies without a delivery id are two deliveries, because both can be real edits", () => {
  const body = { model: "project.task", action: "write", data: { id: 5 } };
  assert.notEqual(normalised(body).dedupKey, normalised(body).dedupKey);
  assert.equal(normalised(body).deliveryId, null);
});

Deno.test("what is no delivery id does not make two deliveries one", () => {
  for (const delivery_id of ["", 17, null, " ", "a b", "a\u0000", "x".repeat(129), "ü", [], {}]) {
    const body = { delivery_id, data: { id: 5 } };
    assert.notEqual(normalised(body).dedupKey, normalised(body).dedupKey, String(delivery_id));
    assert.equal(normalised(body).deliveryId, null);
  }
});

Deno.test("a signed time counts five minutes either way, to the millisecond", () => {
  assert.equal(TIMESTAMP_WINDOW_MS, 5 * 60_000);
  for (const sign of [1, -1]) {
    assert.equal(isRefused((NOW + sign * TIMESTAMP_WINDOW_MS) / 1000), false);
    assert.equal(isRefused((NOW + sign * (TIMESTAMP_WINDOW_MS + 1)) / 1000), true);
    assert.equal(isRefused(new Date(NOW + sign * TIMESTAMP_WINDOW_MS).toISOString()), false);
    assert.equal(isRefused(new Date(NOW + sign * (TIMESTAMP_WINDOW_MS + 1)).toISOString()), true);
  }
  fc.assert(fc.property(fc.integer({ min: -900_000, max: 900_000 }), (offset) => {
    assert.equal(isRefused((NOW + offset) / 1000), Math.abs(offset) > TIMESTAMP_WINDOW_MS);
  }));
});

Deno.test("a time is read with its zone, and without one as UTC, like Odoo's own", () => {
  const now = ["2026-11-21T03:36:37+01:00", "2026-11-21T02:36:37.054910+00:00", "2026-11-21 02:36:37"];
  for (const timestamp of now) assert.equal(isRefused(timestamp), false, timestamp);
  assert.equal(isRefused("2026-11-21T02:36:37+01:00"), true);
});

Deno.test("a time that cannot be read is refused, not passed over", () => {
  const wrong = [
    "",
    "now",
    "None",
    "2026-11-21",
    "21 Nov 2026 02:36:37 GMT",
    "2026-02-31T02:36:37Z",
    NOW,
    1e308,
    true,
    [],
    {},
  ];
  for (const timestamp of wrong) assert.equal(isRefused(timestamp), true, String(timestamp));
  assert.equal(isRefused(undefined), false);
  assert.equal(isRefused(null), false);
});

Deno.test("the call of an earlier add-on names the record by its type", () => {
  const delivery = normalised({
    action: "update",
    entity_type: "bir.filing.deadline",
    entity_id: 12,
    plane_issue_id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb",
    data: { id: 99, name: "1601-C", state: "filed" },
  });
  assert.deepEqual(delivery.entity, { type: "bir.filing.deadline", id: "12" });
  assert.deepEqual([delivery.operation, delivery.queue, delivery.observation], ["update", true, null]);
});

Deno.test("an entity type that is no model names nothing", () => {
  assert.equal(normalised({ entity_type: "No Model", entity_id: 12 }).entity, null);
  assert.equal(normalised({ entity_type: "bir.filing.deadline", data: { id: 5 } }).entity, null);
});
