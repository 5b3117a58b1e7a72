/** The merge of a field that is a set. */
import type { Joined } from "../lenses/lens.ts";
import { type Merge, write } from "./field_target.ts";

/** A set: what both sides added and removed is joined, so there is no conflict. */
export function planSet<Form>(merge: Merge<Form>, joined: Joined): void {
  const { lens, input, context, mayGo, plan } = merge;
  const { plane, odoo } = input;
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
      : input.doubtful?.has(lens.field) === true
      ? (side === "odoo" ? "conflict_plane_won" : "conflict_odoo_won")
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
