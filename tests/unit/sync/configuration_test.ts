import assert from "node:assert/strict";
import type { OdooCapabilities, OdooFields } from "../../../shared/odoo/capabilities.ts";
import { checkPair, chooseLenses, goesToOdoo, type PairConfig } from "../../../shared/sync/configuration.ts";
import { ISSUE_LENSES } from "../../../shared/sync/issue_lenses.ts";

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
  planeType: "issue",
  odooModel: "project.task",
  enabled: true,
  direction: "bidirectional",
  fieldMappings: { name: "name" },
  policy: "latest_wins",
  ...overrides,
});
const problems = (config: PairConfig) =>
  checkPair(config, capabilities).map(({ field, problem, effect }) => [field, problem, effect]);

Deno.test("what works has no problems", () => {
  assert.deepEqual(
    problems(pair({ fieldMappings: { name: "name", priority: "priority", target_date: "date_deadline" } })),
    [],
  );
});

Deno.test("a pair that cannot be synchronised is named and paused, others are not", () => {
  assert.deepEqual(problems(pair({ odooModel: "sale.order" })), [[
    null,
    "pair_not_supported",
    "pair_paused",
  ]]);
  assert(!goesToOdoo(pair({ odooModel: "sale.order" })));
  assert(goesToOdoo(pair()));
});

Deno.test("a direction that cannot work is named and pauses the pair", () => {
  assert.deepEqual(problems(pair({ direction: "odoo_to_plane" })), [[
    null,
    "direction_not_supported",
    "pair_paused",
  ]]);
});

Deno.test("what is switched off is no problem", () => {
  assert.deepEqual(problems(pair({ odooModel: "sale.order", enabled: false })), []);
  assert(!goesToOdoo(pair({ enabled: false })));
});

Deno.test("an unknown field is named and pauses only itself", () => {
  const config = pair({ fieldMappings: { name: "name", x_custom_field: "custom_field_plane" } });
  assert.deepEqual(problems(config), [["x_custom_field", "field_not_supported", "field_paused"]]);
  assert.deepEqual(chooseLenses(config, ISSUE_LENSES, capabilities).active.map(({ lens }) => lens.field), [
    "name",
  ]);
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
