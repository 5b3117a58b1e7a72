/** What we know about one pair: configuration, mapping, snapshot, tombstone. One round trip. */
import type { JsonObject } from "../json.ts";
import { parseStamp } from "../stamp.ts";
import type { Claimed } from "./queue.ts";
import type { Sql } from "./database.ts";

export interface PairRow {
  enabled: boolean;
  direction: "plane_to_odoo" | "odoo_to_plane" | "bidirectional";
  field_mappings: JsonObject;
  conflict_resolution: "latest_wins" | "plane_wins" | "odoo_wins" | "manual";
  mapping_id: string | null;
  odoo_id: string | null;
  status: "active" | "paused" | "error" | "archived" | null;
  plane_project_id: string | null;
  plane_updated_at: string | null;
  plane_base: JsonObject | null;
  odoo_base: JsonObject | null;
  plane_seen: JsonObject | null;
  placeholders: Record<string, string> | null;
  tombstone: "mapping_deleted" | "deleted_in_odoo" | "deleted_in_plane" | null;
  tombstone_odoo_id: string | null;
  /** The Plane record belongs to a record of another model. */
  belongs_elsewhere: boolean;
  /** Deliveries are among the hints at work; else they are all by hand, or by what the record waited for. */
  announced: boolean;
}

/** Null when plane.sync_config has no row for this pair. */
export async function readPair(
  sql: Sql,
  planeType: string,
  planeId: string,
  odooModel: string,
): Promise<PairRow | null> {
  const [row] = await sql<PairRow[]>`
    select c.enabled, c.direction, c.field_mappings, c.conflict_resolution, m.id as mapping_id, m.odoo_id, m.status,
      m.plane_project_id, m.plane_updated_at, s.plane_base, s.odoo_base, s.plane_seen, s.placeholders,
      t.reason as tombstone, t.odoo_id as tombstone_odoo_id, exists (
        select from plane.sync_mappings o
        where o.plane_type = c.plane_type and o.plane_id = ${planeId} and o.odoo_model <> c.odoo_model
      ) as belongs_elsewhere, exists (
        select from plane.sync_queue q where q.entity_key = ${`${planeType}:${planeId}`} and q.last_delivery_id is not null
      ) as announced
    from plane.sync_config c
    left join plane.sync_mappings m
      on m.plane_type = c.plane_type and m.plane_id = ${planeId} and m.odoo_model = c.odoo_model
    left join plane.sync_snapshot s on s.mapping_id = m.id
    left join plane.sync_tombstone t
      on t.plane_type = c.plane_type and t.plane_id = ${planeId} and t.odoo_model = c.odoo_model
    where c.plane_type = ${planeType} and c.odoo_model = ${odooModel}`;
  return row === undefined ? null : { ...row, plane_updated_at: parseStamp(row.plane_updated_at) };
}

/**
 * The partner of one Plane record in this model: its Odoo id; `deleted` when it was deleted in Odoo, or the record belongs to
 * one of another model, so that none will come; null when there is none yet.
 */
export async function readPartner(
  sql: Sql,
  planeType: string,
  planeId: string,
  odooModel: string,
): Promise<number | "deleted" | null> {
  const [row] = await sql<{ odoo_id: string; deleted: boolean }[]>`
    select m.odoo_id, m.odoo_model <> ${odooModel} or exists (
      select from plane.sync_tombstone t
      where t.plane_type = m.plane_type and t.plane_id = m.plane_id and t.reason = 'deleted_in_odoo'
    ) as deleted
    from plane.sync_mappings m
    where m.plane_type = ${planeType} and m.plane_id = ${planeId} and m.odoo_id is not null`;
  return row === undefined ? null : row.deleted ? "deleted" : Number(row.odoo_id);
}

/**
 * Opens the intent before the partner is made. Null: nothing may be made, because the lease is lost or the Plane record
 * belongs to a record of another model.
 */
export async function openIntent(
  sql: Sql,
  claimed: Claimed,
  plane: { type: string; id: string; projectId: string | null },
  odooModel: string,
): Promise<{ mappingId: string; odooId: string | null } | null> {
  const [row] = await sql<{ id: string; odoo_id: string | null }[]>`
    select id, odoo_id from plane.open_intent(
      ${claimed.id}, ${claimed.fence}, ${plane.type}, ${plane.id}, ${plane.projectId}, ${odooModel})`;
  return row === undefined ? null : { mappingId: row.id, odooId: row.odoo_id };
}

/** Leaves a hint about a Plane record, as whoever needs it would by hand. */
export async function hintPlaneRecord(
  sql: Sql,
  planeType: string,
  planeId: string,
  projectId: string | null,
): Promise<void> {
  const payload = projectId === null ? null : JSON.stringify({ project_id: projectId });
  await sql`select plane.enqueue_sync('plane', ${planeId}, ${planeType}, 'update', ${payload}::text::jsonb, 6)`;
}

/** Leaves a hint about an Odoo record, so that whoever it belongs to is looked at: it may be gone. */
export async function hintOdooRecord(sql: Sql, model: string, id: number): Promise<void> {
  await sql`select plane.enqueue_sync('odoo', ${String(id)}, ${model}, 'update', null, 6)`;
}
