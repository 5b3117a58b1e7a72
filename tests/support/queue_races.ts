/** Transactions that meet on purpose: one stays open until the test says so, the others are seen to wait for it. */
import postgres from "postgres";
import type { TestDatabase } from "./database.ts";
import { eventually } from "./eventually.ts";
import type { Sql } from "./queue.ts";

/** More connections than the test database's own client has. */
export function connect(url: string): { sql: TestDatabase["sql"] } & AsyncDisposable {
  const sql = postgres(url, { max: 4, onnotice: () => {} });
  return { sql, [Symbol.asyncDispose]: () => sql.end() };
}

/** A transaction that stays open until `commit` is called. */
export function slowly(
  sql: TestDatabase["sql"],
  work: (transaction: Sql) => Promise<unknown>,
): { worked: Promise<void>; commit: () => Promise<unknown> } {
  const worked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const committed = sql.begin(async (transaction) => {
    await work(transaction);
    worked.resolve();
    await released.promise;
  });
  committed.catch(worked.reject);
  const commit = () => {
    released.resolve();
    return committed;
  };
  return { worked: worked.promise, commit };
}

/** Waits until so many sessions of this database wait for a lock. */
export function blocked(sql: Sql, sessions: number): Promise<void> {
  return eventually(`${sessions} sessions wait for a lock`, async () => {
    const [row] = await sql`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return row?.waiting === sessions;
  });
}
