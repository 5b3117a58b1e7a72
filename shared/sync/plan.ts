/**
 * What each side must be told, and nothing more. Pure: a three-way merge per field between what both sides last agreed on, Plane
 * now and Odoo now. An echo, a duplicate and an old event are plans with nothing to do.
 */
import { type Json, type JsonObject, sameJson } from "../json.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { ConflictPolicy, Resolution } from "../store/sync_store.ts";
import { baseOf } from "./bases.ts";
import type { Joined, Lens, LensContext, References, Target } from "./lens.ts";

export type Side = "plane" | "odoo";

/** Which way a field may go. `on_create_only`: it is given to a new partner and never looked at again. */
export type FieldDirection = "both" | "to_plane" | "to_odoo" | "on_create_only";

export interface ActiveLens<Form> {
  lens: Lens<Form>;
  odooField: string;
  direction: FieldDirection;
}

/** Which rule decided; `kept`: both sides changed and nothing was written, because a person is to choose. */
export type Why =
  | "created"
  | "changed_in_plane"
  | "changed_in_odoo"
  | "conflict_plane_won"
  | "conflict_odoo_won"
  | "resolved"
  | "joined"
  | "same_on_both"
  | "undone"
  | "kept";

/** One field's change as it is logged: the values of the side that is written, before and after. */
export interface Change {
  field: string;
  side: Side;
  from: Json;
  to: Json;
  why: Why;
  base: Json;
  /** With `undone`: the row of plane.sync_log that was taken back. */
  undoes?: string;
}

/** Both sides changed, and a person is to choose. */
export interface Conflict {
  field: string;
  base: Json;
  plane_value: Json;
  odoo_value: Json;
}

export interface Plan {
  /** Field of each side -> value; empty: nothing to write there. */
  odoo: Record<string, Json>;
  plane: Record<string, Json>;
  changes: Change[];
  /** Fields both sides agree on once the values are written. */
  agreed: string[];
  /** Fields that wait for a record without partner. */
  waiting: string[];
  conflicts: Conflict[];
  /** Fields whose open conflict is over. */
  settled: string[];
  placeholders: Record<string, string>;
  /** What each written lens is to see afterwards, by field. */
  expected: { odoo: Record<string, Json>; plane: Record<string, Json> };
  joined: Record<string, Joined>;
  /** Which lenses set a name of each side. */
  owners: { odoo: Record<string, string[]>; plane: Record<string, string[]> };
}

export interface PlanInput<Form> {
  lenses: readonly ActiveLens<Form>[];
  /** Null: the record is about to be made there. */
  plane: Form | null;
  odoo: OdooRecord | null;
  planeBase: JsonObject;
  odooBase: JsonObject;
  placeholders: Readonly<Record<string, string>>;
  capabilities: OdooCapabilities;
  references: References;
  today: string;
  policy: ConflictPolicy;
  /** What people chose, by field. */
  resolutions: ReadonlyMap<string, Resolution>;
  /** Fields with an open conflict. */
  open: ReadonlySet<string>;
  /** For `latest_wins`: which side changed a field later. */
  later: (field: string) => Side;
}

export function emptyPlan(): Plan {
  return {
    odoo: {},
    plane: {},
    changes: [],
    agreed: [],
    waiting: [],
    conflicts: [],
    settled: [],
    placeholders: {},
    expected: { odoo: {}, plane: {} },
    joined: {},
    owners: { odoo: {}, plane: {} },
  };
}

export function planBoth<Form>(input: PlanInput<Form>): Plan {
  const plan = emptyPlan();
  for (const active of input.lenses) planField(input, active, plan);
  return plan;
}

/** What a lens may look at besides the two records. */
export function contextOf<Form>(
  input: Pick<
    PlanInput<Form>,
    "planeBase" | "odooBase" | "placeholders" | "capabilities" | "references" | "today"
  >,
  active: ActiveLens<Form>,
): LensContext {
  const { capabilities, references, placeholders, today } = input;
  const mayGo = { odoo: active.direction !== "to_plane", plane: active.direction !== "to_odoo" };
  return {
    odooField: active.odooField,
    capabilities,
    references,
    placeholders,
    mayGo,
    today,
    ...baseOf(input, active),
  };
}

