/** Pairs of which one record was deleted so long ago that the other may go too, where the configuration asks for that. */
import { parseStamp } from "../../stamp.ts";
import type { Sql } from "../database.ts";
import { mappingColumns, mappingRow, type StoredMapping } from "../engine/pair_rows.ts";
import type { MappingRow, SnapshotRow } from "../engine/sync_store.ts";

export interface EndedPair {
  mapping: MappingRow;
  snapshot: SnapshotRow | null;
  reason: "deleted_in_plane" | "deleted_in_odoo";
  /** When that was noticed, comparable. */
  endedAt: string;
}

export interface DeletedPartners {
  /** In the order of the mappings' ids, after one of them. */
  list(
    pair: { planeType: string; odooModel: string },
    before: string,
    after: string | null,
    limit: number,
  ): Promise<EndedPair[]>;
  /** The other record is gone as well: the mapping goes, its tombstone and a line in the log stay. */
  forget(pair: EndedPair): Promise<void>;
}

interface StoredEnd {
  mapping: StoredMapping;
  snapshot: SnapshotRow | null;
  reason: EndedPair["reason"];
  ended_at: string;
}

export function createDeletedPartners(sql: Sql): DeletedPartners {
  return {
    list: async ({ planeType, odooModel }, before, after, limit) => {
      const rows = await sql<StoredEnd[]>`
        select to_jsonb(m) as mapping, (
            select to_jsonb(r) from (
              select s.plane_base, s.odoo_base, s.plane_seen, s.placeholders from plane.sync_snapshot s where s.mapping_id = m.id
            ) r
          ) as snapshot, t.reason, t.created_at as ended_at
        from (
          select ${mappingColumns(sql)} from plane.sync_mappings m
          where m.plane_type = ${planeType} and m.odoo_model = ${odooModel} and m.status = 'archived'
            and m.plane_id is not null and m.odoo_id is not null
        ) m
        join plane.sync_tombstone t on t.plane_type = m.plane_type and t.plane_id = m.plane_id
        where t.reason in ('deleted_in_plane', 'deleted_in_odoo') and t.created_at < ${before}::timestamptz
          and m.id > coalesce(${after}::uuid, '00000000-0000-0000-0000-000000000000')
        order by m.id limit ${limit}`;
      return rows.map(({ mapping, snapshot, reason, ended_at }) => ({
        mapping: mappingRow(mapping),
        snapshot,
        reason,
        endedAt: parseStamp(ended_at) ?? ended_at,
      }));
    },
    forget: async ({ mapping, reason }) => {
      const [side, id, other] = reason === "deleted_in_plane"
        ? ["plane", mapping.plane_id, mapping.odoo_id]
        : ["odoo", mapping.odoo_id, mapping.plane_id];
      await sql`
        with logged as (
          insert into plane.sync_log (source_system, source_id, target_id, operation, success)
          values (${side ?? ""}, ${id ?? ""}, ${other ?? null}, 'delete', true)
        )
        delete from plane.sync_mappings m where m.id = ${mapping.id}`;
    },
  };
}
