import assert from "node:assert/strict";
import fc from "fast-check";
import type { OdooCapabilities, OdooField, OdooFields } from "../../../shared/odoo/capabilities.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { checkPair } from "../../../shared/sync/pairs/check_pair.ts";
import { chooseLenses } from "../../../shared/sync/pairs/choose_lenses.ts";
import { configOf } from "../../../shared/sync/pairs/configuration.ts";
import { genericLenses } from "../../../shared/sync/generic/generic_lenses.ts";
import { paragraphs, plainText, plainTextLens } from "../../../shared/sync/generic/generic_text.ts";
import { odooValueOf } from "../../../shared/sync/generic/generic_words.ts";
import { kindOf } from "../../../shared/sync/kinds.ts";
import { type LensContext, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import { type IssueForm, issueForm } from "../../../shared/sync/sides/plane_forms.ts";

const MODEL = "bir.filing.deadline";
const field = (type: string, more: Partial<OdooField> = {}): OdooField => ({
  type,
  required: false,
  readonly: false,
  ...more,
});
const FIELDS: OdooFields = {
  name: field("char", { required: true }),
  priority: field("selection", { keys: ["0", "1", "2", "3"] }),
  state: field("selection", { keys: ["pending", "in_progress", "filed", "void"] }),
  responsible_id: field("many2one", { relation: "res.users" }),
  partner_id: field("many2one", { relation: "res.partner" }),
  due: field("date"),
  amount: field("float"),
  total: field("char", { readonly: true }),
  company_id: field("many2one", { relation: "res.company", required: true }),
  custom_field_plane: field("char"),
};
const config = (field_mappings: JsonObject, options: JsonObject = {}) =>
  configOf({
    plane_type: "issue",
    odoo_model: MODEL,
    enabled: true,
    direction: "bidirectional",
    field_mappings,
    conflict_resolution: "latest_wins",
    options: { plane_project: "e26b06b2-6d78-487e-a3b4-bddd7534716f", ...options },
  });
const capabilities = (otherFields: OdooCapabilities["otherFields"]): OdooCapabilities => ({
  version: { major: 19, text: "19.0" },
  taskFields: {},
  projectFields: {},
  priorities: [],
  taskStates: [],
  startDateField: { name: "planned_date_begin", type: "datetime" },
  otherFields: otherFields ?? {},
});
const check = (mappings: JsonObject, options: JsonObject = {}) =>
  checkPair(config(mappings, options), kindOf("issue", MODEL), capabilities({ [MODEL]: FIELDS }));
const lensFor = (name: string) =>
  genericLenses(config({ [name]: name }), FIELDS).find((lens) => lens.field === name) ?? assert.fail(name);
const context = (odooField: string): LensContext => ({
  odooField,
  capabilities: capabilities({}),
  references: NO_REFERENCES,
  planeBase: undefined,
  odooBase: undefined,
  placeholders: {},
  mayGo: { plane: true, odoo: true },
  today: "2026-11-21",
});
const FORM = issueForm({
  id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb",
  name: "1601-C",
  project: "e26b06b2-6d78-487e-a3b4-bddd7534716f",
  updated_at: "2026-11-21T02:00:00Z",
  assignees: [],
  labels: [],
}) ?? assert.fail("no form");
const named = (mappings: JsonObject, options: JsonObject = {}) =>
  check(mappings, options).map(({ field, problem, effect }) => [field, problem, effect]);

Deno.test("any model is paired with work items, and nothing else is", () => {
  assert.equal(kindOf("issue", MODEL)?.odooModel, MODEL);
  assert.equal(kindOf("cycle", MODEL), undefined);
  assert.deepEqual(named({ name: "name", priority: "priority", state: "state", target_date: "due" }), []);
});

Deno.test("a model this Odoo does not have pauses the pair by name", () => {
  const problems = checkPair(
    config({ name: "name" }),
    kindOf("issue", MODEL),
    capabilities({ [MODEL]: null }),
  );
  assert.deepEqual(problems.map(({ problem, effect }) => [problem, effect]), [[
    "model_not_in_odoo",
    "pair_paused",
  ]]);
});

Deno.test("a field of a type that does not fit is named, with the types that do", () => {
  assert.deepEqual(named({ target_date: "amount" }), [["target_date", "field_not_in_odoo", "field_paused"]]);
  const [problem] = check({ assignees: "partner_id" });
  assert.equal(problem?.problem, "field_not_in_odoo");
  assert.match(problem?.action ?? "", /res\.users/);
});

Deno.test("a start date never falls back to a field of another model", () => {
  assert.deepEqual(named({ start_date: "missing" }), [["start_date", "field_not_in_odoo", "field_paused"]]);
});

Deno.test("a pair written the other way round is named with how to write it", () => {
  const [problem] = check({ x_custom_field: "custom_field_plane" });
  assert.deepEqual([problem?.field, problem?.problem], ["x_custom_field", "field_not_supported"]);
  assert.match(problem?.action ?? "", /other way round.*\{"name": "x_custom_field"\}/);
});

Deno.test("required fields nobody maps are named where records are to be made", () => {
  assert.deepEqual(named({ name: "name" }), []);
  assert.deepEqual(named({ name: "name" }, { create_in_odoo: true }), [[
    "company_id",
    "field_required",
    "records_refused",
  ]]);
});

Deno.test("words without a value and values Odoo does not have are named", () => {
  const state = { ...FIELDS, state: field("selection", { keys: ["a", "filed"] }) };
  const problems = checkPair(
    config({ state: "state" }, { value_maps: { state: { started: "b", completed: "filed" } } }),
    kindOf("issue", MODEL),
    capabilities({ [MODEL]: state }),
  );
  assert.deepEqual(problems.map(({ problem, effect }) => [problem, effect]), [
    ["value_not_in_odoo", "value_skipped"],
    ["value_not_mapped", "value_skipped"],
  ]);
  assert.match(problems[1]?.action ?? "", /^Map backlog, unstarted, started, cancelled in/);
  assert.deepEqual(named({ name: "name" }, { value_maps: { labels: {} } }), [[
    "value_maps",
    "option_not_valid",
    "option_ignored",
  ]]);
});

Deno.test("what Odoo works out by itself is never written there", () => {
  const { active } = chooseLenses(
    config({ name: "total" }),
    genericLenses(config({ name: "total" }), FIELDS),
    FIELDS,
  );
  assert.deepEqual(active.map(({ lens }) => lens.toOdoo), [undefined]);
});

Deno.test("levels are cut at the highest there is", () => {
  const levels = (keys: string[]) =>
    ["urgent", "high", "medium", "low", "none"].map((word) =>
      odooValueOf("priority", [word], { type: "selection", keys }, undefined)
    );
  assert.deepEqual(levels(["0", "1", "2", "3"]), ["3", "2", "1", "0", "0"]);
  assert.deepEqual(levels(["0", "1"]), ["1", "1", "1", "0", "0"]);
  assert.deepEqual(levels(["a", "b"]), [undefined, undefined, undefined, undefined, undefined]);
});

Deno.test("a state's own name comes before its group, also in a value map", () => {
  const type = { type: "selection", keys: ["review", "in_progress", "other"] };
  assert.equal(odooValueOf("state", ["Review", "started"], type, undefined), "review");
  assert.equal(odooValueOf("state", ["Doing", "started"], type, undefined), "in_progress");
  assert.equal(
    odooValueOf("state", ["Doing", "started"], type, { started: "review", doing: "other" }),
    "other",
  );
});

Deno.test("the priority that is there is kept as long as Odoo says the same, else the plainest is taken", () => {
  const { toPlane } = lensFor("priority");
  const back = (now: IssueForm["priority"], priority: string) =>
    toPlane?.({ id: 1, priority }, { ...FORM, priority: now }, context("priority"))?.value;
  assert.deepEqual([back("low", "0"), back("none", "0"), back("medium", "0")], ["low", "none", "none"]);
  assert.deepEqual([back("none", "3"), back("none", "9")], ["urgent", undefined]);
});

Deno.test("a text from Odoo that would take markup away is a conflict, other text is not", () => {
  const takesAway = (description_html: string) =>
    plainTextLens.toPlane?.({ id: 1, remark: "New" }, { description_html }, context("remark"))?.takesAway;
  assert.deepEqual([takesAway("<p>Plain</p>"), takesAway(""), takesAway("<p>Not <b>plain</b></p>")], [
    false,
    false,
    true,
  ]);
});

Deno.test("text survives the way to Plane and back, line by line", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "<", "&", ">", '"', "{", "b") }).filter((text) =>
    text !== ""
  );
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
    assert.equal(plainText(paragraphs(lines.join("\n"))), lines.join("\n"));
  }));
});
