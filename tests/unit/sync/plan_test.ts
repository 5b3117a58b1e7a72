/** The laws of the plan, as properties over small records. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../shared/json.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import type { OdooRecord } from "../../../shared/odoo/client.ts";
import type { Lens, References } from "../../../shared/sync/lens.ts";
import {
  type ConflictPolicy,
  nextBases,
  type PlanInput,
  planToOdoo,
  storedOtherwise,
} from "../../../shared/sync/plan.ts";

type Form = Record<string, string>;

/** A field whose Odoo value is the Plane value in capitals: both sides' forms differ, as in real life. */
const lens = (field: string): Lens<Form> => ({
  field,
  odooField: `odoo_${field}`,
  planeValue: (form) => form[field] ?? "",
  odooValue: (record) => record[`odoo_${field}`] as Json ?? "",
  toOdoo: (form) => {
    const value = (form[field] ?? "").toUpperCase();
    return { values: { [`odoo_${field}`]: value }, value };
  },
});
const lenses = ["a", "b"].map((field) => ({ lens: lens(field), odooField: `odoo_${field}` }));
const capabilities = {} as OdooCapabilities;
const references: References = {
  project: null,
  parent: null,
  stages: new Map(),
  users: new Map(),
  tags: new Map(),
};

const value = fc.constantFrom("x", "y", "z");
const form = fc.record({ a: value, b: value });
const record = form.map(({ a, b }): OdooRecord => ({
  id: 1,
  odoo_a: a.toUpperCase(),
  odoo_b: b.toUpperCase(),
}));
const policy = fc.constantFrom<ConflictPolicy>("latest_wins", "plane_wins", "odoo_wins", "manual");

/** The base of a pair that agreed on this form. */
const basesOf = (agreed: Form) => ({
  planeBase: { ...agreed },
  odooBase: { a: agreed.a?.toUpperCase() ?? "", b: agreed.b?.toUpperCase() ?? "" },
});
const input = (overrides: Partial<PlanInput<Form>>): PlanInput<Form> => ({
  lenses,
  form: {},
  planeBase: {},
  odooBase: {},
  odooNow: null,
  capabilities,
  references,
  policy: "latest_wins",
  ...overrides,
});
const applied = (odooNow: OdooRecord, values: Record<string, Json>): OdooRecord => ({
  ...odooNow,
  ...values,
});

Deno.test("what both sides agreed on plans nothing: an echo, a duplicate or an old event changes nothing", () => {
  fc.assert(fc.property(form, record, policy, (agreed, odooNow, chosen) => {
    const plan = planToOdoo(input({ form: agreed, ...basesOf(agreed), odooNow, policy: chosen }));
    assert.deepEqual(plan.values, {});
    assert.deepEqual(plan.changes, []);
  }));
});

Deno.test("a plan that was carried out leaves nothing to do", () => {
  fc.assert(fc.property(form, form, record, (agreed, now, odooNow) => {
    const first = input({ form: now, ...basesOf(agreed), odooNow });
    const plan = planToOdoo(first);
    const stored = applied(odooNow, plan.values);
    const again = planToOdoo({ ...first, ...nextBases(first, plan, stored), odooNow: stored });
    assert.deepEqual(again.values, {});
  }));
});

Deno.test("a field that Plane did not change is never written, whatever Odoo did to it", () => {
  fc.assert(fc.property(form, value, record, policy, (agreed, b, odooNow, chosen) => {
    const plan = planToOdoo(input({ form: { ...agreed, b }, ...basesOf(agreed), odooNow, policy: chosen }));
    assert(!("odoo_a" in plan.values));
  }));
});

Deno.test("a field only Plane changed is written under every policy", () => {
  fc.assert(fc.property(form, value, policy, (agreed, a, chosen) => {
    fc.pre(a !== agreed.a);
    const odooNow: OdooRecord = { id: 1, odoo_a: agreed.a.toUpperCase(), odoo_b: agreed.b.toUpperCase() };
    const plan = planToOdoo(input({ form: { ...agreed, a }, ...basesOf(agreed), odooNow, policy: chosen }));
    assert.deepEqual(plan.values, { odoo_a: a.toUpperCase() });
    assert.equal(plan.changes[0]?.why, "changed_in_plane");
  }));
});

