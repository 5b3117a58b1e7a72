/** What sweeps ask of the pairs: many at once, because they read pages. One round trip each. */
import type { Sql } from "../database.ts";
import { mappingColumns, mappingRow, type StoredMapping } from "../engine/pair_rows.ts";
import type { ConfigRow, MappingRow, SnapshotRow, TombstoneRow } from "../engine/sync_store.ts";

/** What is known of one record of a page; a record nobody knows has no entry. */
export interface KnownPair {
  mapping: MappingRow | null;
  snapshot: SnapshotRow | null;
  tombstone: TombstoneRow["reason"] | null;
}

/** A record of a pair that is at work, and whether both sides agreed to have it archived. */
export interface MappedRecord {
  id: string;
  planeProjectId: string | null;
  archived: boolean;
}

export interface SweepPairs {
  configs(): Promise<ConfigRow[]>;
  byPlane(planeType: string, ids: readonly string[]): Promise<Map<string, KnownPair>>;
  byOdoo(odooModel: string, ids: readonly number[]): Promise<Map<string, KnownPair>>;
  /** Plane projects with a partner that is not gone. */
  planeProjects(): Promise<string[]>;
  /** The Plane records of a project that have a partner, in no particular order. */
  mappedInPlane(planeType: string, projectId: string): Promise<MappedRecord[]>;
  /** The Odoo records of a model that have a partner, after an id as text, in the order of that text. */
  mappedInOdoo(odooModel: string, after: string, limit: number): Promise<MappedRecord[]>;
  /** Comments with a partner, by the work item they hang on: as the latest observation of each says. */
  commentsOf(projectId: string, items: readonly string[]): Promise<Map<string, string[]>>;
}

interface StoredKnown {
  id: string;
  mapping: StoredMapping | null;
  snapshot: SnapshotRow | null;
  tombstone: TombstoneRow["reason"] | null;
}

export function createSweepPairs(sql: Sql): SweepPairs {
  const known = async (
    ids: readonly string[],
    mapping: ReturnType<Sql>,
    tombstone: ReturnType<Sql>,
  ): Promise<Map<string, KnownPair>> => {
    if (ids.length === 0) return new Map();
    const rows = await sql<StoredKnown[]>`
      select w.id, to_jsonb(m) as mapping, to_jsonb(s) as snapshot, (
        select t.reason from plane.sync_tombstone t where ${tombstone} order by t.created_at desc, t.plane_id limit 1
      ) as tombstone
      from unnest(${[...ids]}::text[]) as w (id)
      left join lateral (select ${mappingColumns(sql)} from plane.sync_mappings m where ${mapping}) m on true
      left join lateral (
        select n.plane_base, n.odoo_base, n.plane_seen, n.placeholders from plane.sync_snapshot n where n.mapping_id = m.id
      ) s on true`;
    return new Map(
      rows.filter((row) => row.mapping !== null || row.tombstone !== null).map(({ id, mapping, ...rest }) => [
        id,
        { ...rest, mapping: mapping === null ? null : mappingRow(mapping) },
      ]),
    );
  };
  const archived =
    sql`coalesce(s.plane_base -> 'archived' = 'true' or s.odoo_base -> 'archived' = 'true', false) as archived`;
  return {
    configs: async () => {
      const rows = await sql<ConfigRow[]>`
        select c.plane_type, c.odoo_model, c.enabled, c.direction, c.field_mappings, c.conflict_resolution, c.options
        from plane.sync_config c order by c.plane_type, c.odoo_model`;
      return rows.map((row) => ({ ...row }));
    },
    byPlane: (type, ids) =>
      known(
        ids,
        sql`m.plane_type = ${type} and m.plane_id = w.id`,
        sql`t.plane_type = ${type} and t.plane_id = w.id`,
      ),
    byOdoo: (model, ids) =>
      known(
        ids.map(String),
        sql`m.odoo_model = ${model} and m.odoo_id = w.id`,
        sql`t.odoo_model = ${model} and t.odoo_id = w.id`,
      ),
    planeProjects: async () => {
      const rows = await sql<{ plane_id: string }[]>`
        select m.plane_id from plane.sync_mappings m
        where m.plane_type = 'project' and m.plane_id is not null and m.status in ('active', 'error')
        order by m.created_at, m.id`;
      return rows.map(({ plane_id }) => plane_id);
    },
    mappedInPlane: async (type, project) =>
      mapped(
        await sql`
        select m.plane_id as id, m.plane_project_id, ${archived}
        from plane.sync_mappings m left join plane.sync_snapshot s on s.mapping_id = m.id
        where m.plane_project_id = ${project} and m.plane_type = ${type} and m.plane_id is not null and m.odoo_id is not null
          and m.status in ('active', 'error')`,
      ),
    mappedInOdoo: async (model, after, limit) =>
      mapped(
        await sql`
        select m.odoo_id as id, m.plane_project_id, ${archived}
        from plane.sync_mappings m left join plane.sync_snapshot s on s.mapping_id = m.id
        where m.odoo_model = ${model} and m.odoo_id > ${after} and m.plane_id is not null and m.status in ('active', 'error')
        order by m.odoo_id limit ${limit}`,
      ),
    commentsOf: async (project, items) => {
      const rows = await sql<{ item: string; id: string }[]>`
        select s.plane_seen ->> 'issue' as item, m.plane_id as id
        from plane.sync_mappings m join plane.sync_snapshot s on s.mapping_id = m.id
        where m.plane_project_id = ${project} and m.plane_type = 'issue_comment' and m.plane_id is not null
          and m.status in ('active', 'error') and s.plane_seen ->> 'issue' = any (${[...items]}::text[])`;
      const found = new Map<string, string[]>();
      for (const { item, id } of rows) found.set(item, [...found.get(item) ?? [], id]);
      return found;
    },
  };
}

function mapped(
  rows: readonly { id?: string; plane_project_id?: string | null; archived?: boolean }[],
): MappedRecord[] {
  return rows.map(({ id = "", plane_project_id = null, archived = false }) => (
    { id, planeProjectId: plane_project_id, archived }
  ));
}