function planField<Form>(input: PlanInput<Form>, active: ActiveLens<Form>, plan: Plan): void {
  const { lens, direction } = active;
  const { plane, odoo } = input;
  const context = contextOf(input, active);
  const making = plane === null || odoo === null;
  if (direction === "on_create_only" && !making) return;
  const merge: Merge<Form> = { input, lens, context, mayGo: context.mayGo, plan };
  if (lens.join !== undefined) planSet(merge, lens.join(plane, odoo, context));
  else if (odoo === null) create(merge, "odoo");
  else if (plane === null) create(merge, "plane");
  else mergeField(merge, plane, odoo);
}

interface Merge<Form> {
  input: PlanInput<Form>;
  lens: Lens<Form>;
  context: LensContext;
  mayGo: LensContext["mayGo"];
  plan: Plan;
}

/** Gives one side its target; the field is agreed then. */
function write<Form>({ lens, context, plan }: Merge<Form>, side: Side, target: Target, from: Json, why: Why) {
  Object.assign(plan[side], target.values);
  for (const name of Object.keys(target.values)) (plan.owners[side][name] ??= []).push(lens.field);
  plan.expected[side][lens.field] = target.value;
  Object.assign(plan.placeholders, target.placeholders);
  const base = (side === "odoo" ? context.odooBase : context.planeBase) ?? null;
  plan.changes.push({ field: lens.field, side, from, to: target.value, why, base });
}

function create<Form>(merge: Merge<Form>, side: Side): void {
  const { lens, input: { plane, odoo }, context, mayGo, plan } = merge;
  if (!mayGo[side]) return;
  if (side === "odoo" ? lens.toOdoo === undefined : lens.toPlane === undefined) return;
  const target = side === "odoo"
    ? (plane === null ? null : lens.toOdoo?.(plane, null, context))
    : (odoo === null ? null : lens.toPlane?.(odoo, null, context));
  if (target === null || target === undefined) return void plan.waiting.push(lens.field);
  write(merge, side, target, null, "created");
  plan.agreed.push(lens.field);
}

function planSet<Form>(merge: Merge<Form>, joined: Joined): void {
  const { lens, input: { plane, odoo }, context, mayGo, plan } = merge;
  const making = plane === null || odoo === null;
  for (const side of ["odoo", "plane"] as const) {
    const target = side === "odoo" ? joined.toOdoo : joined.toPlane;
    if (target === null || !mayGo[side]) continue;
    const now = side === "odoo"
      ? (odoo === null ? null : lens.odooValue(odoo, context))
      : (plane === null ? null : lens.planeValue(plane, context));
    const both = joined.toOdoo !== null && joined.toPlane !== null && !making;
    const why = now === null
      ? "created"
      : both
      ? "joined"
      : side === "odoo"
      ? "changed_in_plane"
      : "changed_in_odoo";
    write(merge, side, target, now, why);
  }
  plan.joined[lens.field] = joined;
  plan.agreed.push(lens.field);
}

