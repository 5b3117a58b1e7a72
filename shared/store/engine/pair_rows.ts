/** Everything known about one record and its partner, whichever side is asked. One round trip. */
import { parseStamp } from "../../stamp.ts";
import type { Sql } from "../database.ts";
import type {
  AttemptRow,
  ConfigRow,
  MappingRow,
  OpenConflict,
  PairRow,
  RecordKey,
  SnapshotRow,
  TombstoneRow,
} from "./sync_store.ts";

/** A row of plane.sync_mappings, as PostgreSQL writes it. */
export interface StoredMapping extends Omit<MappingRow, "plane_updated_at" | "odoo_write_date"> {
  plane_updated_at: string | null;
  odoo_write_date: string | null;
}

interface StoredPair {
  configs: ConfigRow[];
  mapping: StoredMapping | null;
  snapshot: SnapshotRow | null;
  tombstone: TombstoneRow | null;
  conflicts: OpenConflict[];
  attempts: AttemptRow[];
  announced: boolean;
}

/** The columns of a mapping the engine knows. */
export function mappingColumns(sql: Sql): ReturnType<Sql> {
  return sql`m.id, m.plane_type, m.plane_id, m.plane_project_id, m.odoo_model, m.odoo_id, m.origin, m.sync_direction, m.status,
    m.plane_updated_at, m.odoo_write_date`;
}

/** A stored mapping with comparable stamps. */
export function mappingRow(stored: StoredMapping): MappingRow {
  return {
    ...stored,
    plane_updated_at: parseStamp(stored.plane_updated_at),
    odoo_write_date: parseStamp(stored.odoo_write_date),
  };
}

/**
 * Reads a record's pair. An Odoo record's tombstone is the newest that names it, because several Plane records may have had it
 * for a partner, one after the other.
 */
export async function readPairRow(sql: Sql, key: RecordKey): Promise<PairRow> {
  const type = key.side === "plane" ? key.type : key.model;
  const [config, mapping, tombstone] = key.side === "plane"
    ? [
      sql`c.plane_type = ${type}`,
      sql`m.plane_type = ${type} and m.plane_id = ${key.id}`,
      sql`t.plane_type = ${type} and t.plane_id = ${key.id}`,
    ]
    : [
      sql`c.odoo_model = ${type}`,
      sql`m.odoo_model = ${type} and m.odoo_id = ${key.id}`,
      sql`t.odoo_model = ${type} and t.odoo_id = ${key.id}`,
    ];
  const [row] = await sql<StoredPair[]>`
    with mapping as materialized (select ${mappingColumns(sql)} from plane.sync_mappings m where ${mapping})
    select
      (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
        select c.plane_type, c.odoo_model, c.enabled, c.direction, c.field_mappings, c.conflict_resolution, c.options
        from plane.sync_config c where ${config} order by c.plane_type, c.odoo_model
      ) r) as configs,
      (select to_jsonb(m) from mapping m) as mapping,
      (select to_jsonb(r) from (
        select s.plane_base, s.odoo_base, s.plane_seen, s.placeholders
        from plane.sync_snapshot s join mapping m on m.id = s.mapping_id
      ) r) as snapshot,
      (select to_jsonb(r) from (
        select t.plane_type, t.plane_id, t.odoo_model, t.odoo_id, t.reason
        from plane.sync_tombstone t where ${tombstone} order by t.created_at desc, t.plane_id limit 1
      ) r) as tombstone,
      (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
        select c.id, c.field, c.plane_value, c.odoo_value, c.resolution
        from plane.sync_conflict c join mapping m on m.id = c.mapping_id
        where c.status = 'open' order by c.created_at, c.field
      ) r) as conflicts,
      (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
        select a.id, a.side, a.stamp, a.plane_base, a.odoo_base
        from plane.sync_attempt a join mapping m on m.id = a.mapping_id order by a.noted_at, a.id
      ) r) as attempts,
      exists (
        select from plane.sync_queue q
        where q.last_delivery_id is not null
          and q.entity_key = any (array(select m.plane_type || ':' || m.plane_id from mapping m) || ${`${type}:${key.id}`}::text)
      ) as announced`;
  if (row === undefined) throw new Error("The pair query returned no row.");
  return {
    ...row,
    mapping: row.mapping === null ? null : mappingRow(row.mapping),
    attempts: row.attempts.map((attempt) => ({ ...attempt, stamp: parseStamp(attempt.stamp) })),
  };
}
