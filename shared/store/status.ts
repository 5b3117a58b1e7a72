/** The reads behind `?action=status`. */
import type { JsonObject } from "../json.ts";
import type { Sql } from "./database.ts";
import type { ConfigRow } from "./sync_store.ts";

export interface StatusRows {
  mappings: JsonObject[];
  recent_events: JsonObject[];
  queue: JsonObject;
  stats: JsonObject[];
  next_actions: JsonObject[];
  config: ConfigRow[];
}

/** One round trip. Carries codes, ids and counts, and the names of people, states and labels that
 * somebody has to match by hand; no other contents of records. */
export async function readStatus(sql: Sql): Promise<StatusRows> {
  const [row] = await sql<StatusRows[]>`
    select
      (select coalesce(jsonb_agg(to_jsonb(m)), '[]') from (
        select * from plane.v_active_syncs order by last_synced_at desc nulls last limit 100
      ) m) as mappings,
      (select coalesce(jsonb_agg(to_jsonb(e)), '[]') from (
        select id, level, event_type, message, metadata, duration_ms, created_at from ops.events
        where category = 'plane-sync' order by created_at desc limit 20
      ) e) as recent_events,
      (select to_jsonb(h) from plane.v_queue_health h) as queue,
      (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from plane.v_sync_stats s) as stats,
      (select coalesce(jsonb_agg(to_jsonb(a)), '[]') from (select * from plane.v_next_actions limit 50) a) as next_actions,
      (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from plane.sync_config c) as config`;
  if (row === undefined) throw new Error("The status query returned no row.");
  return row;
}
