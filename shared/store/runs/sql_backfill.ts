/** What a backfill asks, of PostgreSQL: one round trip each. */
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";
import type { ConfigRow } from "../engine/sync_store.ts";
import type { BackfillStore, HeldRecord, KnownPair, RunRemains, Unsettled } from "./backfill.ts";

/** @param clock whose clock decides what is due; the database's own unless given */
export function createBackfillStore(sql: Sql, clock: StoreClock = {}): BackfillStore {
  const now = () => sql`coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())`;
  return {
    configs: async () => [
      ...await sql<ConfigRow[]>`
        select plane_type, odoo_model, enabled, direction, field_mappings, conflict_resolution, options
        from plane.sync_config order by plane_type, odoo_model`,
    ],
    pairs: async (odooModel, planeProjectId) => {
      const rows = await sql<(Omit<KnownPair, "odooId"> & { odooId: string | null })[]>`
        select plane_type as "planeType", plane_id as "planeId", plane_project_id as "planeProjectId", odoo_id as "odooId",
          status, last_error as "lastError", origin
        from plane.sync_mappings
        where odoo_model = ${odooModel} ${
        planeProjectId === undefined ? sql`` : sql`and plane_project_id = ${planeProjectId}`
      }
        union all
        select q.source_type, q.source_id, q.plane_project_id, q.payload ->> 'match_odoo_id', 'active', q.last_error, null
        from plane.sync_queue q join plane.sync_config c on c.plane_type = q.source_type and c.odoo_model = ${odooModel}
        where q.run_id is not null and q.source_system = 'plane' and q.is_open and q.payload ->> 'match_odoo_id' is not null
          and not exists (
            select from plane.sync_mappings m where m.plane_type = q.source_type and m.plane_id = q.source_id
          ) ${planeProjectId === undefined ? sql`` : sql`and q.plane_project_id = ${planeProjectId}`}`;
      return rows.map((row) => ({ ...row, odooId: row.odooId === null ? null : Number(row.odooId) }));
    },
    leaveHints: async (hints) => {
      if (hints.length === 0) return;
      await sql`select plane.leave_run_hints(${JSON.stringify(hints)}::text::jsonb, ${now()})`;
    },
    paired: async (planeType, planeIds) => {
      const rows = await sql<{ id: string }[]>`
        select plane_id as id from plane.sync_mappings
        where plane_type = ${planeType} and plane_id = any (${[...planeIds]}::text[])`;
      return rows.map(({ id }) => id);
    },
    pairedWith: async (odooModels, planeType, planeIds) => {
      const rows = await sql<{ id: string }[]>`
        select plane_id as id from plane.sync_mappings
        where plane_type = ${planeType} and plane_id = any (${[...planeIds]}::text[])
          and odoo_model = any (${[...odooModels]}::text[]) and odoo_id is not null`;
      return rows.map(({ id }) => id);
    },
    unknown: async (planeType, planeIds) => {
      const rows = await sql<{ id: string }[]>`
        select t.id from unnest(${[...planeIds]}::text[]) as t (id)
        where not exists (select from plane.sync_mappings m where m.plane_type = ${planeType} and m.plane_id = t.id)
          and not exists (select from plane.sync_queue q where q.entity_key = ${planeType}::text || ':' || t.id)`;
      return rows.map(({ id }) => id);
    },
    held: async (hold) => [
      ...await sql<HeldRecord[]>`
        select q.entity_key as "entityKey", q.source_id as "planeId", coalesce(q.payload #>> '{observed,name}', '') as name
        from plane.sync_waiting w join plane.sync_queue q on q.entity_key = w.entity_key
        where w.waits_for = ${hold} and q.is_open order by q.entity_key`,
    ],
    release: async (hold, matches, dropped) => {
      await sql`
        select plane.release_held(
          ${hold}, ${JSON.stringify(Object.fromEntries(matches))}::text::jsonb, ${[
        ...dropped,
      ]}::text[], ${now()}
        )`;
    },
    wakeWaiting: async (runId, except) => {
      const rows = await sql`
        with locked as materialized (
          select q.id from plane.sync_queue q
          where q.run_id = ${runId} and q.status = 'pending' and q.last_error = 'waits_for_project'
            and q.last_attempt_at is null and q.next_attempt_at > ${now()}
            and not coalesce(q.payload #>> '{observed,parent}' = any (${[...except]}::text[]), false)
          order by q.id for update
        )
        update plane.sync_queue q set next_attempt_at = ${now()} from locked where locked.id = q.id returning q.id`;
      return rows.length;
    },
    remains: async (runId) => {
      const [row] = await sql<RunRemains[]>`
        select
          count(*) filter (where q.status = 'processing' or (q.status = 'pending' and q.next_attempt_at <= ${now()}))::int as active,
          count(*) filter (
            where q.status = 'pending' and q.next_attempt_at > ${now()}
              and (q.last_error = 'waits_for_project' or q.next_attempt_at = 'infinity')
          )::int as waiting,
          count(*) filter (
            where q.status = 'pending' and q.next_attempt_at > ${now()} and q.next_attempt_at < 'infinity'
              and q.last_error is distinct from 'waits_for_project'
          )::int as resting,
          count(*) filter (where q.status = 'failed')::int as dead
        from plane.sync_queue q where q.run_id = ${runId}`;
      return row ?? { active: 0, waiting: 0, resting: 0, dead: 0 };
    },
    unsettled: async (runId, limit) => [
      ...await sql<Unsettled[]>`
        select q.entity_key, q.plane_project_id, q.last_error as reason,
          case when q.status = 'failed' then 'dead' when q.last_error = 'waits_for_project' then 'waiting' else 'resting' end as state
        from plane.sync_queue q where q.run_id = ${runId} order by q.entity_key limit ${limit}`,
    ],
    pending: async (planeProjectId) => [
      ...await sql<{ entity_key: string; reason: string | null }[]>`
        select q.entity_key, q.last_error as reason from plane.sync_queue q
        where q.plane_project_id = ${planeProjectId}
          or q.entity_key in (
            select m.plane_type || ':' || m.plane_id from plane.sync_mappings m where m.plane_project_id = ${planeProjectId}
          )
        order by q.entity_key`,
    ],
    effects: async (runId) => {
      const rows = await sql<{ operation: string; count: number }[]>`
        select operation, count(*)::int as count from plane.sync_log
        where run_id = ${runId} and success and operation <> 'none' group by operation order by operation`;
      return Object.fromEntries(rows.map(({ operation, count }) => [operation, count]));
    },
  };
}
