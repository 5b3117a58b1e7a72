/** The laws of the plan, as properties over small records. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../shared/json.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import type { OdooRecord } from "../../../shared/odoo/client.ts";
import type { ConflictPolicy } from "../../../shared/store/engine/sync_store.ts";
import { nextBases } from "../../../shared/sync/plan/bases.ts";
import { type Lens, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import { planBoth } from "../../../shared/sync/plan/plan.ts";
import type { PlanInput } from "../../../shared/sync/plan/plan_input.ts";
import type { Plan, Side } from "../../../shared/sync/plan/planned.ts";

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
  toPlane: (record) => {
    const value = String(record[`odoo_${field}`] ?? "").toLowerCase();
    return { values: { [field]: value }, value };
  },
});
const FIELDS = ["a", "b"] as const;
const lenses = FIELDS.map((field) => ({
  lens: lens(field),
  odooField: `odoo_${field}`,
  direction: "both" as const,
}));

const value = fc.constantFrom("x", "y", "z");
const form = fc.record({ a: value, b: value });
const record = form.map((agreed) => inOdoo(agreed));
const policy = fc.constantFrom<ConflictPolicy>("latest_wins", "plane_wins", "odoo_wins", "manual");
const deciding = fc.constantFrom<ConflictPolicy>("latest_wins", "plane_wins", "odoo_wins");
const later = fc.constantFrom<Side>("plane", "odoo");

function inOdoo(agreed: Form): OdooRecord {
  return { id: 1, odoo_a: (agreed.a ?? "").toUpperCase(), odoo_b: (agreed.b ?? "").toUpperCase() };
}

/** The base of a pair that agreed on this form. */
const basesOf = (agreed: Form) => ({
  planeBase: { ...agreed },
  odooBase: { a: agreed.a?.toUpperCase() ?? "", b: agreed.b?.toUpperCase() ?? "" },
});
const input = (overrides: Partial<PlanInput<Form>>): PlanInput<Form> => ({
  lenses,
  plane: {},
  odoo: null,
  planeBase: {},
  odooBase: {},
  placeholders: {},
  capabilities: {} as OdooCapabilities,
  references: NO_REFERENCES,
  today: "2026-11-21",
  policy: "latest_wins",
  resolutions: new Map(),
  open: new Set(),
  later: () => "plane",
  ...overrides,
});
/** Both sides after the plan was carried out. */
const carriedOut = (plane: Form, odoo: OdooRecord, plan: Plan) => ({
  plane: { ...plane, ...plan.plane } as Form,
  odoo: { ...odoo, ...plan.odoo } as OdooRecord,
});

Deno.test("what both sides agreed on plans nothing: an echo, a duplicate or an old event changes nothing", () => {
  fc.assert(fc.property(form, policy, (agreed, chosen) => {
    const plan = planBoth(input({ plane: agreed, odoo: inOdoo(agreed), ...basesOf(agreed), policy: chosen }));
    assert.deepEqual([plan.odoo, plan.plane, plan.changes], [{}, {}, []]);
  }));
});

Deno.test("after a plan was carried out both sides agree in every field, and nothing is left to do", () => {
  fc.assert(fc.property(form, form, record, deciding, later, (agreed, plane, odoo, chosen, side) => {
    const first = input({ plane, odoo, ...basesOf(agreed), policy: chosen, later: () => side });
    const plan = planBoth(first);
    const now = carriedOut(plane, odoo, plan);
    for (const field of FIELDS) assert.equal(now.plane[field]?.toUpperCase(), now.odoo[`odoo_${field}`]);
    const { planeBase, odooBase } = nextBases(first, plan, { planeStored: now.plane, odooStored: now.odoo });
    const again = planBoth({ ...first, ...now, planeBase, odooBase });
    assert.deepEqual([again.odoo, again.plane], [{}, {}]);
  }));
});

Deno.test("without a base both sides agree after one plan as well", () => {
  fc.assert(fc.property(form, record, deciding, later, (plane, odoo, chosen, side) => {
    const plan = planBoth(input({ plane, odoo, policy: chosen, later: () => side }));
    const now = carriedOut(plane, odoo, plan);
    for (const field of FIELDS) assert.equal(now.plane[field]?.toUpperCase(), now.odoo[`odoo_${field}`]);
  }));
});

Deno.test("a field only one side changed goes to the other under every policy, whoever was later", () => {
  fc.assert(fc.property(form, value, value, policy, later, (agreed, a, b, chosen, side) => {
    const odoo = inOdoo({ ...agreed, b });
    const plan = planBoth(
      input({ plane: { ...agreed, a }, odoo, ...basesOf(agreed), policy: chosen, later: () => side }),
    );
    assert.deepEqual(plan.odoo, a === agreed.a ? {} : { odoo_a: a.toUpperCase() });
    assert.deepEqual(plan.plane, b === agreed.b ? {} : { b });
  }));
});

