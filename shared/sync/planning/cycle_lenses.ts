/** The fields of a cycle and where they live in a milestone. All go to Odoo only. */
import { nameLens } from "../lenses/common_lenses.ts";
import type { CycleForm } from "./cycle_form.ts";
import { type Lens, type References, textOf } from "../lenses/lens.ts";
import { dayIn } from "../sides/planning_project.ts";

const cycleNameLens: Lens<CycleForm> = {
  field: "name",
  odooField: "name",
  planeValue: (form) => form.name,
  odooValue: (record) => textOf(record.name),
  toOdoo: (form, record, context) => nameLens.toOdoo?.(form, record, context) ?? null,
  ...(nameLens.sameInOdoo === undefined ? {} : { sameInOdoo: nameLens.sameInOdoo }),
  ...(nameLens.sameInPlane === undefined ? {} : { sameInPlane: nameLens.sameInPlane }),
};

/** The last day of a cycle where its project is. */
export function lastDay(form: CycleForm, { planeProject }: References): string | null {
  return form.end_date === null ? null : dayIn(planeProject?.timeZone ?? "UTC", form.end_date);
}

const endDateLens: Lens<CycleForm> = {
  field: "end_date",
  odooField: "deadline",
  planeValue: (form, { references }) => lastDay(form, references),
  odooValue: (record) => textOf(record.deadline) || null,
  toOdoo: (form, _record, { references }) => {
    const day = lastDay(form, references);
    return { values: { deadline: day ?? false }, value: day };
  },
};

/** A cycle is over once its last day has passed, whatever is left undone in it, as Plane itself sees it; or when it is archived. */
export function isOver(form: CycleForm, references: References): boolean {
  if (form.archived_at !== null) return true;
  const day = lastDay(form, references);
  return day !== null && references.planeProject !== undefined && day < references.planeProject.today;
}

const reachedLens: Lens<CycleForm> = {
  field: "reached",
  odooField: "is_reached",
  planeValue: (form, { references }) => isOver(form, references),
  odooValue: (record) => record.is_reached === true,
  toOdoo: (form, _record, { references }) => {
    const over = isOver(form, references);
    return { values: { is_reached: over }, value: over };
  },
};

export const CYCLE_LENSES: readonly Lens<CycleForm>[] = [cycleNameLens, endDateLens, reachedLens];
