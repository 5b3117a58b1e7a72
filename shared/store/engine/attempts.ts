/** Writes are noted before they are sent: should their worker die, the next one knows what may have been written. One round trip. */
import type { Sql } from "../database.ts";
import type { Claimed } from "../queue.ts";
import type { NewAttempt } from "./sync_store.ts";

/** Returns the attempt's id; null when the lease is lost, and then nothing may be written. */
export async function noteAttemptFor(
  sql: Sql,
  claimed: Pick<Claimed, "id" | "fence">,
  mappingId: string,
  { side, stamp, plane_base, odoo_base, changes, actor }: NewAttempt,
  moment: string | null,
): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    select plane.note_attempt(
      ${claimed.id}, ${claimed.fence}, ${mappingId}, ${side}, ${stamp}, ${
    JSON.stringify(plane_base)
  }::text::jsonb, ${JSON.stringify(odoo_base)}::text::jsonb, ${
    JSON.stringify(changes)
  }::text::jsonb, ${actor}, coalesce(${moment}::timestamptz, clock_timestamp())
    ) as id`;
  return row?.id ?? null;
}
