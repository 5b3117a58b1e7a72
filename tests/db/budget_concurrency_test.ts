/** Workers that really run at the same time, each with a connection of its own, against the sandbox Plane's throttle. */
import assert from "node:assert/strict";
import { startSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { SuiteError } from "../../shared/errors.ts";
import { createCallBudget, type Lane } from "../../shared/plane/call_budget.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { withinBudget } from "../../shared/plane/within_budget.ts";
import { openDatabase } from "../../shared/store/database.ts";
import { createTestDatabase } from "../support/database.ts";
import { at } from "../support/queue.ts";

const WORKERS = 8;
const LANES: readonly Lane[] = ["interactive", "live", "backfill"];

/** Runs `work` in each of the workers at once, and closes their connections. */
async function together(
  url: string,
  work: (sql: ReturnType<typeof openDatabase>, worker: number) => Promise<void>,
) {
  const pools = Array.from(
    { length: WORKERS },
    () => openDatabase({ databaseUrl: url, databasePrepare: "on", databaseConnections: 1 }),
  );
  try {
    await Promise.all(pools.map((sql, worker) => work(sql, worker)));
  } finally {
    await Promise.all(pools.map((sql) => sql.end({ timeout: 1 })));
  }
}

Deno.test("eight workers that send as fast as they can get exactly the limit, and Plane never answers 429", async () => {
  await using database = await createTestDatabase();
  const plane = await startSandboxPlane();
  const outcomes: Record<string, number> = {};
  const count = (name: string) => outcomes[name] = (outcomes[name] ?? 0) + 1;
  try {
    await together(database.url, async (sql) => {
      const client = new PlaneClient(
        { baseUrl: plane.url, apiKey: plane.apiKeys.bot, workspaceSlug: plane.workspaceSlug },
        {
          fetch,
          wrap: (transport) =>
            withinBudget(transport, {
              budget: createCallBudget(sql),
              credential: "default",
              lane: "interactive",
              longestWaitMs: 0,
              now: () => performance.now(),
            }),
        },
      );
      for (let call = 0; call < 15; call++) {
        await client.me().then(() => count("answered"), (thrown) => {
          if (!(thrown instanceof SuiteError)) throw thrown;
          count(`${thrown.code} ${thrown.facts.refused_by}`);
        });
      }
    });
  } finally {
    await plane.close();
  }
  assert.deepEqual(outcomes, { answered: 60, "plane_rate_limited budget": 8 * 15 - 60 });
});

Deno.test("of many who ask for the last slot at the same moment exactly one gets it", async () => {
  await using database = await createTestDatabase();
  const granted: Record<string, number> = {};
  await database.sql`
    insert into plane.api_budget (credential, call_limit) select 'round-' || n, 1 from generate_series(0, 59) n`;
  await together(database.url, async (connection, worker) => {
    const budget = createCallBudget(connection, { now: () => at(0) });
    for (let round = 0; round < 60; round++) {
      const credential = `round-${round}`;
      await budget.reserve(credential, LANES[(worker + round) % 3] ?? "live", 0).then(
        () => granted[credential] = (granted[credential] ?? 0) + 1,
        () => {},
      );
    }
  });
  assert.deepEqual(Object.values(granted), Array.from({ length: 60 }, () => 1));
});

Deno.test("bookings, answers and releases of many workers never deadlock and leave no window overfull", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await together(database.url, async (connection, worker) => {
    let seconds = 0;
    const budget = createCallBudget(connection, { now: () => at(seconds) });
    for (let call = 0; call < 60; call++) {
      seconds += 0.2;
      const reservation = await budget.reserve("default", LANES[call % 3] ?? "live", 30_000).catch(() =>
        undefined
      );
      if (reservation === undefined) continue;
      if ((call + worker) % 5 === 0) await reservation.release();
      else await reservation.settle({ status: 200, remaining: null, retryAfterMs: null });
    }
  });
  const [row] = await sql`
    select max(holders)::int as most from (
      select sum(change) over (order by moment, change) as holders from (
        select due_at as moment, 1 as change from plane.api_call where status <> 'released'
        union all select held_until, -1 from plane.api_call where status <> 'released'
      ) changes
    ) profile`;
  assert.ok(row?.most <= 60, `${row?.most} held a slot at one moment`);
});
