import assert from "node:assert/strict";
import type { JsonObject } from "../../../shared/json.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import { type Lens, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import type { PlanInput } from "../../../shared/sync/plan/plan_input.ts";
import { rememberRefused, withoutRefused } from "../../../shared/sync/refused.ts";

type Form = Record<string, string>;

const lens = (field: string): Lens<Form> => ({
  field,
  odooField: field,
  planeValue: (form) => form[field] ?? "",
  odooValue: (record) => String(record[field] ?? ""),
});

function input(plane: Form, planeBase: JsonObject, today = "2026-11-21"): PlanInput<Form> {
  return {
    lenses: ["name", "parent"].map((field) => ({ lens: lens(field), odooField: field, direction: "both" })),
    plane,
    odoo: { id: 1, name: "n", parent: "" },
    planeBase,
    odooBase: {},
    placeholders: {},
    capabilities: {} as OdooCapabilities,
    references: NO_REFERENCES,
    today,
    policy: "latest_wins",
    resolutions: new Map(),
    open: new Set(),
    later: () => "plane",
  };
}
const fields = (of: PlanInput<Form>) => withoutRefused(of).map(({ lens }) => lens.field);

Deno.test("values that were refused are not judged again that day, others are", () => {
  const base = rememberRefused(input({ name: "n", parent: "p" }, {}), { name: "n" }, ["parent"]);
  assert.equal(base.name, "n");
  assert.deepEqual(fields(input({ name: "m", parent: "p" }, base)), ["name"]);
  assert.deepEqual(fields(input({ name: "n", parent: "q" }, base)), ["name", "parent"]);
  assert.deepEqual(fields(input({ name: "n", parent: "p" }, base, "2026-11-22")), ["name", "parent"]);
});

Deno.test("what was refused stays remembered while it is left alone, and is forgotten once it was judged", () => {
  const base = rememberRefused(input({ name: "n", parent: "p" }, {}), { name: "n" }, ["parent"]);
  const same = input({ name: "m", parent: "p" }, base);
  const held = rememberRefused({ ...same, lenses: withoutRefused(same) }, { ...base, name: "m" }, []);
  assert.deepEqual(fields(input({ name: "m", parent: "p" }, held)), ["name"]);
  const moved = input({ name: "m", parent: "q" }, held);
  const judged = rememberRefused({ ...moved, lenses: withoutRefused(moved) }, { name: "m", parent: "q" }, []);
  assert.deepEqual(judged, { name: "m", parent: "q" });
});
