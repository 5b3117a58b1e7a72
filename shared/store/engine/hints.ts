/** Hints that no delivery brought: of sweeps, of runs, of records that point at others. */
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";
import type { Hint } from "./sync_store.ts";

/** Leaves a hint in the row of the record's pair, or in its own when it has none. */
export async function leaveHint(sql: Sql, hint: Hint, clock: StoreClock = {}): Promise<void> {
  await sql`
    select plane.leave_hint(
      ${JSON.stringify(hint)}::text::jsonb, coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())
    )`;
}
