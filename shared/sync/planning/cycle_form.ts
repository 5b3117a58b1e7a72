/** A cycle as the engine sees it. Webhook and REST answer have the same form; its dates are the edges of days, as moments. */
import { z } from "zod";
import { FORM_PARTS, orNull, stamp } from "../sides/plane_forms.ts";

const dayOrMoment = z.union([z.string().regex(/^\d{4}-\d{2}-\d{2}$/), stamp]);

const cycle = z.object({
  ...FORM_PARTS,
  project: z.string(),
  description: orNull(z.string()),
  start_date: orNull(dayOrMoment),
  end_date: orNull(dayOrMoment),
});

/** `start_date` and `description` have no place in Odoo: they are kept with what was seen last. */
export type CycleForm = z.output<typeof cycle>;

/** Null when it is not a whole cycle. */
export function cycleForm(data: unknown): CycleForm | null {
  return cycle.safeParse(data).data ?? null;
}
