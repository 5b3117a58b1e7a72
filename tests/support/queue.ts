/** The queue's SQL functions as the tests of the database use them: with a clock of the test's own. */
import type postgres from "postgres";

export type Sql = postgres.Sql | postgres.TransactionSql;

export interface Hint {
  source?: "plane" | "odoo";
  type?: string;
  operation?: "create" | "update" | "delete" | "archive";
  priority?: number;
  /** `updated_at` of the record in the delivery. */
  observedAt?: string | null;
  hash?: string | null;
  readFirst?: boolean;
  project?: string | null;
  /** What makes the delivery this one; a new one each time by default. */
  dedupKey?: string;
}

export interface ClaimedRow {
  id: string;
  entity_key: string;
  operation: string;
  attempts: number;
  crashes: number;
  fence: string;
  read_first: boolean;
  plane_hinted: boolean;
  odoo_hinted: boolean;
  observation_hash: string | null;
  source_system: string;
  source_id: string;
}

export type OutcomeName = "done" | "retry" | "outage" | "wait" | "park" | "dead";

/** The test's clock: seconds after a fixed moment, as PostgreSQL takes it. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 31, 12) + seconds * 1000).toISOString();
}

/** Records a verified delivery about a record, as the webhook does. Returns false when it is a duplicate. */
export async function deliver(sql: Sql, id: string, now: string, hint: Hint = {}): Promise<boolean> {
  const [row] = await sql<{ stored: boolean }[]>`
    select stored from plane.record_delivery(
      ${hint.dedupKey ?? crypto.randomUUID()}, null, ${hint.source ?? "plane"},
      ${hint.source === "odoo" ? "odoo" : "plane_v1"}, 'test.event', ${hint.type ?? "issue"}, ${id},
      ${hint.project ?? null}, true, ${hint.operation ?? "update"}, ${hint.priority ?? 5},
      ${hint.observedAt ?? null}, ${hint.hash ?? null}, ${hint.readFirst ?? false}, '{}', ${now}
    )`;
  return row?.stored === true;
}

export async function claim(sql: Sql, now: string, limit = 1, leaseSeconds = 60): Promise<ClaimedRow[]> {
  return [
    ...await sql<ClaimedRow[]>`
    select * from plane.claim_entities('test', ${limit}, make_interval(secs => ${leaseSeconds}), ${now})`,
  ];
}

/** Claims exactly one. */
export async function claimOne(sql: Sql, now: string, leaseSeconds = 60): Promise<ClaimedRow> {
  const [row] = await claim(sql, now, 1, leaseSeconds);
  if (row === undefined) throw new Error("nothing is due");
  return row;
}

export interface Settle {
  next?: string | null;
  reason?: string | null;
  effects?: readonly object[];
}

/** Returns whether the caller was still the holder. */
export async function settle(
  sql: Sql,
  held: { id: string; fence: string },
  outcome: OutcomeName,
  now: string,
  { next = null, reason = null, effects = [] }: Settle = {},
): Promise<boolean> {
  const [row] = await sql<{ settled: boolean }[]>`
    select settled from plane.settle_entities(
      ${[held.id]}::uuid[], ${[held.fence]}::bigint[], ${[outcome]}::text[], ${[next]}::timestamptz[],
      ${[reason]}::text[], ${JSON.stringify(effects)}::text::jsonb, ${now}
    )`;
  return row?.settled === true;
}

export interface QueueRow {
  id: string;
  entity_key: string;
  status: string;
  operation: string;
  priority: number;
  attempts: number;
  outages: number;
  crashes: number;
  generation: string;
  fence: string;
  last_error: string | null;
  read_first: boolean;
  observation_hash: string | null;
  source_system: string;
  source_id: string;
  /** ISO 8601, or "infinity" for a parked row. */
  due: string;
}

/** The row of an entity; undefined when it has no work. */
export async function queueRow(sql: Sql, entityKey: string): Promise<QueueRow | undefined> {
  const [row] = await sql<QueueRow[]>`
    select q.*, case when q.next_attempt_at = 'infinity' then 'infinity'
      else to_char(q.next_attempt_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as due
    from plane.sync_queue q where q.entity_key = ${entityKey}`;
  return row;
}

/** How many deliveries of an entity have each status. */
export async function deliveries(sql: Sql, entityKey: string): Promise<Record<string, number>> {
  const rows = await sql<{ status: string; count: number }[]>`
    select status, count(*)::int as count from plane.webhook_delivery where entity_key = ${entityKey} group by status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** An effect of settling that changes nothing, to be filled. */
export function effect(held: { id: string; entity_key: string }, more: object = {}): object {
  return {
    queue_id: held.id,
    entity_key: held.entity_key,
    source_system: "plane",
    source_id: held.entity_key,
    mapping_id: null,
    mapping: { synced: false },
    created: false,
    relinked: false,
    waits_for: [],
    log: [],
    events: [],
    ...more,
  };
}

/** Opens the intent of an issue and returns the mapping's id; undefined when the lease is lost. */
export async function openIntent(
  sql: Sql,
  held: { id: string; fence: string },
  type: "issue" | "project",
  id: string,
): Promise<string | undefined> {
  const model = type === "issue" ? "project.task" : "project.project";
  const [row] = await sql<{ id: string }[]>`
    select id from plane.open_intent(${held.id}, ${held.fence}, ${type}, ${id}, null, ${model})`;
  return row?.id;
}
