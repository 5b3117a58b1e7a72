/** How far each reader of a side has come: plane.sync_cursor. One worker at a time holds a cursor. */
import type { Json } from "../../json.ts";
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";

export interface HeldCursor<Value> {
  /** What was stored last; `{}` when the cursor is new. */
  value: Value;
  fence: string;
}

export interface CursorStore {
  /**
   * Takes the cursor of that name (`odoo:project.task`, `plane:issue:<project>`) for `leaseMs`; null when another worker holds
   * it or everything is paused. A new one begins with `{}`: the caller checks what it reads.
   */
  claim(name: string, workerId: string, leaseMs: number): Promise<HeldCursor<unknown> | null>;
  /**
   * Moves the cursor and holds it for another `leaseMs`, or gives it back when that is null. False: another worker holds it by
   * now; nothing was changed.
   *
   * @param value null leaves it where it is
   */
  advance(name: string, fence: string, value: Json, leaseMs: number | null): Promise<boolean>;
}

/** @param clock whose clock ends a lease; the database's own unless given */
export function createCursorStore(sql: Sql, clock: StoreClock = {}): CursorStore {
  return {
    claim: async (name, workerId, leaseMs) => {
      const [row] = await sql<HeldCursor<unknown>[]>`
        select value, fence from plane.claim_cursor(
          ${name}, ${workerId}, ${`${leaseMs} milliseconds`}, coalesce(${
        momentOf(clock)
      }::timestamptz, clock_timestamp())
        )`;
      return row === undefined ? null : { value: row.value, fence: row.fence };
    },
    advance: async (name, fence, value, leaseMs) => {
      const [row] = await sql<{ advanced: boolean }[]>`
        select plane.advance_cursor(
          ${name}, ${fence}, nullif(${JSON.stringify(value)}::text::jsonb, 'null'), ${leaseMs === null},
          ${`${leaseMs ?? 0} milliseconds`}, coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())
        ) as advanced`;
      return row?.advanced === true;
    },
  };
}
