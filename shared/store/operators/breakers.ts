/** What all workers know of the breakers: rows `plane` and `odoo` of plane.sync_switch. */
import type { Sql } from "../database.ts";

export interface BreakerState {
  /** Until the next probe, in ms; 0 or less when it is due. */
  forMs: number;
  failures: number;
}

/** Null: it is closed. */
export async function readBreaker(sql: Sql, name: "plane" | "odoo"): Promise<BreakerState | null> {
  const [row] = await sql<{ for_ms: number; failures: number }[]>`
    select (extract(epoch from s.until - clock_timestamp()) * 1000)::double precision as for_ms, s.failures
    from plane.sync_switch s where s.name = ${name} and s.state = 'open' and s.until is not null`;
  return row === undefined ? null : { forMs: row.for_ms, failures: row.failures };
}

/** `updated_at` says since when: it stays while probes fail. Of two workers' cool-downs the later end counts. */
export async function openBreaker(
  sql: Sql,
  name: "plane" | "odoo",
  { forMs, failures, reason }: BreakerState & { reason: string },
): Promise<void> {
  await sql`
    insert into plane.sync_switch as s (name, state, reason, failures, until, updated_at)
    values (
      ${name}, 'open', ${reason}, ${failures}, clock_timestamp() + ${forMs}::double precision * interval '1 millisecond',
      clock_timestamp()
    )
    on conflict (name) do update set
      state = 'open', reason = excluded.reason,
      failures = case s.state when 'open' then greatest(s.failures, excluded.failures) else excluded.failures end,
      until = case s.state when 'open' then greatest(s.until, excluded.until) else excluded.until end,
      updated_at = case s.state when 'open' then s.updated_at else excluded.updated_at end`;
}

export async function closeBreaker(sql: Sql, name: "plane" | "odoo"): Promise<void> {
  await sql`
    update plane.sync_switch s set state = 'on', reason = null, failures = 0, until = null, updated_at = clock_timestamp()
    where s.name = ${name} and s.state <> 'on'`;
}