function mergeField<Form>(merge: Merge<Form>, plane: Form, odoo: OdooRecord): void {
  const { input, lens, context, mayGo, plan } = merge;
  const { field } = lens;
  const [sameInPlane, sameInOdoo] = [lens.sameInPlane ?? sameJson, lens.sameInOdoo ?? sameJson];
  const planeNow = lens.planeValue(plane, context);
  const odooNow = lens.odooValue(odoo, context);
  const planeChanged = context.planeBase === undefined || !sameInPlane(context.planeBase, planeNow);
  const odooChanged = context.odooBase === undefined || !sameInOdoo(context.odooBase, odooNow);
  const resolution = input.resolutions.get(field);
  const blank = mayGo.odoo && lens.isBlankInOdoo?.(odoo) === true;
  if (!blank && !planeChanged && !odooChanged && resolution === undefined) {
    if (input.open.has(field)) plan.settled.push(field);
    return;
  }

  // What a person gave as a value stands for Plane's side, whatever is there.
  const given = resolution !== undefined && "value" in resolution
    ? { ...plane, ...(lens.formValues?.(resolution.value, context) ?? { [field]: resolution.value }) }
    : null;
  const toOdoo = () => lens.toOdoo?.(given ?? plane, odoo, context) ?? null;
  const toPlane = () => lens.toPlane?.(odoo, plane, context) ?? null;
  const agree = () => {
    plan.agreed.push(field);
    if (input.open.has(field)) plan.settled.push(field);
  };
  const send = (side: Side, why: Why): void => {
    const target = side === "odoo" ? toOdoo() : toPlane();
    if (!mayGo[side] || (side === "odoo" ? lens.toOdoo : lens.toPlane) === undefined) return;
    if (target === null) return void plan.waiting.push(field);
    const now = side === "odoo" ? odooNow : planeNow;
    const same = side === "odoo" ? sameInOdoo(now, target.value) : sameInPlane(now, target.value);
    if (!same) write(merge, side, target, now, why);
    agree();
  };

  if (lens.isFact === true) return planeChanged ? send("odoo", "changed_in_plane") : undefined;
  if (resolution !== undefined) {
    if (given !== null) {
      const restore = lens.planeValue(given, context);
      if (!sameInPlane(restore, planeNow)) {
        write(
          merge,
          "plane",
          { values: lens.valuesFor?.(given) ?? { [field]: restore }, value: restore },
          planeNow,
          "resolved",
        );
      }
      return send("odoo", "resolved");
    }
    return send("side" in resolution && resolution.side === "plane" ? "odoo" : "plane", "resolved");
  }
  if (!odooChanged || blank) return send("odoo", "changed_in_plane");
  const back = toPlane();
  if (!planeChanged && back?.takesAway !== true) return send("plane", "changed_in_odoo");

  // Both changed, or nobody knows which: when they say the same there is nothing to settle.
  const forth = toOdoo();
  const keep = () => {
    const to = toOdoo()?.value ?? planeNow;
    plan.changes.push({
      field,
      side: "odoo",
      from: odooNow,
      to,
      why: "kept",
      base: context.odooBase ?? null,
    });
  };
  const found = () => {
    if (context.odooBase === undefined) return agree();
    plan.changes.push({
      field,
      side: "odoo",
      from: context.odooBase ?? null,
      to: odooNow,
      why: "same_on_both",
      base: context.odooBase ?? null,
    });
    agree();
  };
  if (forth !== null && sameInOdoo(odooNow, forth.value)) {
    Object.assign(plan.placeholders, forth.placeholders);
    return found();
  }
  if (back !== null && back.takesAway !== true && sameInPlane(planeNow, back.value)) return found();
  // A one-way field has a master; the policy may still leave the other side's value alone, and that is then agreed.
  const oneWay = !mayGo.plane || lens.toPlane === undefined
    ? "odoo"
    : !mayGo.odoo || lens.toOdoo === undefined
    ? "plane"
    : null;
  if (oneWay !== null && input.policy !== "manual") {
    const keeps = input.policy === (oneWay === "odoo" ? "odoo_wins" : "plane_wins");
    if (!keeps) return send(oneWay, oneWay === "odoo" ? "conflict_plane_won" : "conflict_odoo_won");
    keep();
    return agree();
  }
  if (input.policy === "manual") {
    plan.conflicts.push({
      field,
      base: context.planeBase ?? null,
      plane_value: planeNow,
      odoo_value: odooNow,
    });
    if (!input.open.has(field)) keep();
    return;
  }
  const winner = input.policy === "plane_wins"
    ? "plane"
    : input.policy === "odoo_wins"
    ? "odoo"
    : input.later(field);
  return winner === "plane" ? send("odoo", "conflict_plane_won") : send("plane", "conflict_odoo_won");
}
