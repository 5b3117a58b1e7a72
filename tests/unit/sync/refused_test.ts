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
const MINUTE = 60_000;
const fields = (of: PlanInput<Form>, now = 0) => withoutRefused(of, now).map(({ lens }) => lens.field);
const CIRCLE = { name: "n", parent: "p" };

Deno.test("values that were refused are not judged again at every look, others are", () => {
  const { base } = rememberRefused(input(CIRCLE, {}), { name: "n" }, ["parent"], 0);
  assert.equal(base.name, "n");
  assert.deepEqual(fields(input({ name: "m", parent: "p" }, base)), ["name"]);
  assert.deepEqual(fields(input({ name: "n", parent: "q" }, base)), ["name", "parent"]);
  assert.deepEqual(fields(input(CIRCLE, base, "2026-11-22")), ["name", "parent"]);
  const decided = { ...input(CIRCLE, base), resolutions: new Map([["parent", { side: "plane" as const }]]) };
  assert.deepEqual(fields(decided), ["name", "parent"], "somebody has decided about it since");
});

Deno.test("what was refused is tried again after one, two, four, eight and sixteen minutes, however often the record is looked at", () => {
  let base: JsonObject = {};
  let now = 0;
  const sent: number[] = [];
  for (; now <= 24 * 60 * MINUTE; now += MINUTE / 2) {
    const whole = input(CIRCLE, base);
    const judged = { ...whole, lenses: withoutRefused(whole, now) };
    const isSent = judged.lenses.some(({ lens }) => lens.field === "parent");
    if (isSent) sent.push(now / MINUTE);
    const settled = rememberRefused(judged, base, isSent ? ["parent"] : [], now);
    base = settled.base;
    const wait = settled.againMs;
    const next = [1, 3, 7, 15, 31].find((at) => at * MINUTE > now);
    assert.equal(wait, next === undefined ? null : next * MINUTE - now);
  }
  assert.deepEqual(sent, [0, 1, 3, 7, 15, 31]);
});

Deno.test("who is woken for it before its time tries anew", () => {
  const { base } = rememberRefused(input(CIRCLE, {}), {}, ["parent"], 0);
  const later = rememberRefused(input(CIRCLE, base), base, ["parent"], MINUTE);
  assert.equal(later.againMs, 2 * MINUTE);
  assert.equal(
    rememberRefused(input(CIRCLE, later.base), later.base, ["parent"], 2 * MINUTE).againMs,
    MINUTE,
  );
});

Deno.test("what was refused stays remembered while it is left alone, and is forgotten once it was judged", () => {
  const { base } = rememberRefused(input(CIRCLE, {}), { name: "n" }, ["parent"], 0);
  const same = input({ name: "m", parent: "p" }, base);
  const held = rememberRefused({ ...same, lenses: withoutRefused(same, 0) }, { ...base, name: "m" }, [], 0);
  assert.deepEqual(fields(input({ name: "m", parent: "p" }, held.base)), ["name"]);
  const moved = input({ name: "m", parent: "q" }, held.base);
  const judged = { ...moved, lenses: withoutRefused(moved, 0) };
  assert.deepEqual(rememberRefused(judged, { name: "m", parent: "q" }, [], 0), {
    base: { name: "m", parent: "q" },
    againMs: null,
  });
});

Deno.test("a field that takes no part any more leads to no look of its own", () => {
  const { base } = rememberRefused(input(CIRCLE, {}), {}, ["parent"], 0);
  const without = { ...input(CIRCLE, base), lenses: [] };
  assert.deepEqual(rememberRefused(without, base, [], MINUTE), { base, againMs: null });
});
