/** The budget's SQL functions as the tests of the database use them: with a clock of the test's own. */
import type postgres from "postgres";
import type { Lane } from "../../shared/plane/call_budget.ts";
import { at } from "./queue.ts";

export interface Booking {
  call_id: string | null;
  wait_ms: number;
}

export interface BudgetBooks {
  reserve(lane: Lane, seconds: number, longestWaitMs?: number): Promise<Booking>;
  /** Books at one moment until somebody would have to wait, at most `most` times. Returns the ids. */
  fill(lane: Lane, seconds: number, most?: number): Promise<string[]>;
  settle(
    id: string | null,
    seconds: number,
    answer?: { status?: number; remaining?: number | null; retryAfterMs?: number | null },
  ): Promise<void>;
  release(id: string | null, seconds: number): Promise<void>;
  /** How many slots are held at a moment, by lane. */
  held(seconds: number): Promise<Record<string, number>>;
}

export function budgetBooks(sql: postgres.Sql, credential = "default"): BudgetBooks {
  const reserve: BudgetBooks["reserve"] = async (lane, seconds, longestWaitMs = 0) => {
    const [row] = await sql<Booking[]>`
      select call_id::text, wait_ms from plane.reserve_call(${credential}, ${lane}, ${longestWaitMs}, ${
      at(seconds)
    })`;
    if (row === undefined) throw new Error("no answer");
    return row;
  };
  return {
    reserve,
    async fill(lane, seconds, most = 1000) {
      const ids: string[] = [];
      while (ids.length < most) {
        const { call_id } = await reserve(lane, seconds);
        if (call_id === null) break;
        ids.push(call_id);
      }
      return ids;
    },
    async settle(id, seconds, { status = 200, remaining = null, retryAfterMs = null } = {}) {
      await sql`select plane.settle_call(${id}, ${status}, ${remaining}, ${retryAfterMs}, ${at(seconds)})`;
    },
    async release(id, seconds) {
      await sql`select plane.release_call(${id}, ${at(seconds)})`;
    },
    async held(seconds) {
      const rows = await sql<{ lane: string; held: number }[]>`
        select lane, count(*)::int as held from plane.api_call
        where credential = ${credential} and due_at <= ${at(seconds)} and held_until > ${
        at(seconds)
      } group by lane`;
      return Object.fromEntries(rows.map(({ lane, held }) => [lane, held]));
    },
  };
}
