/** Which Odoo records without partner the configuration leaves out, as far as a row shows it: nobody need look at them. Pure. */
import type { OdooRecord } from "../odoo/client.ts";
import type { PairConfig } from "../sync/pairs/configuration.ts";
import { relatedId } from "../sync/lenses/lens.ts";
import { PROJECT_MODEL, TASK_MODEL } from "../sync/sides/models.ts";

export function isLeftOut(
  { odooModel, options }: Pick<PairConfig, "odooModel" | "options">,
  row: OdooRecord,
): boolean {
  if (options.create_in_plane === false) return true;
  if (odooModel !== TASK_MODEL && odooModel !== PROJECT_MODEL) return false;
  const project = odooModel === PROJECT_MODEL ? row.id : relatedId(row.project_id);
  // A task without project is its user's own.
  return project === null || options.odoo_projects?.includes(project) === false;
}
