import assert from "node:assert/strict";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import type { OdooRecord } from "../../../shared/odoo/client.ts";
import { checkPair } from "../../../shared/sync/pairs/check_pair.ts";
import { configOf } from "../../../shared/sync/pairs/configuration.ts";
import { documentLenses, stateFor } from "../../../shared/sync/documents/document_lenses.ts";
import { DOCUMENT_SHAPES } from "../../../shared/sync/documents/document_words.ts";
import { kindOf } from "../../../shared/sync/kinds.ts";
import { type LensContext, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import type { JsonObject } from "../../../shared/json.ts";

const shapeOf = (model: string) =>
  DOCUMENT_SHAPES.find((shape) => shape.model === model) ?? assert.fail(`no ${model}`);
const config = (model: string, options: JsonObject = {}) =>
  configOf({
    plane_type: "issue",
    odoo_model: model,
    enabled: true,
    direction: "odoo_to_plane",
    field_mappings: { name: "name", description: "display_name", state: "state" },
    conflict_resolution: "latest_wins",
    options: { plane_project: "e26b06b2-6d78-487e-a3b4-bddd7534716f", ...options },
  });
const context: LensContext = {
  odooField: "name",
  capabilities: {} as OdooCapabilities,
  references: {
    ...NO_REFERENCES,
    addresses: {
      odooRecord: "https://odoo.example/odoo/sale.order/12",
      planeWorkspace: null,
      identifier: null,
    },
  },
  planeBase: undefined,
  odooBase: undefined,
  placeholders: {},
  mayGo: { plane: true, odoo: false },
  today: "2026-11-21",
};
const lens = (model: string, field: string, options: JsonObject = {}) =>
  documentLenses(config(model, options), shapeOf(model)).find((candidate) => candidate.field === field) ??
    assert.fail(`no lens ${field}`);
const wanted = (model: string, record: Omit<OdooRecord, "id">, options: JsonObject = {}) =>
  lens(model, "state", options).odooValue({ id: 1, ...record }, context);

Deno.test("every state of an order and an invoice has its group", () => {
  const orders = ["draft", "sent", "sale", "cancel"].map((state) => wanted("sale.order", { state }));
  assert.deepEqual(orders, ["unstarted", "unstarted", "started", "cancelled"]);
  const invoices = [
    ["draft", "not_paid"],
    ["posted", "not_paid"],
    ["posted", "partial"],
    ["posted", "in_payment"],
    ["posted", "paid"],
    ["posted", "blocked"],
    ["posted", "reversed"],
    ["cancel", "not_paid"],
    ["cancel", "paid"],
  ].map(([state, payment_state]) => wanted("account.move", { state, payment_state }));
  assert.deepEqual(invoices, [
    "unstarted",
    "started",
    "started",
    "completed",
    "completed",
    "started",
    "cancelled",
    "cancelled",
    "cancelled",
  ]);
});

Deno.test("a state map replaces what it names and leaves the rest", () => {
  const options = { state_map: { sale: "Being delivered" } };
  assert.equal(wanted("sale.order", { state: "sale" }, options), "being delivered");
  assert.equal(wanted("sale.order", { state: "draft" }, options), "unstarted");
});

Deno.test("a name comes before a group, and the state that is there before its neighbours", () => {
  const states = [
    { id: "a", name: "Started", group: "backlog" as const },
    { id: "b", name: "Doing", group: "started" as const },
    { id: "c", name: "Waiting", group: "started" as const },
  ];
  assert.equal(stateFor("started", "b", states), "a");
  assert.equal(stateFor("started", "c", states.slice(1)), "c");
  assert.equal(stateFor("started", undefined, states.slice(1)), "b");
  assert.equal(stateFor("completed", "b", states), null);
});

Deno.test("the address is in what Plane gets and not in what the document is compared by", () => {
  const record = {
    id: 12,
    name: "S00012",
    partner_id: [3, "Azure"],
    state: "draft",
    date_order: "2026-11-21 09:00:00",
  };
  const { odooValue, toPlane } = lens("sale.order", "description");
  assert.doesNotMatch(String(odooValue(record, context)), /odoo\.example/);
  assert.match(
    String(toPlane?.(record, null, context)?.value),
    /href="https:\/\/odoo\.example\/odoo\/sale\.order\/12"/,
  );
});

Deno.test("amounts are only read where a template names them and they are switched on", () => {
  const title_template = "{name} {amount_total}";
  const reads = (options: JsonObject) => lens("sale.order", "name", options).alsoReads ?? [];
  assert.ok(!reads({ title_template }).includes("amount_total"));
  assert.ok(reads({ title_template, amounts: true }).includes("amount_total"));
});

Deno.test("a long title is cut where Plane's limit is", () => {
  const record = { id: 12, name: "S".repeat(300), partner_id: false, state: "draft" };
  assert.equal([...String(lens("sale.order", "name").toPlane?.(record, null, context)?.value)].length, 255);
});

Deno.test("what cannot be used is named with what to do", () => {
  const problems = (options: JsonObject) =>
    checkPair(config("sale.order", options), kindOf("issue", "sale.order")).map((
      { field, problem, effect },
    ) => [
      field,
      problem,
      effect,
    ]);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ plane_project: null }), [["plane_project", "option_missing", "pair_paused"]]);
  assert.deepEqual(problems({ title_template: "{name} {amount_total}" }), [[
    "title_template",
    "template_not_valid",
    "option_ignored",
  ]]);
  assert.deepEqual(problems({ body_template: "<p>{margin}</p>", amounts: true }), [[
    "body_template",
    "template_not_valid",
    "option_ignored",
  ]]);
  assert.deepEqual(problems({ state_map: { locked: "done" } }), [[
    "state_map",
    "value_not_in_odoo",
    "option_ignored",
  ]]);
  assert.deepEqual(problems({ amounts: "yes" }), [["amounts", "option_not_valid", "option_ignored"]]);
});
