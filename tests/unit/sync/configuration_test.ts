import assert from "node:assert/strict";
import type { JsonObject } from "../../../shared/json.ts";
import type { OdooCapabilities, OdooFields } from "../../../shared/odoo/capabilities.ts";
import { checkPair } from "../../../shared/sync/pairs/check_pair.ts";
import { chooseLenses, withinWays } from "../../../shared/sync/pairs/choose_lenses.ts";
import { configOf, type PairConfig, waysOf } from "../../../shared/sync/pairs/configuration.ts";
import { kindOf } from "../../../shared/sync/kinds.ts";
import { ISSUE_LENSES } from "../../../shared/sync/issues/issue_lenses.ts";

const field = (type: string) => ({ type, required: false, readonly: false });
const taskFields: OdooFields = {
  name: field("char"),
  date_deadline: field("datetime"),
  x_start: field("date"),
  x_count: field("integer"),
  priority: field("selection"),
};
const capabilities: OdooCapabilities = {
  version: { major: 19, text: "19.0" },
  taskFields,
  projectFields: {},
  priorities: ["0", "1", "2", "3"],
  taskStates: [],
  startDateField: undefined,
};
const pair = (overrides: Partial<PairConfig> = {}): PairConfig => ({
  ...configOf({
    plane_type: "issue",
    odoo_model: "project.task",
    enabled: true,
    direction: "bidirectional",
    field_mappings: { name: "name" },
    conflict_resolution: "latest_wins",
    options: {},
  }),
  ...overrides,
});
const problems = (config: PairConfig) =>
  checkPair(config, kindOf(config.planeType, config.odooModel), capabilities)
    .map(({ field, problem, effect }) => [field, problem, effect]);

Deno.test("what works has no problems", () => {
  assert.deepEqual(
    problems(pair({ fieldMappings: { name: "name", priority: "priority", target_date: "date_deadline" } })),
    [],
  );
});

Deno.test("a pair that cannot be synchronised is named and paused, others are not", () => {
  assert.deepEqual(problems(pair({ planeType: "label", odooModel: "project.tags" })), [[
    null,
    "pair_not_supported",
    "pair_paused",
  ]]);
});

Deno.test("a pair goes the ways that its configuration and its mapping both allow", () => {
  const none = { toOdoo: false, toPlane: false };
  assert.deepEqual(waysOf(pair(), null), { toOdoo: true, toPlane: true });
  assert.deepEqual(waysOf(pair({ direction: "odoo_to_plane" }), null), { ...none, toPlane: true });
  assert.deepEqual(waysOf(pair(), { sync_direction: "plane_to_odoo" }), { ...none, toOdoo: true });
  assert.deepEqual(
    waysOf(pair({ direction: "odoo_to_plane" }), { sync_direction: "plane_to_odoo" }),
    none,
  );
  assert.deepEqual(waysOf(pair({ enabled: false }), null), none);
});

Deno.test("a field's own direction is kept within the pair's", () => {
  const fieldMappings = {
    name: "name",
    priority: { field: "priority", direction: "to_plane" },
    target_date: { field: "date_deadline", direction: "on_create_only" },
  };
  const { active } = chooseLenses(pair({ fieldMappings }), ISSUE_LENSES, taskFields, capabilities);
  const within = (ways: { toOdoo: boolean; toPlane: boolean }) =>
    withinWays(active, ways).map(({ lens, direction }) => [lens.field, direction]);
  assert.deepEqual(within({ toOdoo: true, toPlane: true }), [
    ["name", "both"],
    ["priority", "to_plane"],
    ["target_date", "on_create_only"],
  ]);
  assert.deepEqual(within({ toOdoo: true, toPlane: false }), [
    ["name", "to_odoo"],
    ["target_date", "on_create_only"],
  ]);
});

Deno.test("an entry that is neither a name nor a name with a direction is named", () => {
  assert.deepEqual(problems(pair({ fieldMappings: { name: 3, priority: { direction: "sideways" } } })), [
    ["name", "field_not_supported", "field_paused"],
    ["priority", "field_not_supported", "field_paused"],
  ]);
});

Deno.test("an option that cannot be is named and ignored; the others count", () => {
  const config = configOf({
    plane_type: "issue",
    odoo_model: "project.task",
    enabled: true,
    direction: "bidirectional",
    field_mappings: { name: "name" },
    conflict_resolution: "latest_wins",
    options: { settle_ms: "soon", delete: "ignore" },
  });
  assert.equal(config.options.delete, "ignore");
  assert.equal(config.options.settle_ms, undefined);
  assert.deepEqual(problems(config), [["settle_ms", "option_not_valid", "option_ignored"]]);
});

