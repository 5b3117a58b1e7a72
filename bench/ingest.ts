/**
 * How many signed webhooks the function stores, and what one costs.
 *
 * The function runs as the local gateway runs it, in a process of its own, without the gateway in between. Its drain has a
 * time budget of zero (SYNC_DRAIN_WALL_CLOCK_MS=0): each delivery starts it and it ends before its first claim, so that the
 * figures are those of receiving alone. Load generator and bare client are further processes on the same cores.
 */
import postgres from "postgres";
import { type FunctionProcess, startFunction } from "../dev/functions/process.ts";
import { runChild } from "./child.ts";
import { type BenchDatabase, startDatabase } from "./database.ts";
import { bareResult, type BareTask } from "./ingest/bare_insert.ts";
import { startCountingProxy } from "./ingest/counting_proxy.ts";
import { type LoadResult, loadResult, type LoadTask } from "./ingest/load.ts";
import { processCpuMs } from "./ingest/process_cpu.ts";
import type { Bench } from "./report.ts";
import { median, percentile } from "./statistics.ts";

const SECRET = "plane_wh_bench";
const ENTITIES = 1_000;
const CONNECTIONS = 16;
/** The function's default. */
const DATABASE_CONNECTIONS = 4;
const ROUNDS = 3;
const ROUND_SECONDS = 2;
/** More than a round can take. */
const ROUND_COUNT = 16_000;
const STEADY_RATE = 500;
const STEADY_WINDOWS = 3;
const STEADY_SECONDS = 2.5;
/** No round begins later than this after the start, so that a slow machine gets fewer rounds, not a longer bench. */
const LAST_ROUND_AT_MS = 33_000;

interface Run {
  /** By the clock that never goes back, in ms. */
  startedAt: number;
  database: BenchDatabase;
  prepared: FunctionProcess;
  unprepared: FunctionProcess;
  /** Hands out ranges of body numbers. */
  take(count: number): number;
}

export const ingest: Bench = async (report) => {
  const startedAt = performance.now();
  const database = await startDatabase(report);
  try {
    await makeBareTable(database.url);
    const prepared = await start(database.url, {});
    const unprepared = await start(database.url, { DATABASE_PREPARE: "off" });
    let next = 0;
    const take = (count: number) => (next += count) - count;
    const run = { startedAt, database, prepared, unprepared, take };
    try {
      return await measure(run, report);
    } finally {
      await Promise.all([prepared.stop(), unprepared.stop()]);
    }
  } finally {
    await database.server.stop();
  }
};

async function measure(run: Run, report: (line: string) => void) {
  report("warming up");
  for (const target of [run.prepared, run.unprepared]) await load(run, target, { seconds: 1 });
  report(`${STEADY_WINDOWS} times ${STEADY_SECONDS} s of ${STEADY_RATE} deliveries per second`);
  const windows: LoadResult[] = [];
  for (let window = 1; window <= STEADY_WINDOWS; window++) windows.push(await steadily(run));
  const inWindows = (fraction: number) =>
    median(windows.map(({ latenciesMs }) => percentile(latenciesMs, fraction)));
  const preparedRounds: number[] = [];
  const unpreparedRounds: number[] = [];
  const bareRounds: number[] = [];
  const cpuRounds: number[] = [];
  let rounds = 0;
  while (rounds === 0 || (rounds < ROUNDS && performance.now() - run.startedAt < LAST_ROUND_AT_MS)) {
    report(`round ${++rounds} of ${ROUNDS}: ${CONNECTIONS} connections, ${ROUND_SECONDS} s each`);
    const cpuBefore = await processCpuMs(run.prepared.pid);
    const stored = await load(run, run.prepared, {});
    cpuRounds.push((await processCpuMs(run.prepared.pid) - cpuBefore) / stored.deliveries);
    preparedRounds.push(stored.deliveries / stored.seconds);
    bareRounds.push(await bareInserts(run));
    const without = await load(run, run.unprepared, {});
    unpreparedRounds.push(without.deliveries / without.seconds);
  }
  report("counting round trips");
  const trips = await roundTrips(run, {});
  const tripsUnprepared = await roundTrips(run, { DATABASE_PREPARE: "off" });
  const deliveries = median(preparedRounds);
  return {
    figures: [
      {
        name: "deliveries_per_s",
        value: deliveries,
        targets: [{ atLeast: 3_000 }],
        meaning: "stored and answered, prepared statements, fsync on",
      },
      {
        name: "unprepared_per_s",
        value: median(unpreparedRounds),
        targets: [{ atLeast: 2_000 }],
        meaning: "the same with DATABASE_PREPARE=off",
      },
      {
        name: "bare_inserts_per_s",
        value: median(bareRounds),
        meaning: "the ledger's rows from a bare client, same run",
      },
      {
        name: "share_of_bare_insert",
        value: deliveries / median(bareRounds),
        meaning: "deliveries_per_s / bare_inserts_per_s",
      },
      {
        name: "p50_ms_at_500",
        value: inWindows(0.5),
        meaning: "due to answered, at 500 deliveries per second",
      },
      {
        name: "p99_ms_at_500",
        value: inWindows(0.99),
        targets: [{ below: 20 }],
        meaning: "the same, 99 of 100",
      },
      {
        name: "sql_round_trips",
        value: trips,
        targets: [{ atMost: 1 }],
        meaning: "between function and database, per delivery",
      },
      {
        name: "sql_round_trips_unprepared",
        value: tripsUnprepared,
        meaning: "the same with DATABASE_PREPARE=off",
      },
      {
        name: "cpu_ms",
        value: median(cpuRounds),
        targets: [{ below: 0.5 }],
        meaning: "user and system time of the function per delivery",
      },
    ],
    versions: { postgres: run.database.version },
    remarks: [
      `Medians of ${rounds} interleaved rounds. Rounds, per s: prepared ${show(preparedRounds)}; unprepared ${
        show(unpreparedRounds)
      }; bare ${show(bareRounds)}.`,
    ],
  };
}

