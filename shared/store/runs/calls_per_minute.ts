/** What the budget of requests to Plane has left for backfills. */
import type { Sql } from "../database.ts";

/** How many calls a minute the budget leaves to backfills, as others have used it in the last one; undefined: nobody has yet. */
export async function readCallsPerMinute(sql: Sql, credential: string): Promise<number | undefined> {
  const [row] = await sql<{ calls: number }[]>`
    select greatest(1, b.call_limit - b.kept_for_interactive - (
      select count(*) from plane.api_call c
      where c.credential = b.credential and c.held_until > clock_timestamp() and c.lane <> 'backfill'
        and c.due_at > clock_timestamp() - interval '60 seconds' and c.status <> 'released'
    ))::int as calls
    from plane.api_budget b where b.credential = ${credential}`;
  return row?.calls;
}
