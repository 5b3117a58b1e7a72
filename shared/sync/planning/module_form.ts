/** A module as the engine sees it; webhook and REST answer have the same form. */
import { z } from "zod";
import { FORM_PARTS, idOrNull, orNull } from "../sides/plane_forms.ts";

const MODULE_STATUSES = [
  "backlog",
  "planned",
  "in-progress",
  "paused",
  "completed",
  "cancelled",
] as const;

const module = z.object({
  ...FORM_PARTS,
  project: z.string(),
  description: orNull(z.string()),
  /** Some versions have an object here; then the text counts. */
  description_html: orNull(z.string()).catch(null),
  status: z.enum(MODULE_STATUSES).catch("backlog"),
  lead: idOrNull.catch(null),
});

export type ModuleForm = z.output<typeof module>;

/** Null when it is not a whole module. */
export function moduleForm(data: unknown): ModuleForm | null {
  return module.safeParse(data).data ?? null;
}
