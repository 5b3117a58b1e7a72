/** The engine's store in PostgreSQL on the virtual clock, with a look at its tables. One database serves many runs, one by one. */
import { createCallBudget } from "../../../shared/plane/call_budget.ts";
import { createCursorStore } from "../../../shared/store/sweeping/cursors.ts";
import { createDeletedPartners } from "../../../shared/store/sweeping/deleted_partners.ts";
import { recordDelivery } from "../../../shared/store/deliveries.ts";
import { openDatabase, type Sql } from "../../../shared/store/database.ts";
import { createSweepMarks } from "../../../shared/store/sweeping/sweep_marks.ts";
import { createSweepPairs } from "../../../shared/store/sweeping/sweep_pairs.ts";
import { createUndoStore } from "../../../shared/store/runs/history.ts";
import { createSqlStore } from "../../../shared/store/engine/sql_store.ts";
import type { Json, JsonObject } from "../../../shared/json.ts";
import type { SimPair, SimStore } from "./sim_store.ts";
import type { SweepPorts } from "./sweeper.ts";

export interface SqlSimStoresOptions {
  /** Requests a minute that Plane and the budget allow; absent: as many as anybody likes. */
  readonly callsPerMinute?: number;
  /** With the real sweep, which is no part of the store in memory. */
  readonly sweeps?: boolean;
}

export interface SqlSimStores {
  open(options: { now: () => number }): SimStore;
  /** Makes the database as it was in the beginning. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** @param databaseUrl a database with all migrations, which nobody else uses */
export function openSqlSimStores(
  databaseUrl: string,
  { callsPerMinute, sweeps = false }: SqlSimStoresOptions = {},
): SqlSimStores {
  const sql = openDatabase({ databaseUrl, databasePrepare: "on", databaseConnections: 1 });
  return {
    open: ({ now }) => {
      const iso = () => new Date(now()).toISOString();
      return {
        ...sqlSimStore(sql, iso),
        ...(callsPerMinute === undefined ? {} : { budget: createCallBudget(sql, { now: iso }) }),
        ...(sweeps ? { sweeping: sweepPorts(sql, iso) } : {}),
      };
    },
    reset: async () => {
      await sql`
        truncate plane.sync_queue, plane.webhook_delivery, plane.sync_waiting, plane.sync_mappings, plane.sync_attempt, plane.sync_snapshot,
          plane.sync_tombstone, plane.sync_value_map, plane.sync_log, plane.sync_conflict, plane.sync_cursor, plane.sync_run, plane.sync_rehearsal,
          plane.sync_switch, plane.api_budget, plane.api_call, ops.events`;
      if (callsPerMinute === undefined) return;
      await sql`insert into plane.api_budget (credential, call_limit) values ('default', ${callsPerMinute})`;
    },
    close: () => sql.end({ timeout: 1 }),
  };
}

function sweepPorts(sql: Sql, now: () => string): SweepPorts {
  return {
    cursors: createCursorStore(sql, { now }),
    pairs: createSweepPairs(sql),
    marks: createSweepMarks(sql),
    deletedPartners: createDeletedPartners(sql),
  };
}

interface PairColumns {
  plane_type: string;
  plane_id: string | null;
  odoo_model: string;
  odoo_id: string | null;
  mapping_status: string;
}

function pairOf(row: PairColumns): SimPair {
  return {
    planeType: row.plane_type,
    planeId: row.plane_id,
    odooModel: row.odoo_model,
    odooId: row.odoo_id,
    status: row.mapping_status,
  };
}

function sqlSimStore(sql: Sql, now: () => string): SimStore {
  return {
    port: createSqlStore(sql, { now }),
    undoing: createUndoStore(sql, { now }),
    recordDelivery: (delivery, body) => recordDelivery(sql, delivery, body, { now }),
    setPolicy: async (policy) => {
      await sql`update plane.sync_config set conflict_resolution = ${policy}`;
    },
    setModuleAs: async (moduleAs) => {
      const options = JSON.stringify({ module_as: moduleAs });
      await sql`update plane.sync_config set options = ${options}::text::jsonb where plane_type = 'module'`;
    },
    queue: async () => {
      const rows = await sql<
        { entity_key: string; status: string; due: number | null; last_error: string | null }[]
      >`
        select entity_key, status, last_error,
          case when next_attempt_at = 'infinity' then null
            else (extract(epoch from next_attempt_at) * 1000)::double precision end as due
        from plane.sync_queue order by entity_key`;
      return rows.map((row) => ({
        entityKey: row.entity_key,
        status: row.status,
        dueAt: row.due ?? Infinity,
        lastError: row.last_error,
      }));
    },
    pairs: async () => {
      const rows = await sql<PairColumns[]>`
        select m.plane_type, m.plane_id, m.odoo_model, m.odoo_id, m.status as mapping_status
        from plane.sync_mappings m order by m.created_at, m.plane_id, m.odoo_id`;
      return rows.map(pairOf);
    },
    log: async () => {
      const rows = await sql<
        (PairColumns & {
          id: string;
          known: boolean;
          operation: string;
          success: boolean;
          error_message: string | null;
          changes: JsonObject[];
        })[]
      >`
        select l.id::text as id, m.id is not null as known, m.plane_type, m.plane_id, m.odoo_model, m.odoo_id, m.status as mapping_status,
          l.operation, l.success, l.error_message, l.changes
        from plane.sync_log l left join plane.sync_mappings m on m.id = l.mapping_id order by l.id`;
      return rows.map((row) => ({
        id: row.id,
        entityKey: null,
        pair: row.known ? pairOf(row) : null,
        operation: row.operation,
        success: row.success,
        error: row.error_message,
        changes: row.changes,
      }));
    },
    conflicts: async () => {
      const rows = await sql<
        (PairColumns & {
          field: string;
          plane_value: Json;
          odoo_value: Json;
          status: string;
          is_order: boolean;
        })[]
      >`
        select m.plane_type, m.plane_id, m.odoo_model, m.odoo_id, m.status as mapping_status, c.field, c.plane_value,
          c.odoo_value, c.status, coalesce(c.resolution ? 'undo', false) as is_order
        from plane.sync_conflict c join plane.sync_mappings m on m.id = c.mapping_id order by c.created_at, c.field`;
      return rows.map((row) => ({
        pair: pairOf(row),
        field: row.field,
        planeValue: row.plane_value,
        odooValue: row.odoo_value,
        status: row.status,
        isOrder: row.is_order,
      }));
    },
    replay: async () => {
      await sql`select plane.replay(p_from => '-infinity', p_now => ${now()})`;
    },
    deliveries: async () => {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from plane.webhook_delivery`;
      return row?.count ?? 0;
    },
  };
}
