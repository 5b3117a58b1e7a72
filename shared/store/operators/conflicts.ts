/** What waits for a person's decision: plane.sync_conflict. */
import type { Json } from "../../json.ts";
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";
import type { Resolution } from "../engine/sync_store.ts";

/** An open conflict with the pair it belongs to. The values are contents of records. */
export interface ConflictRow {
  id: string;
  mapping_id: string;
  field: string;
  plane_type: string;
  plane_id: string | null;
  odoo_model: string;
  odoo_id: string | null;
  base: Json;
  plane_value: Json;
  odoo_value: Json;
  /** As PostgreSQL writes them. */
  plane_at: string | null;
  odoo_at: string | null;
  plane_actor: string | null;
  odoo_actor: string | null;
  resolution: Resolution | null;
  resolved_by: string | null;
  created_at: string;
}

export interface ConflictStore {
  /** The open ones, oldest first; of one pair when it is named. Orders to take something back are not among them. */
  list(options: { limit: number; mappingId?: string }): Promise<ConflictRow[]>;
  /** The open conflict of a record's field, the record named by its Plane type or Odoo model and its id there. */
  find(type: string, id: string, field: string): Promise<string | null>;
  /**
   * Chooses how a conflict ends and leaves a hint for the pair: the next look at it carries the choice out.
   *
   * @param by who chose, as it is written down
   * @returns false when there is no such open conflict
   */
  resolve(id: string, resolution: Resolution, by: string): Promise<boolean>;
}

/** @param clock whose clock says when; the database's own unless given */
export function createConflictStore(sql: Sql, clock: StoreClock = {}): ConflictStore {
  return {
    list: async ({ limit, mappingId }) => {
      const rows = await sql<ConflictRow[]>`
        select c.id, c.mapping_id, c.field, c.plane_type, c.plane_id, c.odoo_model, c.odoo_id, c.base, c.plane_value,
          c.odoo_value, c.plane_at, c.odoo_at, c.plane_actor, c.odoo_actor, c.resolution, c.resolved_by, c.created_at
        from plane.v_conflicts c where ${
        mappingId === undefined ? sql`true` : sql`c.mapping_id = ${mappingId}`
      }
          and (c.resolution is null or not c.resolution ? 'undo')
        order by c.created_at, c.id limit ${limit}`;
      return rows.map((row) => ({ ...row }));
    },
    find: async (type, id, field) => {
      const [row] = await sql<{ id: string }[]>`
        select c.id from plane.v_conflicts c
        where c.field = ${field} and (c.resolution is null or not c.resolution ? 'undo')
          and ((c.plane_type = ${type} and c.plane_id = ${id}) or (c.odoo_model = ${type} and c.odoo_id = ${id}))
        order by c.created_at, c.id limit 1`;
      return row?.id ?? null;
    },
    resolve: async (id, resolution, by) => {
      const [row] = await sql<{ resolved: boolean }[]>`
        select plane.resolve_conflict(
          ${id}, ${JSON.stringify(resolution)}::text::jsonb, ${by},
          coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())
        ) as resolved`;
      return row?.resolved === true;
    },
  };
}
