/** What the engine asks for each entity is found by an index, however much there is. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import type { SyncStore } from "../../shared/store/engine/sync_store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const ROWS = 20_000;

/** A database in which reading a whole table is felt. */
async function filled(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await database.sql.unsafe(`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id)
    select 'issue', n, 'project.task', n from generate_series(1, ${ROWS}) n;
    insert into plane.sync_snapshot (mapping_id) select id from plane.sync_mappings;
    insert into plane.sync_tombstone (plane_type, plane_id, odoo_model, odoo_id, reason)
    select 'issue', n, 'project.task', n, 'mapping_deleted' from generate_series(1, ${ROWS}) n;
    insert into plane.sync_conflict (mapping_id, field) select id, 'name' from plane.sync_mappings;
    insert into plane.sync_attempt (
      mapping_id, side, plane_base, odoo_base, changes, source_system, source_id, noted_at
    ) select id, 'odoo', '{}', '{}', '[]', 'plane', plane_id, now() from plane.sync_mappings;
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type)
    select 'issue:' || n, 'plane', n, 'issue' from generate_series(1, ${ROWS}) n;
    insert into plane.webhook_delivery (dedup_key, source, envelope, event_type, entity_key, observed_at, body)
    select n, 'plane', 'plane_v1', 'issue.updated', 'issue:' || n, now(), '{}' from generate_series(1, ${ROWS}) n;
  `).simple();
  await database.sql`analyze`;
  return database;
}

/** Every plan of what `ask` does, as the server explains it. */
async function plansOf(database: TestDatabase, ask: (store: SyncStore) => Promise<unknown>): Promise<string> {
  const notices: string[] = [];
  const sql = postgres(database.url, { max: 1, onnotice: ({ message = "" }) => notices.push(message) });
  try {
    await sql.unsafe(`
      load 'auto_explain';
      set auto_explain.log_min_duration = 0;
      set auto_explain.log_nested_statements = on;
      set client_min_messages = log;
    `).simple();
    const store = createSqlStore(sql);
    // After five calls PostgreSQL may change to a plan that does not know the parameters: that one counts as well.
    for (let call = 1; call <= 7; call++) await ask(store);
  } finally {
    await sql.end();
  }
  return notices.filter((notice) => notice.includes("plan:")).join("\n");
}

Deno.test("a pair, a partner, a conflict and what was said of a record are found by their keys, from both sides", async () => {
  await using database = await filled();
  const plane = { side: "plane", type: "issue", id: "77" } as const;
  const odoo = { side: "odoo", model: "project.task", id: "77" } as const;
  const questions: [string, (store: SyncStore) => Promise<unknown>][] = [
    ["pair by Plane", (store) => store.readPair(plane)],
    ["pair by Odoo", (store) => store.readPair(odoo)],
    ["partner by Plane", (store) => store.readPartner(plane)],
    ["partner by Odoo", (store) => store.readPartner(odoo)],
    ["announcements", (store) => store.announcementsSince("issue", "77", null)],
    ["a hint", (store) => store.hint({ key: odoo })],
  ];
  for (const [name, ask] of questions) {
    const plans = await plansOf(database, ask);
    assert.match(plans, /Index (Only )?Scan/, name);
    const scanned = [...plans.matchAll(/Seq Scan on (\S+)/g)].map(([, table]) => table);
    // The configuration has six rows.
    assert.deepEqual(scanned.filter((table) => table !== "sync_config"), [], name);
  }
});
