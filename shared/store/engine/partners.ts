/** Who belongs to whom, and the intent that comes before it. */
import type { Sql } from "../database.ts";
import { mappingColumns, mappingRow, type StoredMapping } from "./pair_rows.ts";
import type { Claimed } from "../queue.ts";
import type { MappingRow, NewIntent, Partner, RecordKey } from "./sync_store.ts";

interface StoredPartner {
  id: string;
  plane_type: string;
  plane_id: string | null;
  plane_project_id: string | null;
  odoo_model: string;
  odoo_id: string | null;
  deleted: boolean;
}

/** The pair a record belongs to, an intent too; null when it has none. */
export async function readPartnerOf(sql: Sql, key: RecordKey): Promise<Partner | null> {
  const named: ReturnType<Sql> = key.side === "plane"
    ? sql`m.plane_type = ${key.type} and m.plane_id = ${key.id}`
    : sql`m.odoo_model = ${key.model} and m.odoo_id = ${key.id}`;
  const [row] = await readStored(sql, named);
  return row === undefined ? null : partnerOf(row);
}

/** The pairs of many Plane records of one type, by Plane id; those without a pair are absent. */
export async function readPartnersOf(
  sql: Sql,
  planeType: string,
  planeIds: readonly string[],
): Promise<Map<string, Partner>> {
  if (planeIds.length === 0) return new Map();
  const named: ReturnType<Sql> = sql`m.plane_type = ${planeType} and m.plane_id = any (${[
    ...planeIds,
  ]}::text[])`;
  const rows = await readStored(sql, named);
  return new Map(
    rows.flatMap((row) => row.plane_id === null ? [] : [[row.plane_id, partnerOf(row)] as const]),
  );
}

async function readStored(sql: Sql, named: ReturnType<Sql>): Promise<readonly StoredPartner[]> {
  return await sql<StoredPartner[]>`
    select m.id, m.plane_type, m.plane_id, m.plane_project_id, m.odoo_model, m.odoo_id, exists (
      select from plane.sync_tombstone t
      where t.plane_type = m.plane_type and t.plane_id = m.plane_id and t.reason = 'deleted_in_odoo'
    ) as deleted
    from plane.sync_mappings m where ${named}`;
}

function partnerOf(row: StoredPartner): Partner {
  return {
    mappingId: row.id,
    planeType: row.plane_type,
    planeId: row.plane_id,
    planeProjectId: row.plane_project_id,
    odooModel: row.odoo_model,
    odooId: row.odoo_id === null ? null : Number(row.odoo_id),
    deleted: row.deleted,
  };
}

/**
 * Opens the intent of a record of either side before its partner is made.
 *
 * @returns the mapping, new or not, which may be the pair already; another Plane record's when the match is that one's; null when
 *   nothing may be made: the lease is lost, or the record belongs to one of another kind
 */
export async function openIntentFor(
  sql: Sql,
  claimed: Claimed,
  intent: NewIntent,
): Promise<MappingRow | null> {
  const { key } = intent;
  const [planeId, odooId] = key.side === "plane" ? [key.id, null] : [null, key.id];
  const [row] = await sql<StoredMapping[]>`
    select ${mappingColumns(sql)} from plane.open_intent(
      ${claimed.id}, ${claimed.fence}, ${intent.planeType}, ${planeId}, ${intent.planeProjectId}, ${intent.odooModel}, ${odooId},
      ${intent.matchOdooId ?? null}
    ) m`;
  return row === undefined ? null : mappingRow(row);
}
