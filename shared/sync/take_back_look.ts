/** What is seen of one field whose order is to be carried out, on both sides. Pure. */
import { type Json, sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { UndoOrder } from "../store/engine/sync_store.ts";
import type { LensContext } from "./lenses/lens.ts";
import type { ActiveLens } from "./plan/plan_input.ts";
import type { Side } from "./plan/planned.ts";

export interface Look<Form> {
  active: ActiveLens<Form>;
  context: LensContext;
  now: Record<Side, Json>;
  same: Record<Side, (left: Json, right: Json) => boolean>;
  /** Whether the side is not what was agreed on. */
  edited: Record<Side, boolean>;
}

/** One field of both records, as its lens sees it. */
export function lookAt<Form>(
  active: ActiveLens<Form>,
  context: LensContext,
  form: Form,
  record: OdooRecord,
): Look<Form> {
  const { lens } = active;
  const same = { plane: lens.sameInPlane ?? sameJson, odoo: lens.sameInOdoo ?? sameJson };
  const now = { plane: lens.planeValue(form, context), odoo: lens.odooValue(record, context) };
  const edited = (side: Side, base: Json | undefined) =>
    lens.join === undefined && base !== undefined && !same[side](base, now[side]);
  return {
    active,
    context,
    now,
    same,
    edited: { plane: edited("plane", context.planeBase), odoo: edited("odoo", context.odooBase) },
  };
}

/** The fields of which a side says something else than before; what is joined element by element is none of them. */
export function changedBetween<Form>(
  side: Side,
  lenses: readonly ActiveLens<Form>[],
  contextOf: (active: ActiveLens<Form>) => LensContext,
  before: { form: Form; record: OdooRecord },
  after: { form: Form; record: OdooRecord },
): Set<string> {
  return new Set(
    lenses.filter((active) => {
      const [then, since] = [before, after].map(({ form, record }) =>
        lookAt(active, contextOf(active), form, record).now[side]
      );
      const same = (side === "plane" ? active.lens.sameInPlane : active.lens.sameInOdoo) ?? sameJson;
      return active.lens.join === undefined && !same(then ?? null, since ?? null);
    }).map(({ lens }) => lens.field),
  );
}

/**
 * Whether an edit has overtaken what was taken back: the side that began has its former value, and the other is neither what was
 * agreed on nor what would follow from that.
 */
export function isOvertaken<Form>(
  { active: { lens }, context, now, same, edited }: Look<Form>,
  { parts: [part] }: UndoOrder,
  form: Form,
  record: OdooRecord,
): boolean {
  if (part === undefined || lens.isFact === true) return false;
  const other = part.side === "plane" ? "odoo" : "plane";
  if (!edited[other] || !same[part.side](now[part.side], part.from)) return false;
  const [forth, back] = [lens.toOdoo?.(form, record, context), lens.toPlane?.(record, form, context)];
  return !(forth && same.odoo(now.odoo, forth.value)) && !(back && same.plane(now.plane, back.value));
}
