/** What a claim of 100 costs at a large backlog against a small one. */
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { median } from "../statistics.ts";
import { withoutIndexes } from "./bulk_load.ts";
import { fillQueue } from "./ours.ts";

const CLAIM = 100;
const REPEATS = 40;

export interface ClaimCost {
  /** Median ms of a claim at the small and at the large backlog. */
  smallMs: number;
  largeMs: number;
}

/**
 * Measures in turns, so that whatever else the machine does meets both. What is claimed goes to the end of the line, so the
 * backlog stays as it is. Only the statement is timed: the commit's wait for the disk would hide a difference.
 */
export async function measureClaims(small: Backlog, large: Backlog): Promise<ClaimCost> {
  const smallMs: number[] = [];
  const largeMs: number[] = [];
  for (let repeat = -5; repeat < REPEATS; repeat++) {
    const [atSmall, atLarge] = [await claimOnce(small.sql), await claimOnce(large.sql)];
    // The first ones read from the disk and plan.
    if (repeat < 0) continue;
    smallMs.push(atSmall);
    largeMs.push(atLarge);
  }
  return { smallMs: median(smallMs), largeMs: median(largeMs) };
}

export interface Backlog {
  sql: Sql;
  close(): Promise<void>;
}

export async function openBacklog(url: string, jobs: number): Promise<Backlog> {
  const sql = openDatabase({ databaseUrl: url, databasePrepare: "auto", databaseConnections: 1 });
  await withoutIndexes(sql, "plane.sync_queue", () => fillQueue(sql, jobs));
  await sql`analyze plane.sync_queue`;
  return { sql, close: () => sql.end() };
}

function claimOnce(sql: Sql): Promise<number> {
  return sql.begin(async (transaction) => {
    const startedAt = performance.now();
    const rows = await transaction<{ id: string; fence: string }[]>`
      select * from plane.claim_entities('bench', ${CLAIM}, '120 seconds')`;
    const ms = performance.now() - startedAt;
    if (rows.length !== CLAIM) throw new Error(`A claim of ${CLAIM} gave ${rows.length}.`);
    await transaction`
      select * from plane.settle_entities(
        ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ fence }) => fence)}::bigint[],
        ${rows.map(() => "wait")}::text[], ${rows.map(() => new Date().toISOString())}::timestamptz[]
      )`;
    return ms;
  });
}
