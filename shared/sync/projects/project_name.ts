/** A project's name: Plane refuses many signs in it that Odoo's names have. */
import type { Lens } from "../lenses/lens.ts";
import { nameLens } from "../lenses/common_lenses.ts";
import type { ProjectForm } from "../sides/plane_forms.ts";
import { nameForPlane } from "../sides/project_name.ts";

/** Odoo keeps the name it has. A name that is changed in Plane arrives in Odoo as it is there. */
export const projectNameLens: Lens<ProjectForm> = {
  ...nameLens,
  toPlane: (record, form, context) => {
    const target = nameLens.toPlane?.(record, form, context) ?? null;
    if (target === null) return null;
    const name = nameForPlane(String(target.value));
    return { ...target, values: { name }, value: name };
  },
  // Where an older Plane has the refused signs, that is no difference.
  sameInPlane: (left, right) =>
    nameLens.sameInPlane?.(nameForPlane(String(left)), nameForPlane(String(right))) ?? left === right,
};
