/** What the log, the ledger and the runs say of a record; and orders to take something back. Values are contents of records. */
import type { Json, JsonObject } from "../../json.ts";
import type { Sql } from "../database.ts";
import type { UndoOrder } from "../engine/sync_store.ts";

/** A change as it is logged; rows of earlier versions may lack some of it. */
export interface LoggedChange {
  field: string;
  side: "plane" | "odoo";
  from: Json;
  to: Json;
  why: string;
  undoes?: string;
}

export interface HistoryPair {
  mapping_id: string;
  plane_type: string;
  plane_id: string | null;
  odoo_model: string;
  odoo_id: string | null;
  status: string;
  origin: "plane" | "odoo";
  created_at: string;
  plane_base: JsonObject | null;
  odoo_base: JsonObject | null;
  snapshot_at: string | null;
}

export interface HistoryRow {
  log_id: string;
  at: string;
  operation: string;
  actor: string | null;
  changes: LoggedChange[];
  delivery: {
    ledger_id: string;
    delivery_id: string | null;
    source: string;
    event_type: string;
    received_at: string;
  } | null;
  run: { id: string; kind: string | null; requested_by: string | null } | null;
}

/** How many log rows that name a field are shown. */
const MOST_ROWS = 20;

/** Null: the record belongs to no pair. The rows that changed the field, the latest first. One round trip. */
export async function readFieldHistory(
  sql: Sql,
  { type, id }: { type: string; id: string },
  field: string,
): Promise<{ pair: HistoryPair; rows: HistoryRow[] } | null> {
  const [row] = await sql<{ pair: HistoryPair; rows: HistoryRow[] }[]>`
    select to_jsonb(p) as pair, (
      select coalesce(jsonb_agg(to_jsonb(h) order by h.id desc), '[]') from (
        select l.id, l.id::text as log_id, l.created_at as at, l.operation, l.actor, l.changes,
          case when l.delivery_id is not null then jsonb_build_object(
            'ledger_id', l.delivery_id::text, 'delivery_id', d.delivery_id, 'source', d.source, 'event_type', d.event_type,
            'received_at', d.received_at
          ) end as delivery,
          case when l.run_id is not null then jsonb_build_object(
            'id', l.run_id, 'kind', r.kind, 'requested_by', r.requested_by
          ) end as run
        from plane.sync_log l
        left join plane.webhook_delivery d on d.id = l.delivery_id
        left join plane.sync_run r on r.id = l.run_id
        where l.mapping_id = p.mapping_id and l.success and l.changes @> ${
    JSON.stringify([{ field }])
  }::text::jsonb
        order by l.id desc limit ${MOST_ROWS}
      ) h
    ) as rows
    from (
      select m.id as mapping_id, m.plane_type, m.plane_id, m.odoo_model, m.odoo_id, m.status, m.origin, m.created_at,
        s.plane_base, s.odoo_base, s.updated_at as snapshot_at
      from plane.sync_mappings m left join plane.sync_snapshot s on s.mapping_id = m.id
      where (m.plane_type = ${type} and m.plane_id = ${id}) or (m.odoo_model = ${type} and m.odoo_id = ${id})
      limit 1
    ) p`;
  return row === undefined ? null : { pair: row.pair, rows: row.rows };
}

/** A log row that may be taken back, with its pair as it is now. */
export interface UndoableRow {
  log_id: string;
  operation: string;
  changes: LoggedChange[];
  mapping_id: string | null;
  plane_type: string | null;
  plane_id: string | null;
  odoo_model: string | null;
  odoo_id: string | null;
  status: string | null;
  plane_base: JsonObject | null;
  odoo_base: JsonObject | null;
  /** The fields the pair's configuration maps. */
  mapped: string[];
  /** Fields of the pair that rows outside the selection have changed since. */
  changed_since: string[];
  /** Writes to the pair that were noted and of which nobody knows yet what became. */
  under_way: LoggedChange[];
  /** Fields with an open conflict, or with an order that is not carried out yet. */
  in_conflict: string[];
}

export type UndoSelection = { logId: string } | { runId: string };

/** The successful rows of the selection that changed something, oldest first. */
async function readUndoable(sql: Sql, selection: UndoSelection): Promise<UndoableRow[]> {
  const chosen = "logId" in selection
    ? sql`l.id = ${selection.logId}::bigint`
    : sql`l.run_id = ${selection.runId}::uuid`;
  const rows = await sql<UndoableRow[]>`
    with chosen as materialized (
      select l.id, l.operation, l.changes, l.mapping_id from plane.sync_log l
      where ${chosen} and l.success and l.changes <> '[]'
    )
    select c.id::text as log_id, c.operation, c.changes, m.id as mapping_id, m.plane_type, m.plane_id, m.odoo_model, m.odoo_id,
      m.status, s.plane_base, s.odoo_base, array(select jsonb_object_keys(g.field_mappings)) as mapped,
      array(
        select distinct e ->> 'field' from plane.sync_log l, jsonb_array_elements(l.changes) e
        where l.mapping_id = c.mapping_id and l.id > c.id and l.success and not exists (select from chosen o where o.id = l.id)
          and e ->> 'why' not in ('kept', 'same_on_both')
      ) as changed_since,
      (
        select coalesce(jsonb_agg(e), '[]') from plane.sync_attempt a, jsonb_array_elements(a.changes) e
        where a.mapping_id = c.mapping_id
      ) as under_way,
      array(select f.field from plane.sync_conflict f where f.mapping_id = c.mapping_id and f.status = 'open') as in_conflict
    from chosen c
    left join plane.sync_mappings m on m.id = c.mapping_id
    left join plane.sync_snapshot s on s.mapping_id = m.id
    left join plane.sync_config g on g.plane_type = m.plane_type and (g.odoo_model = m.odoo_model or m.plane_type = 'module')
    order by c.id`;
  return rows.map((row) => ({ ...row }));
}

export interface FieldOrder {
  mapping_id: string;
  field: string;
  undo: UndoOrder;
}

/** What undoing asks of the database. */
export interface UndoStore {
  readUndoable(selection: UndoSelection): Promise<UndoableRow[]>;
  orderUndo(
    orders: readonly FieldOrder[],
    about: { scope: JsonObject; report: JsonObject; by: string },
  ): Promise<{ runId: string; refused: number[] }>;
}

/** @param now gives the current time as ISO 8601; absent: the database's own clock */
export function createUndoStore(sql: Sql, { now }: { now?: () => string } = {}): UndoStore {
  return {
    readUndoable: (selection) => readUndoable(sql, selection),
    orderUndo: (orders, about) => orderUndo(sql, orders, about, now?.()),
  };
}

/** Leaves the orders. Returns the run's id, and the places of the orders that met an open conflict and were left alone. */
async function orderUndo(
  sql: Sql,
  orders: readonly FieldOrder[],
  { scope, report, by }: { scope: JsonObject; report: JsonObject; by: string },
  now: string | null = null,
): Promise<{ runId: string; refused: number[] }> {
  const [row] = await sql<{ run_id: string; refused: number[] }[]>`
    select run_id, refused from plane.order_undo(
      ${JSON.stringify(orders)}::text::jsonb, ${JSON.stringify(scope)}::text::jsonb, ${
    JSON.stringify(report)
  }::text::jsonb, ${by}, coalesce(${now}::timestamptz, clock_timestamp())
    )`;
  if (row === undefined) throw new Error("An undo was ordered and has no run.");
  return { runId: row.run_id, refused: row.refused };
}
