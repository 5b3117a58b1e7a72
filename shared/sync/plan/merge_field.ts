/** The three-way merge of one field. */
import { type Json, sameJson } from "../../json.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { Resolution } from "../../store/engine/sync_store.ts";
import { type Merge, write } from "./field_target.ts";
import type { Side, Why } from "./planned.ts";

/** A field of two records that are both there. */
export function mergeField<Form>(merge: Merge<Form>, plane: Form, odoo: OdooRecord): void {
  const { input, lens, context, mayGo, plan } = merge;
  const { field } = lens;
  const [sameInPlane, sameInOdoo] = [lens.sameInPlane ?? sameJson, lens.sameInOdoo ?? sameJson];
  const planeNow = lens.planeValue(plane, context);
  const odooNow = lens.odooValue(odoo, context);
  const planeChanged = context.planeBase === undefined || !sameInPlane(context.planeBase, planeNow);
  const odooChanged = context.odooBase === undefined || !sameInOdoo(context.odooBase, odooNow);
  const overwritten = input.overwritten ?? {};
  const chosen = chosenFor(field, input.resolutions.get(field), overwritten, planeChanged);
  const holding = chosen !== undefined && "value" in chosen
    ? lens.formValues === undefined ? { [field]: chosen.value } : lens.formValues(chosen.value, context)
    : undefined;
  // A value Plane does not have decides nothing.
  const resolution = holding === null ? undefined : chosen;
  const blank = mayGo.odoo && lens.isBlankInOdoo?.(odoo) === true;
  if (!blank && !planeChanged && !odooChanged && resolution === undefined) {
    // Back at what was agreed on: nothing is left to decide, unless the conflict is about a value that is on neither side.
    if (input.open.has(field) && !Object.hasOwn(overwritten, field)) plan.settled.push(field);
    return;
  }

  // What a person gave as a value stands for Plane's side, whatever is there.
  const given = holding === undefined || holding === null ? null : { ...plane, ...holding };
  const toOdoo = () => lens.toOdoo?.(given ?? plane, odoo, context) ?? null;
  const toPlane = () => lens.toPlane?.(odoo, plane, context) ?? null;
  const agree = () => {
    plan.agreed.push(field);
    if (input.open.has(field)) plan.settled.push(field);
  };
  const send = (side: Side, why: Why): void => {
    const target = side === "odoo" ? toOdoo() : toPlane();
    if (!mayGo[side] || (side === "odoo" ? lens.toOdoo : lens.toPlane) === undefined) {
      // A person chose what may not be written: both sides stay as they are, and that is decided.
      if (resolution !== undefined) agree();
      return;
    }
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
  const isDoubtful = input.doubtful?.has(field) === true;
  if (!odooChanged || blank) return send("odoo", isDoubtful ? "conflict_plane_won" : "changed_in_plane");
  const back = toPlane();
  if (!planeChanged && back?.takesAway !== true) {
    return send("plane", isDoubtful ? "conflict_odoo_won" : "changed_in_odoo");
  }

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

/** Plane's side of a conflict about an overwritten edit is that edit, which is in Plane no more. */
function chosenFor(
  field: string,
  resolution: Resolution | undefined,
  overwritten: Readonly<Record<string, Json>>,
  planeChanged: boolean,
): Resolution | undefined {
  const value = Object.hasOwn(overwritten, field) ? overwritten[field] : undefined;
  const isPlane = resolution !== undefined && "side" in resolution && resolution.side === "plane";
  return isPlane && value !== undefined && !planeChanged ? { value } : resolution;
}
