import type { Sql } from "../database.ts";

/** Odoo ids of this model's records in a Plane project that both sides last agreed to have archived. */
export async function readArchivedPartners(
  sql: Sql,
  planeProjectId: string,
  odooModel: string,
): Promise<number[]> {
  const rows = await sql<{ odoo_id: string }[]>`
    select m.odoo_id from plane.sync_mappings m join plane.sync_snapshot s on s.mapping_id = m.id
    where m.plane_project_id = ${planeProjectId} and m.odoo_model = ${odooModel} and m.odoo_id is not null
      and s.odoo_base -> 'archived' = 'true'`;
  return rows.map(({ odoo_id }) => Number(odoo_id));
}
