/** What operators start by hand. */
import type { Sql } from "../database.ts";

export interface ManualSync {
  /** One record; a work item that has no partner yet needs its project. */
  entity?:
    | { source: "plane"; type: string; id: string; project_id?: string | undefined }
    | { source: "odoo"; type: string; id: string }
    | undefined;
  /** All work items with a partner in this Plane project, and the project itself. */
  project?: string | undefined;
}

/**
 * Leaves hints and makes what backs off due now; what rests after an unknown outcome keeps resting. Both sides of a pair are
 * named, so both are looked at: who asks by hand does not know which side has changed. Without a scope: only what is waiting
 * anyway. Returns how many entities will be looked at.
 */
export async function requestSync(sql: Sql, { entity, project }: ManualSync): Promise<number> {
  if (entity !== undefined) {
    const project_id = entity.source === "plane" ? entity.project_id : undefined;
    const payload = project_id === undefined ? null : JSON.stringify({ project_id });
    await sql`select plane.enqueue_sync(${entity.source}, ${entity.id}, ${entity.type}, 'update', ${payload}::text::jsonb)`;
    await hintPartner(sql, entity);
    await makeDue(sql, sql`q.entity_key = plane.entity_key(${entity.source}, ${entity.type}, ${entity.id})`);
    return 1;
  }
  if (project !== undefined) {
    const rows = await sql`
      select plane.enqueue_sync('plane', m.plane_id, m.plane_type, 'update', jsonb_build_object('project_id', m.plane_project_id), 3),
        case when m.odoo_id is not null then plane.enqueue_sync('odoo', m.odoo_id, m.odoo_model, 'update', null, 3) end
      from plane.sync_mappings m where m.plane_project_id = ${project} and m.plane_id is not null and m.status <> 'archived'`;
    await makeDue(sql, sql`q.plane_project_id = ${project}`);
    return rows.length;
  }
  return await makeDue(sql, sql`true`);
}

async function hintPartner(sql: Sql, { source, type, id }: NonNullable<ManualSync["entity"]>): Promise<void> {
  await (source === "plane"
    ? sql`
      select plane.enqueue_sync('odoo', m.odoo_id, m.odoo_model) from plane.sync_mappings m
      where m.plane_type = ${type} and m.plane_id = ${id} and m.odoo_id is not null and m.status <> 'archived'`
    : sql`
      select plane.enqueue_sync('plane', m.plane_id, m.plane_type, 'update', jsonb_build_object('project_id', m.plane_project_id))
      from plane.sync_mappings m
      where m.odoo_model = ${type} and m.odoo_id = ${id} and m.plane_id is not null and m.status <> 'archived'`);
}

/** What backs off is due now. Returns how many entities. */
async function makeDue(sql: Sql, which: ReturnType<Sql>): Promise<number> {
  // Without waiting for a row that is being settled just now, while holding others: that could be a deadlock.
  const rows = await sql`
    with locked as materialized (
      select q.id from plane.sync_queue q
      where q.status = 'pending' and q.next_attempt_at > clock_timestamp() and q.next_attempt_at < 'infinity'
        and q.last_error is distinct from 'outcome_unknown' and ${which}
      for update of q skip locked
    )
    update plane.sync_queue q set next_attempt_at = clock_timestamp() from locked where locked.id = q.id
    returning q.id`;
  return rows.length;
}

export interface Replay {
  ids?: string[] | undefined;
  entity_keys?: string[] | undefined;
  reason?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Makes dead letters due again. Returns how many. */
export async function replayDeadLetters(
  sql: Sql,
  { ids, entity_keys, reason, from, to }: Replay,
): Promise<number> {
  const [row] = await sql<{ replayed: number }[]>`
    select plane.replay(
      ${ids ?? null}::uuid[], ${entity_keys ?? null}::text[], ${reason ?? null}::text, ${
    from ?? null
  }::timestamptz,
      ${to ?? null}::timestamptz
    ) as replayed`;
  return row?.replayed ?? 0;
}
