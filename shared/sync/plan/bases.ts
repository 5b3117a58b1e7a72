/** What both sides agree on once a plan was carried out. */
import { type Json, type JsonObject, sameJson } from "../../json.ts";
import type { OdooRecord } from "../../odoo/client.ts";

import type { Plan } from "./planned.ts";
import { type ActiveLens, contextOf, MAPPED_TO, namesIn, type PlanInput } from "./plan_input.ts";

/** Both records as they were planned on, and what each server said it stored; null where nothing was written. */
export interface Carried<Form> {
  planeStored: Form | null;
  odooStored: OdooRecord | null;
}

/** Whether nothing is agreed on yet of a field that Plane's record gives Odoo's: a task was made in no column. */
export function isUnagreedInOdoo<Form>(
  { lens, direction }: ActiveLens<Form>,
  odooBase: Json | undefined,
): boolean {
  return odooBase === undefined && lens.toOdoo !== undefined &&
    direction !== "to_plane" && direction !== "on_create_only";
}

/**
 * The bases after the plan was carried out: only what was agreed on moves. A written field's base is what the server stored of
 * it when that means what was written; else it is what was written, because the difference may be somebody's edit that landed in
 * between: the next look then sees it as one. A field nobody wrote keeps what was observed before the writes.
 *
 * @returns also whether a side stores other than it was told: then it must be looked at again
 */
export function nextBases<Form>(
  input: PlanInput<Form>,
  plan: Plan,
  { planeStored, odooStored }: Carried<Form>,
): { planeBase: JsonObject; odooBase: JsonObject; otherwise: { odoo: string[]; plane: string[] } } {
  const planeBase: Record<string, Json> = { ...input.planeBase };
  const odooBase: Record<string, Json> = { ...input.odooBase };
  const mappedTo: Record<string, Json> = { ...namesIn(input.odooBase, MAPPED_TO) };
  const otherwise: { odoo: string[]; plane: string[] } = { odoo: [], plane: [] };
  for (const active of input.lenses) {
    const { lens, odooField } = active;
    const { field } = lens;
    const context = contextOf(input, active);
    if (!plan.agreed.includes(field)) {
      // What a new record could not be given yet: its empty value there is nobody's edit.
      if (plan.waiting.includes(field) && input.odoo === null && odooStored !== null) {
        odooBase[field] = lens.odooValue(odooStored, context);
      }
      if (plan.waiting.includes(field) && input.plane === null && planeStored !== null) {
        planeBase[field] = lens.planeValue(planeStored, context);
      }
      continue;
    }
    const planeNow = input.plane ?? planeStored;
    const odooNow = input.odoo ?? odooStored;
    const wrotePlane = Object.hasOwn(plan.expected.plane, field);
    const wroteOdoo = Object.hasOwn(plan.expected.odoo, field);
    const joined = plan.joined[field];
    const seenInPlane = planeStored === null ? undefined : lens.planeValue(planeStored, context);
    const seenInOdoo = odooStored === null ? undefined : lens.odooValue(odooStored, context);
    const asWritten = (side: "plane" | "odoo", seen: Json | undefined) =>
      seen !== undefined &&
      ((side === "plane" ? lens.sameInPlane : lens.sameInOdoo) ?? sameJson)(
        plan.expected[side][field] ?? null,
        seen,
      );

    if (joined !== undefined) {
      // What Plane silently dropped (somebody who cannot be assigned) is nobody's removal.
      planeBase[field] = wrotePlane && seenInPlane !== undefined
        ? among(joined.planeBase, seenInPlane)
        : joined.planeBase;
      odooBase[field] = joined.odooBase;
    } else if (
      wrotePlane && input.plane === null && seenInPlane !== undefined && !asWritten("plane", seenInPlane)
    ) {
      // The record was there already: made by an earlier try whose answer was lost, and either side may have changed since. What
      // it says otherwise was never agreed on.
      delete planeBase[field];
      delete odooBase[field];
    } else {
      if (wrotePlane) {
        planeBase[field] = asWritten("plane", seenInPlane)
          ? seenInPlane ?? null
          : plan.expected.plane[field] ?? null;
      } else if (planeNow !== null) planeBase[field] = lens.planeValue(planeNow, context);
      if (wroteOdoo) {
        odooBase[field] = asWritten("odoo", seenInOdoo)
          ? seenInOdoo ?? null
          : plan.expected.odoo[field] ?? null;
      } else if (odooNow !== null) odooBase[field] = lens.odooValue(odooNow, context);
    }
    // What could not be read back is not known to differ: the next look tells.
    if (wrotePlane && seenInPlane !== undefined && !asWritten("plane", seenInPlane)) {
      otherwise.plane.push(field);
    }
    if (wroteOdoo && seenInOdoo !== undefined && !asWritten("odoo", seenInOdoo)) otherwise.odoo.push(field);
    if (lens.odooTypes !== undefined) mappedTo[field] = odooField;
  }
  if (Object.keys(mappedTo).length > 0) odooBase[MAPPED_TO] = mappedTo;
  return { planeBase, odooBase, otherwise };
}

/** The pairs of a set's base whose Plane id is still there. */
function among(base: Json, seen: Json): Json {
  if (typeof base !== "object" || base === null || typeof seen !== "object" || seen === null) return base;
  return Object.fromEntries(Object.entries(base).filter(([id]) => Object.hasOwn(seen, id)));
}

/**
 * Fields of a stored record that nobody wrote and that are not what the base says: somebody edited them between two calls. Such a
 * record must be looked at again.
 */
export function changedMeanwhile<Form>(
  input: PlanInput<Form>,
  plan: Plan,
  { odooStored, planeStored }: Carried<Form>,
): boolean {
  return input.lenses.some((active) => {
    const { lens } = active;
    const context = contextOf(input, active);
    const moved = <Record>(
      stored: Record | null,
      before: Record | null,
      value: (record: Record) => Json,
      wrote: boolean,
      same: (left: Json, right: Json) => boolean,
    ) => stored !== null && before !== null && !wrote && !same(value(before), value(stored));
    return moved(
      odooStored,
      input.odoo,
      (record) => lens.odooValue(record, context),
      Object.hasOwn(plan.expected.odoo, lens.field),
      lens.sameInOdoo ?? sameJson,
    ) ||
      moved(
        planeStored,
        input.plane,
        (form) => lens.planeValue(form, context),
        Object.hasOwn(plan.expected.plane, lens.field),
        lens.sameInPlane ?? sameJson,
      );
  });
}
