/**
 * What Odoo must be told, and nothing more. Pure: a three-way merge per field between what both sides last agreed on, Plane
 * now and Odoo now. An echo, a duplicate and an old event are plans with nothing to do.
 */
import { type Json, type JsonObject, sameJson } from "../json.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { Lens, References } from "./lens.ts";

export type ConflictPolicy = "latest_wins" | "plane_wins" | "odoo_wins" | "manual";

export interface ActiveLens<Form> {
  lens: Lens<Form>;
  odooField: string;
}

/** One field's change, as it is logged: the values are Odoo's before and after. */
export interface Change {
  field: string;
  from: Json;
  to: Json;
  /** Which rule decided. `kept_odoo`: both sides changed, the policy left Odoo's value alone. */
  why: "created" | "changed_in_plane" | "conflict_plane_won" | "kept_odoo";
}

export interface Plan {
  /** Odoo field -> value; empty: nothing to write. */
  values: Record<string, Json>;
  changes: Change[];
  /** Fields both sides agree on once the values are written. */
  agreed: string[];
  /** Fields that wait for a record without partner. */
  waiting: string[];
  placeholders: Record<string, string>;
}

export interface PlanInput<Form> {
  lenses: readonly ActiveLens<Form>[];
  form: Form;
  planeBase: JsonObject;
  odooBase: JsonObject;
  /** Null: the record is about to be made. */
  odooNow: OdooRecord | null;
  capabilities: OdooCapabilities;
  references: References;
  policy: ConflictPolicy;
}

export function planToOdoo<Form>(input: PlanInput<Form>): Plan {
  const plan: Plan = { values: {}, changes: [], agreed: [], waiting: [], placeholders: {} };
  for (const active of input.lenses) planField(input, active, plan);
  return plan;
}

function planField<Form>(input: PlanInput<Form>, { lens, odooField }: ActiveLens<Form>, plan: Plan): void {
  const { form, odooNow, capabilities, references } = input;
  const { planeBase, odooBase } = basesOf(input, { lens, odooField });
  if (planeBase !== undefined && sameJson(planeBase, lens.planeValue(form, { references, planeBase }))) {
    return;
  }

  const target = lens.toOdoo(form, { odooField, capabilities, references, planeBase, odooNow });
  if (target === null) {
    plan.waiting.push(lens.field);
    return;
  }
  const accept = (from: Json, why: Change["why"]) => {
    Object.assign(plan.values, target.values);
    plan.changes.push({ field: lens.field, from, to: target.value, why });
  };
  const same = lens.same ?? sameJson;

  if (odooNow === null) {
    accept(null, "created");
  } else {
    const now = lens.odooValue(odooNow, odooField);
    if (!same(now, target.value)) {
      // Without a base nobody knows which side moved: that is settled as a conflict too.
      const conflict = lens.joins !== true && (odooBase === undefined || !same(odooBase, now));
      if (conflict && (input.policy === "odoo_wins" || input.policy === "manual")) {
        plan.changes.push({ field: lens.field, from: now, to: target.value, why: "kept_odoo" });
        return;
      }
      accept(now, conflict ? "conflict_plane_won" : "changed_in_plane");
    }
  }
  Object.assign(plan.placeholders, target.placeholders);
  plan.agreed.push(lens.field);
}

/** The plan without the parent, which is left for later; null when it sets none. */
export function withoutParent(plan: Plan): Plan | null {
  const { parent_id: parent, ...values } = plan.values;
  if (typeof parent !== "number") return null;
  return {
    ...plan,
    values,
    changes: plan.changes.filter(({ field }) => field !== "parent"),
    agreed: plan.agreed.filter((field) => field !== "parent"),
    waiting: [...plan.waiting, "parent"],
  };
}

/** Under this name the Odoo base keeps which Odoo field each changeable field was mapped to. */
const MAPPED_TO = "mapped_to";

/** What one field was on both sides; nothing when it was another Odoo field that was agreed on. */
function basesOf<Form>(
  bases: Pick<PlanInput<Form>, "planeBase" | "odooBase">,
  { lens, odooField }: ActiveLens<Form>,
): { planeBase: Json | undefined; odooBase: Json | undefined } {
  const mappedTo = own(namesIn(bases.odooBase, MAPPED_TO), lens.field);
  if (mappedTo !== undefined && mappedTo !== odooField) return { planeBase: undefined, odooBase: undefined };
  return { planeBase: own(bases.planeBase, lens.field), odooBase: own(bases.odooBase, lens.field) };
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function namesIn(base: JsonObject, name: string): JsonObject {
  const names = own(base, name);
  return typeof names === "object" && names !== null && !Array.isArray(names) ? names as JsonObject : {};
}

/** The bases after the plan was carried out and Odoo was read back: only what was agreed on moves. */
export function nextBases<Form>(
  input: Pick<PlanInput<Form>, "lenses" | "form" | "planeBase" | "odooBase" | "references">,
  plan: Plan,
  stored: OdooRecord,
): { planeBase: JsonObject; odooBase: JsonObject } {
  const planeBase: Record<string, Json> = { ...input.planeBase };
  const odooBase: Record<string, Json> = { ...input.odooBase };
  const mappedTo: Record<string, Json> = { ...namesIn(input.odooBase, MAPPED_TO) };
  for (const { lens, odooField } of input.lenses) {
    if (!plan.agreed.includes(lens.field)) continue;
    const { planeBase: former } = basesOf(input, { lens, odooField });
    planeBase[lens.field] = lens.planeValue(input.form, { references: input.references, planeBase: former });
    odooBase[lens.field] = lens.odooValue(stored, odooField);
    if (lens.anyOdooField === true) mappedTo[lens.field] = odooField;
  }
  if (Object.keys(mappedTo).length > 0) odooBase[MAPPED_TO] = mappedTo;
  return { planeBase, odooBase };
}

/** Fields Odoo stored otherwise than it was told: it drops some values without an error. */
export function storedOtherwise<Form>(
  lenses: readonly ActiveLens<Form>[],
  plan: Plan,
  stored: OdooRecord,
): string[] {
  return lenses.filter(({ lens, odooField }) => {
    const change = plan.changes.find(({ field, why }) => field === lens.field && why !== "kept_odoo");
    return change !== undefined && !(lens.same ?? sameJson)(change.to, lens.odooValue(stored, odooField));
  }).map(({ lens }) => lens.field);
}
