/** The engine's store in PostgreSQL on a clock of the test's own, for the contract suite. */
import { createConflictStore } from "../../shared/store/operators/conflicts.ts";
import { recordDelivery } from "../../shared/store/deliveries.ts";
import { openDatabase } from "../../shared/store/database.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { createSwitchStore } from "../../shared/store/operators/switches.ts";
import type { LogEntry, StoreWorld } from "../contract/sync_store/world.ts";
import { createTestDatabase } from "./database.ts";

const BEGINNING = Date.UTC(2026, 0, 31, 12);

/** Opens a new database; closing the world drops it. */
export async function openSqlStoreWorld(): Promise<StoreWorld> {
  const database = await createTestDatabase();
  const sql = openDatabase({ databaseUrl: database.url, databasePrepare: "on", databaseConnections: 2 });
  let milliseconds = BEGINNING;
  const now = () => new Date(milliseconds).toISOString();
  const switches = createSwitchStore(sql, { now });
  const conflicts = createConflictStore(sql, { now });
  return {
    store: createSqlStore(sql, { now }),
    now,
    advance: (by) => {
      milliseconds += by;
    },
    record: (delivery, body) => recordDelivery(sql, delivery, body, { now }),
    resolve: conflicts.resolve,
    pause: switches.pause,
    resume: switches.resume,
    deleteMapping: async (id) => {
      await sql`delete from plane.sync_mappings where id = ${id}`;
    },
    replay: async (reason) => {
      const [row] = await sql<{ replayed: number }[]>`
        select plane.replay(p_reason => ${reason}, p_now => ${now()}) as replayed`;
      return row?.replayed ?? 0;
    },
    decideValue: async (kind, planeValue, odooId) => {
      await sql`
        insert into plane.sync_value_map (kind, plane_value, odoo_model, odoo_id, decided_by, updated_at)
        values (${kind}, ${planeValue}, 'any', ${odooId === null ? null : String(odooId)}, 'manual', ${now()})
        on conflict (kind, plane_value) do update set odoo_id = excluded.odoo_id, decided_by = 'manual'`;
    },
    log: async () =>
      [
        ...await sql<LogEntry[]>`
        select mapping_id as "mappingId", source_system as "sourceSystem", source_id as "sourceId", target_id as "targetId",
          operation, success, error_message as error, changes, actor, run_id as "runId", delivery_id is not null as announced
        from plane.sync_log order by id`,
      ].map((row) => ({ ...row })),
    reset: async () => {
      await sql`
        truncate plane.sync_queue, plane.webhook_delivery, plane.sync_waiting, plane.sync_mappings, plane.sync_attempt, plane.sync_snapshot,
          plane.sync_tombstone, plane.sync_value_map, plane.sync_log, plane.sync_conflict, plane.sync_cursor, plane.sync_run, plane.sync_rehearsal,
          plane.sync_switch, ops.events`;
      await sql`update plane.sync_config set enabled = odoo_model not in ('sale.order', 'account.move')`;
    },
    [Symbol.asyncDispose]: async () => {
      await sql.end({ timeout: 1 });
      await database.drop();
    },
  };
}
