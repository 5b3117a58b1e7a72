/** What the status shows of the sweeps. One round trip. */
import type { JsonObject } from "../../json.ts";
import type { Sql } from "../database.ts";

export interface SweepRows {
  cursors: { name: string; value: JsonObject }[];
  /** Names of marks of a silence that a delivery has ended since. */
  ended: string[];
}

export async function readSweepRows(sql: Sql): Promise<SweepRows> {
  const rows = await sql<{ name: string; value: JsonObject; ended: boolean }[]>`
    select c.name, c.value, c.name like 'silence:%' and exists (
      select from plane.webhook_delivery d
      where d.source = split_part(c.name, ':', 2) and d.entity_type = split_part(c.name, ':', 3)
        and d.received_at > (c.value ->> 'since')::timestamptz
    ) as ended
    from plane.sync_cursor c order by c.name`;
  return {
    cursors: rows.map(({ name, value }) => ({ name, value })),
    ended: rows.filter(({ ended }) => ended).map(({ name }) => name),
  };
}
