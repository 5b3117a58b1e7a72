/** The reads behind `?action=status`. */
import type { JsonObject } from "../../json.ts";
import type { Sql } from "../database.ts";
import type { ConfigRow } from "../engine/sync_store.ts";

export interface StatusRows {
  mappings: JsonObject[];
  recent_events: JsonObject[];
  queue: JsonObject;
  stats: JsonObject[];
  next_actions: JsonObject[];
  config: ConfigRow[];
  /** How many single records are paused. */
  paused_entities: number;
  switches: SwitchStatus[];
  /** Projects that the configuration of projects leaves out, with what of them is left out for that. At most 50. */
  left_out: { project: string; records: number }[];
  conflicts: { open: number; oldest_since: string | null };
  /** The latest 20, without their reports, which hold contents of records. */
  runs: JsonObject[];
}

/** A switch that is not on. */
export interface SwitchStatus {
  name: string;
  state: "paused" | "open" | "half_open";
  reason: string | null;
  failures: number;
  since: string;
  until: string | null;
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
      (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from plane.sync_config c) as config,
      (select count(*)::integer from plane.sync_mappings m where m.status = 'paused') as paused_entities,
      (select coalesce(jsonb_agg(to_jsonb(w)), '[]') from (
        select w.name, w.state, w.reason, w.failures, w.updated_at as since, w.until from plane.sync_switch w
        where w.state in ('open', 'half_open') or (w.state = 'paused' and (w.until is null or w.until > now())) order by w.name
      ) w) as switches,
      (select coalesce(jsonb_agg(to_jsonb(o)), '[]') from (
        select q.entity_key as project, count(w.entity_key)::integer as records
        from plane.sync_queue q left join plane.sync_waiting w on w.waits_for = q.entity_key
        where q.status = 'pending' and q.last_error = 'left_out' and q.source_type in ('project', 'project.project')
        group by q.entity_key order by records desc, project limit 50
      ) o) as left_out,
      (select jsonb_build_object('open', count(*), 'oldest_since', min(c.created_at)) from plane.sync_conflict c
        where c.status = 'open' and c.resolution is null) as conflicts,
      (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
        select r.id, r.kind, r.scope, r.dry_run, r.status, r.progress, r.error, r.requested_by, r.created_at, r.started_at,
          r.updated_at, r.finished_at
        from plane.sync_run r order by r.created_at desc, r.id limit 20
      ) r) as runs`;
  if (row === undefined) throw new Error("The status query returned no row.");
  return row;
}
