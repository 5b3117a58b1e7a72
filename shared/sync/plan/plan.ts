/**
 * What each side must be told, and nothing more. Pure: a three-way merge per field between what both sides last agreed on, Plane
 * now and Odoo now. An echo, a duplicate and an old event are plans with nothing to do.
 */
import { create, type Merge } from "./field_target.ts";
import { mergeField } from "./merge_field.ts";
import { planSet } from "./merge_set.ts";
import { type ActiveLens, contextOf, type PlanInput } from "./plan_input.ts";
import { emptyPlan, type Plan } from "./planned.ts";

export function planBoth<Form>(input: PlanInput<Form>): Plan {
  const plan = emptyPlan();
  for (const active of input.lenses) planField(input, active, plan);
  return plan;
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
