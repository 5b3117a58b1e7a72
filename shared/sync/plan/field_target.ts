/** A field is given its value on one side, in the plan: because it changed, or because the record is about to be made. */
import type { Json } from "../../json.ts";
import type { Lens, LensContext, Target } from "../lenses/lens.ts";
import type { PlanInput } from "./plan_input.ts";
import type { Plan, Side, Why } from "./planned.ts";

/** One field, with everything its merge looks at and the plan it adds to. */
export interface Merge<Form> {
  input: PlanInput<Form>;
  lens: Lens<Form>;
  context: LensContext;
  mayGo: LensContext["mayGo"];
  plan: Plan;
}

/** Gives one side its target; the field is agreed then. */
export function write<Form>(
  { lens, context, plan }: Merge<Form>,
  side: Side,
  target: Target,
  from: Json,
  why: Why,
): void {
  Object.assign(plan[side], target.values);
  for (const name of Object.keys(target.values)) (plan.owners[side][name] ??= []).push(lens.field);
  plan.expected[side][lens.field] = target.value;
  Object.assign(plan.placeholders, target.placeholders);
  const base = (side === "odoo" ? context.odooBase : context.planeBase) ?? null;
  plan.changes.push({ field: lens.field, side, from, to: target.value, why, base });
}

/** The field of a record that is about to be made on that side. */
export function create<Form>(merge: Merge<Form>, side: Side): void {
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
