/**
 * The one budget of requests to Plane that all workers share: who may send when. The bookkeeping is in the database
 * (`plane.reserve_call`), because isolates share nothing else.
 */
import { SuiteError } from "../errors.ts";
import type { Sql } from "../store/database.ts";

/** `interactive`: somebody waits for the answer. `live`: a change on its way. `backfill`: whenever there is room. */
export type Lane = "interactive" | "live" | "backfill";

/** One booked request. Exactly one of `release` and `settle` follows; with neither the slot stays taken for longer. */
export interface Reservation {
  /** How long to wait before sending, in ms; 0: now. */
  readonly waitMs: number;
  /** The request was not sent after all: the slot comes back. */
  release(): Promise<void>;
  /**
   * The answer came: its time, and what its headers say about others' use (`X-RateLimit-Remaining`, on 429
   * `Retry-After` in ms). Without an answer (timeout, reset) nothing is called: the request may still arrive.
   */
  settle(answer: { status: number; remaining: number | null; retryAfterMs: number | null }): Promise<void>;
}

export interface CallBudget {
  /**
   * Books one call in one SQL round trip.
   *
   * @param credential the short, stable name of the Plane credential (`default`, the id of a token), never the key
   * @param longestWaitMs the longest wait that is of any use to the caller
   * @throws SuiteError plane_rate_limited with retryAfterMs when the wait would exceed `longestWaitMs`; nothing is
   * booked then. Database errors as they come.
   */
  reserve(credential: string, lane: Lane, longestWaitMs: number): Promise<Reservation>;
  /**
   * How long Plane has asked everybody to pause, in ms; 0: not at all. For those who have waited for their slot: the
   * 429 may have come after they booked.
   */
  pausedMs?(credential: string): Promise<number>;
}

export interface CallBudgetOptions {
  /** A clock of the caller's own as ISO 8601, for tests. Default: the database's, which all workers share. */
  readonly now?: () => string;
}

export function createCallBudget(sql: Sql, options: CallBudgetOptions = {}): CallBudget {
  const now = () => options.now?.() ?? null;
  return {
    async reserve(credential, lane, longestWaitMs) {
      const longest = Math.max(0, Math.min(Math.floor(longestWaitMs), 86_400_000));
      const [row] = await sql<{ call_id: string | null; wait_ms: number }[]>`
        select call_id::text, wait_ms from plane.reserve_call(${credential}, ${lane}, ${longest}, ${now()})`;
      if (row === undefined || row.call_id === null) {
        throw new SuiteError("plane_rate_limited", {
          message: "The shared budget of requests to Plane is used up.",
          retryAfterMs: row?.wait_ms ?? 0,
          facts: { refused_by: "budget", lane },
        });
      }
      const { call_id: id, wait_ms: waitMs } = row;
      return {
        waitMs,
        release: async () => {
          await sql`select plane.release_call(${id}, ${now()})`;
        },
        settle: async ({ status, remaining, retryAfterMs }) => {
          await sql`select plane.settle_call(${id}, ${status}, ${remaining}, ${retryAfterMs}, ${now()})`;
        },
      };
    },
    async pausedMs(credential) {
      const [row] = await sql<{ paused_ms: number }[]>`
        select plane.paused_ms(${credential}, ${now()}) as paused_ms`;
      return row?.paused_ms ?? 0;
    },
  };
}