Deno.test("no value is lost: what gives way on either side is in the changes", () => {
  fc.assert(fc.property(form, form, record, policy, (agreed, now, odooNow, chosen) => {
    const plan = planToOdoo(input({ form: now, ...basesOf(agreed), odooNow, policy: chosen }));
    for (const field of ["a", "b"] as const) {
      const odooValue = odooNow[`odoo_${field}`];
      const planeChanged = now[field] !== agreed[field];
      if (!planeChanged || now[field].toUpperCase() === odooValue) continue;
      const change = plan.changes.find((candidate) => candidate.field === field);
      assert.deepEqual([change?.from, change?.to], [odooValue, now[field].toUpperCase()]);
    }
  }));
});

Deno.test("a conflict that keeps Odoo's value stays a conflict: the base does not move", () => {
  const first = input({
    form: { a: "y", b: "x" },
    ...basesOf({ a: "x", b: "x" }),
    odooNow: { id: 1, odoo_a: "Z", odoo_b: "X" },
    policy: "manual",
  });
  const plan = planToOdoo(first);
  assert.deepEqual(plan.values, {});
  assert.deepEqual(plan.changes, [{ field: "a", from: "Z", to: "Y", why: "kept_odoo" }]);
  assert.deepEqual(nextBases(first, plan, { id: 1, odoo_a: "Z", odoo_b: "X" }), basesOf({ a: "x", b: "x" }));
});

Deno.test("a first match without base follows the policy where the sides differ, and agrees where they do not", () => {
  const odooNow: OdooRecord = { id: 1, odoo_a: "X", odoo_b: "Z" };
  const plan = planToOdoo(input({ form: { a: "x", b: "y" }, odooNow, policy: "odoo_wins" }));
  assert.deepEqual(plan.values, {});
  assert.deepEqual(plan.agreed, ["a"]);
  const other = planToOdoo(input({ form: { a: "x", b: "y" }, odooNow }));
  assert.deepEqual(other.values, { odoo_b: "Y" });
  assert.equal(other.changes[0]?.why, "conflict_plane_won");
});

Deno.test("a field that waits is neither written nor agreed on", () => {
  const waiting = { ...lens("a"), toOdoo: () => null };
  const plan = planToOdoo(input({ lenses: [{ lens: waiting, odooField: "odoo_a" }], form: { a: "x" } }));
  assert.deepEqual(plan, { values: {}, changes: [], agreed: [], waiting: ["a"], placeholders: {} });
});

Deno.test("a value Odoo stored otherwise than it was told is named", () => {
  const first = input({
    form: { a: "y", b: "x" },
    ...basesOf({ a: "x", b: "x" }),
    odooNow: { id: 1, odoo_a: "X", odoo_b: "X" },
  });
  const plan = planToOdoo(first);
  assert.deepEqual(storedOtherwise(lenses, plan, { id: 1, odoo_a: "Y", odoo_b: "X" }), []);
  assert.deepEqual(storedOtherwise(lenses, plan, { id: 1, odoo_a: "", odoo_b: "X" }), ["a"]);
});

Deno.test("a field mapped to another Odoo field is written there once, though Plane did not change it", () => {
  const movable = {
    ...lens("a"),
    anyOdooField: true,
    odooValue: (record: OdooRecord, mapped: string) => record[mapped] as Json ?? "",
    toOdoo: (now: Form, { odooField }: { odooField: string }) => (
      { values: { [odooField]: now.a ?? "" }, value: now.a ?? "" }
    ),
  };
  const mappedTo = (odooField: string) => [{ lens: movable, odooField }];
  const odooNow: OdooRecord = { id: 1, odoo_a: "", odoo_c: "" };
  const first = input({ lenses: mappedTo("odoo_a"), form: { a: "x" }, odooNow });
  const bases = nextBases(first, planToOdoo(first), { ...odooNow, odoo_a: "x" });
  const moved = input({ lenses: mappedTo("odoo_c"), form: { a: "x" }, ...bases, odooNow });
  const plan = planToOdoo(moved);
  assert.deepEqual(plan.values, { odoo_c: "x" });
  const stored = applied(odooNow, plan.values);
  assert.deepEqual(
    planToOdoo({ ...moved, ...nextBases(moved, plan, stored), odooNow: stored }).values,
    {},
  );
});