async function load(run: Run, target: FunctionProcess, given: Partial<LoadTask>): Promise<LoadResult> {
  const task: LoadTask = {
    port: Number(new URL(target.url).port),
    path: "/plane-sync?source=plane",
    secret: SECRET,
    entities: ENTITIES,
    connections: CONNECTIONS,
    count: ROUND_COUNT,
    seconds: ROUND_SECONDS,
    rate: null,
    ...given,
    from: run.take(given.count ?? ROUND_COUNT),
  };
  return loadResult.parse(await runChild("./ingest/load.ts", task));
}

async function bareInserts(run: Run): Promise<number> {
  const task: BareTask = {
    databaseUrl: run.database.url,
    databaseConnections: DATABASE_CONNECTIONS,
    entities: ENTITIES,
    inFlight: CONNECTIONS,
    from: run.take(ROUND_COUNT),
    count: ROUND_COUNT,
    seconds: ROUND_SECONDS,
  };
  const { inserts, seconds } = bareResult.parse(await runChild("./ingest/bare_insert.ts", task));
  return inserts / seconds;
}

/** Far more connections than are needed: what waits, waits for the function. */
function steadily(run: Run): Promise<LoadResult> {
  return load(run, run.prepared, {
    rate: STEADY_RATE,
    count: STEADY_RATE * STEADY_SECONDS,
    connections: 64,
  });
}

/** One delivery at a time through a proxy that counts; the first ones open connections and prepare. */
async function roundTrips(run: Run, environment: Record<string, string>): Promise<number> {
  const proxy = startCountingProxy(run.database.server.port);
  const url = new URL(run.database.url);
  url.port = String(proxy.port);
  const target = await start(url.href, { DATABASE_CONNECTIONS: "1", ...environment });
  try {
    await load(run, target, { connections: 1, count: 20 });
    const before = proxy.roundTrips();
    const { deliveries } = await load(run, target, { connections: 1, count: 200 });
    return (proxy.roundTrips() - before) / deliveries;
  } finally {
    await target.stop();
    proxy.close();
  }
}

function start(databaseUrl: string, environment: Record<string, string>): Promise<FunctionProcess> {
  return startFunction({
    entrypoint: new URL("../supabase/functions/plane-sync/index.ts", import.meta.url).pathname,
    env: {
      DATABASE_URL: databaseUrl,
      PLANE_WEBHOOK_SECRET: SECRET,
      SYNC_DRAIN_WALL_CLOCK_MS: "0",
      ...environment,
    },
    log: () => {},
  });
}

async function makeBareTable(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(
      "create schema bench; create table bench.bare_delivery (like plane.webhook_delivery including all)",
    ).simple();
  } finally {
    await sql.end();
  }
}

function show(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(" ");
}