Deno.test("an option about who takes part that cannot be pauses its pair, rather than letting everybody in", () => {
  const wrong = { plane_projects: "abc", create_in_plane: "false", odoo_domain: [["a"]] };
  for (const [name, value] of Object.entries(wrong)) {
    const config = configOf({
      plane_type: "issue",
      odoo_model: "project.task",
      enabled: true,
      direction: "bidirectional",
      field_mappings: { name: "name" },
      conflict_resolution: "latest_wins",
      options: { [name]: value },
    });
    assert.deepEqual(waysOf(config, null), { toOdoo: false, toPlane: false }, name);
    assert.deepEqual(problems(config), [[name, "option_not_valid", "pair_paused"]]);
  }
});

const withOptions = (planeType: string, odooModel: string, options: JsonObject) =>
  problems(configOf({
    plane_type: planeType,
    odoo_model: odooModel,
    enabled: true,
    direction: odooModel === "sale.order" ? "odoo_to_plane" : "bidirectional",
    field_mappings: {},
    conflict_resolution: "latest_wins",
    options,
  }));

Deno.test("an option nobody knows, or of another kind, is named and ignored", () => {
  const unknown = (name: string) => [[name, "option_not_known", "option_ignored"]];
  assert.deepEqual(withOptions("issue", "project.task", { odo_projects: [1] }), unknown("odo_projects"));
  assert.deepEqual(withOptions("issue", "project.task", { subtypes: ["note"] }), unknown("subtypes"));
  assert.deepEqual(withOptions("issue_comment", "mail.message", { state_map: {} }), unknown("state_map"));
  const project = { plane_project: "some-project" };
  assert.deepEqual(withOptions("issue", "sale.order", { ...project, value_maps: {} }), unknown("value_maps"));
  assert.deepEqual(withOptions("issue", "x_thing", { ...project, state_map: {} }), unknown("state_map"));
});

Deno.test("every kind knows its own options", () => {
  const project = { plane_project: "some-project" };
  const documents = { title_template: "{name}", body_template: "{name}", amounts: true, state_map: {} };
  assert.deepEqual(withOptions("issue_comment", "mail.message", { subtypes: ["customer"] }), []);
  assert.deepEqual(withOptions("issue", "sale.order", { ...project, ...documents, move_types: [] }), []);
  assert.deepEqual(withOptions("issue", "x_thing", { ...project, value_maps: {} }), []);
  assert.deepEqual(withOptions("issue", "project.task", { delete_share: 0.5 }), []);
});

Deno.test("a share that is none and a kind of message that is none are named and ignored", () => {
  const invalid = (name: string) => [[name, "option_not_valid", "option_ignored"]];
  for (const delete_share of [-1, 2, "0.5"]) {
    assert.deepEqual(withOptions("issue", "project.task", { delete_share }), invalid("delete_share"));
  }
  for (const subtypes of ["note", ["everything"]]) {
    assert.deepEqual(withOptions("issue_comment", "mail.message", { subtypes }), invalid("subtypes"));
  }
});

Deno.test("what is switched off is no problem", () => {
  assert.deepEqual(problems(pair({ planeType: "label", odooModel: "project.tags", enabled: false })), []);
});

Deno.test("an unknown field is named and pauses only itself", () => {
  const config = pair({ fieldMappings: { name: "name", x_custom_field: "custom_field_plane" } });
  assert.deepEqual(problems(config), [["x_custom_field", "field_not_supported", "field_paused"]]);
  assert.deepEqual(
    chooseLenses(config, ISSUE_LENSES, taskFields, capabilities).active.map(({ lens }) => lens.field),
    [
      "name",
    ],
  );
});

Deno.test("a field that lives in one place only cannot be mapped elsewhere", () => {
  assert.deepEqual(problems(pair({ fieldMappings: { priority: "x_count" } })), [[
    "priority",
    "field_not_changeable",
    "field_paused",
  ]]);
});

Deno.test("a date may be mapped to any date field this Odoo has, and to nothing else", () => {
  assert.deepEqual(problems(pair({ fieldMappings: { start_date: "x_start" } })), []);
  assert.deepEqual(problems(pair({ fieldMappings: { start_date: "x_missing" } })), [[
    "start_date",
    "field_not_in_odoo",
    "field_paused",
  ]]);
  assert.deepEqual(problems(pair({ fieldMappings: { target_date: "x_count" } })), [[
    "target_date",
    "field_not_in_odoo",
    "field_paused",
  ]]);
});

Deno.test("a start date uses the field this Odoo has for it", () => {
  const enterprise = {
    ...capabilities,
    startDateField: { name: "date_start", type: "datetime" as const },
    taskFields: { ...taskFields, date_start: field("datetime") },
  };
  const { active } = chooseLenses(
    pair({ fieldMappings: { start_date: "planned_date_begin" } }),
    ISSUE_LENSES,
    enterprise.taskFields,
    enterprise,
  );
  assert.deepEqual(active.map(({ odooField }) => odooField), ["date_start"]);
});

Deno.test("names every object has are no fields", () => {
  assert.deepEqual(problems(pair({ fieldMappings: { constructor: "name", start_date: "toString" } })), [
    ["constructor", "field_not_supported", "field_paused"],
    ["start_date", "field_not_in_odoo", "field_paused"],
  ]);
});