Deno.test("no value is lost: what gives way on either side is in the changes or in the conflict", () => {
  fc.assert(fc.property(form, form, record, policy, later, (agreed, plane, odoo, chosen, side) => {
    const plan = planBoth(input({ plane, odoo, ...basesOf(agreed), policy: chosen, later: () => side }));
    const now = carriedOut(plane, odoo, plan);
    for (const field of FIELDS) {
      const lost = [
        ...(now.plane[field] === plane[field] ? [] : [plane[field]]),
        ...(now.odoo[`odoo_${field}`] === odoo[`odoo_${field}`] ? [] : [odoo[`odoo_${field}`]]),
      ];
      const told = plan.changes.filter((change) => change.field === field).map(({ from }) => from);
      assert.deepEqual(told.filter((from) => lost.includes(from as string)).length, lost.length);
    }
  }));
});

Deno.test("manual writes neither side of a field both have changed, and says what each had", () => {
  fc.assert(fc.property(form, form, record, (agreed, plane, odoo) => {
    const plan = planBoth(input({ plane, odoo, ...basesOf(agreed), policy: "manual" }));
    for (const field of FIELDS) {
      const planeMoved = plane[field] !== agreed[field];
      const odooMoved = odoo[`odoo_${field}`] !== agreed[field].toUpperCase();
      const differ = plane[field].toUpperCase() !== odoo[`odoo_${field}`];
      const conflict = plan.conflicts.find((candidate) => candidate.field === field);
      if (planeMoved && odooMoved && differ) {
        assert.deepEqual(conflict, {
          field,
          base: agreed[field],
          plane_value: plane[field],
          odoo_value: odoo[`odoo_${field}`],
        });
        assert(!Object.hasOwn(plan.plane, field) && !Object.hasOwn(plan.odoo, `odoo_${field}`));
      } else assert.equal(conflict, undefined);
    }
  }));
});

Deno.test("a resolution by side or by value makes both sides what was chosen", () => {
  const chosen = fc.oneof(later.map((side) => ({ side })), value.map((given) => ({ value: given })));
  fc.assert(fc.property(form, form, record, chosen, (agreed, plane, odoo, resolution) => {
    const plan = planBoth(input({
      plane,
      odoo,
      ...basesOf(agreed),
      policy: "manual",
      resolutions: new Map([["a", resolution]]),
      open: new Set(["a"]),
    }));
    const now = carriedOut(plane, odoo, plan);
    const wanted = "value" in resolution
      ? resolution.value
      : resolution.side === "plane"
      ? plane.a
      : String(odoo.odoo_a).toLowerCase();
    assert.deepEqual([now.plane.a, now.odoo.odoo_a], [wanted, wanted.toUpperCase()]);
    assert(plan.settled.includes("a"));
  }));
});

Deno.test("a one-way field never writes its master", () => {
  const way = fc.constantFrom("to_odoo" as const, "to_plane" as const);
  fc.assert(fc.property(form, form, record, policy, way, (agreed, plane, odoo, chosen, direction) => {
    const oneWay = lenses.map((active) => ({ ...active, direction }));
    const plan = planBoth(input({ lenses: oneWay, plane, odoo, ...basesOf(agreed), policy: chosen }));
    assert.deepEqual(direction === "to_odoo" ? plan.plane : plan.odoo, {});
  }));
});

Deno.test("an edit that lands between a write and its read-back is not taken for what was agreed", () => {
  const agreed = { a: "x", b: "x" };
  const first = input({ plane: { a: "y", b: "x" }, odoo: inOdoo(agreed), ...basesOf(agreed) });
  const plan = planBoth(first);
  const odooStored = { id: 1, odoo_a: "Z", odoo_b: "X" };
  const { planeBase, odooBase, otherwise } = nextBases(first, plan, { planeStored: null, odooStored });
  assert.deepEqual(otherwise.odoo, ["a"]);
  const again = planBoth({ ...first, odoo: odooStored, planeBase, odooBase });
  assert.deepEqual([again.plane, again.odoo], [{ a: "z" }, {}]);
});

Deno.test("what is given to a new record once only is never looked at again", () => {
  const once = lenses.map((active) => ({ ...active, direction: "on_create_only" as const }));
  const made = planBoth(input({ lenses: once, plane: { a: "x", b: "y" } }));
  assert.deepEqual(made.odoo, { odoo_a: "X", odoo_b: "Y" });
  const after = planBoth(
    input({ lenses: once, plane: { a: "z", b: "z" }, odoo: inOdoo({ a: "x", b: "y" }) }),
  );
  assert.deepEqual([after.odoo, after.plane], [{}, {}]);
});
