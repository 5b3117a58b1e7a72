/**
 * What plane-proxy adds to a call to Plane, and what it holds in memory while it passes a long answer on.
 *
 * The same reads go to the same stand-in for Plane directly and through the function, in turns, in the same run. Everything
 * a call costs in earnest is on: the key is looked up, the client's share and the common budget are booked, and the call
 * is audited, each in the database; only the limits are so high that nobody waits. The stand-in, the function, PostgreSQL
 * and the load generator are processes of their own on the same cores.
 */
import { sha256 } from "../shared/crypto/hmac.ts";
import postgres from "postgres";
import { type FunctionProcess, startFunction } from "../dev/functions/process.ts";
import { runChild } from "./child.ts";
import { type BenchDatabase, startDatabase } from "./database.ts";
import { processCpuMs } from "./ingest/process_cpu.ts";
import { downloadResult, type DownloadTask } from "./proxy/download.ts";
import { loadResult, type ReadTask } from "./proxy/load.ts";
import { mostMemoryMb, processMemoryMb } from "./proxy/process_memory.ts";
import type { Bench } from "./report.ts";
import { median, percentile } from "./statistics.ts";

const KEY = `ppk_${"b".repeat(43)}`;
const PATH = "/api/v1/workspaces/acme/projects/00000000-0000-4000-8000-000000000000/states/";
const FILE = "/api/v1/workspaces/acme/assets/00000000-0000-4000-8000-000000000000/";
const RATE = 200;
const ROUNDS = 5;
const ROUND_SECONDS = 3;
const CONNECTIONS = 32;
const BYTES_PER_SECOND = 20_000_000;

interface Run {
  upstream: FunctionProcess;
  proxy: FunctionProcess;
}

export const proxy: Bench = async (report) => {
  const database = await startDatabase(report);
  try {
    await makeClient(database.url);
    const upstream = await start("./proxy/upstream.ts", {});
    const proxy = await start("../supabase/functions/plane-proxy/index.ts", {
      DATABASE_URL: database.url,
      PLANE_API_URL: upstream.url,
      PLANE_API_KEY: "plane_api_bench",
    });
    try {
      return await measure({ upstream, proxy }, database, report);
    } finally {
      await Promise.all([proxy.stop(), upstream.stop()]);
    }
  } finally {
    await database.server.stop();
  }
};

async function measure(run: Run, database: BenchDatabase, report: (line: string) => void) {
  report("warming up");
  for (const way of ["direct", "through"] as const) await read(run, way, 3);
  const rounds: { p50: number; p99: number; directP50: number; directP99: number; cpu: number }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    report(`round ${round} of ${ROUNDS}: ${RATE} reads per second for ${ROUND_SECONDS} s, each way`);
    await emptyLedger(database.url);
    const direct = await read(run, "direct", ROUND_SECONDS);
    const cpuBefore = await processCpuMs(run.proxy.pid);
    const through = await read(run, "through", ROUND_SECONDS);
    rounds.push({
      p50: percentile(through, 0.5),
      p99: percentile(through, 0.99),
      directP50: percentile(direct, 0.5),
      directP99: percentile(direct, 0.99),
      cpu: (await processCpuMs(run.proxy.pid) - cpuBefore) / through.length,
    });
  }
  report("streaming 50 MB");
  const before = await processMemoryMb(run.proxy.pid);
  const download = runChild(
    "./proxy/download.ts",
    {
      url: `${run.proxy.url}/plane-proxy${FILE}`,
      headers: { "x-api-key": KEY },
      bytesPerSecond: BYTES_PER_SECOND,
    } satisfies DownloadTask,
  ).then((given) => downloadResult.parse(given));
  const most = await mostMemoryMb(run.proxy.pid, download);
  const { bytes, seconds } = await download;
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of));
  return {
    figures: [
      {
        name: "added_p50_ms",
        value: middle(({ p50, directP50 }) => p50 - directP50),
        targets: [{ below: 3 }],
        meaning: `through plane-proxy less direct, at ${RATE} reads per second`,
      },
      {
        name: "added_p99_ms",
        value: middle(({ p99, directP99 }) => p99 - directP99),
        targets: [{ below: 15 }],
        meaning: "the same, 99 of 100",
      },
      {
        name: "through_p50_ms",
        value: middle(({ p50 }) => p50),
        meaning: "due to answered, through plane-proxy",
      },
      { name: "through_p99_ms", value: middle(({ p99 }) => p99), meaning: "the same, 99 of 100" },
      {
        name: "direct_p50_ms",
        value: middle(({ directP50 }) => directP50),
        meaning: "due to answered, directly",
      },
      { name: "direct_p99_ms", value: middle(({ directP99 }) => directP99), meaning: "the same, 99 of 100" },
      {
        name: "cpu_ms",
        value: middle(({ cpu }) => cpu),
        meaning: "user and system time of the function per call",
      },
      {
        name: "rss_growth_mb",
        value: most - before,
        targets: [{ below: 32 }],
        meaning: `most memory while streaming ${(bytes / 2 ** 20).toFixed(0)} MB, less that before`,
      },
    ],
    versions: { postgres: database.version },
    remarks: [
      `Medians of ${ROUNDS} rounds in turns; fsync on. The budget's ledger is emptied before each round: it then holds up to ${
        RATE * ROUND_SECONDS
      } calls, about what Plane's limits let it hold.`,
      `The file took ${seconds.toFixed(1)} s; its reader takes no more than ${BYTES_PER_SECOND / 1e6} MB/s.`,
    ],
  };
}

/** Latencies in ms. */
async function read(run: Run, way: "direct" | "through", seconds: number): Promise<number[]> {
  const target = way === "direct" ? run.upstream : run.proxy;
  const task: ReadTask = {
    port: Number(new URL(target.url).port),
    path: way === "direct" ? PATH : `/plane-proxy${PATH}`,
    headers: { "x-api-key": KEY },
    connections: CONNECTIONS,
    count: RATE * seconds,
    rate: RATE,
  };
  return loadResult.parse(await runChild("./proxy/load.ts", task)).latenciesMs;
}

function start(entrypoint: string, env: Record<string, string>): Promise<FunctionProcess> {
  return startFunction({ entrypoint: new URL(entrypoint, import.meta.url).pathname, env, log: () => {} });
}

/**
 * A booking looks at every call of the last minute or so. With Plane's limits these are some hundred, as many as a round makes;
 * at this rate for longer they would be thousands, which no Plane allows.
 */
async function emptyLedger(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`truncate plane.api_call`;
  } finally {
    await sql.end();
  }
}

/** A client with a share of its own, and a budget nobody reaches. */
async function makeClient(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const scopes = JSON.stringify([{ methods: ["GET"], paths: ["workspaces/*/**"] }]);
    await sql`
      insert into plane.proxy_client (name, kind, key_hash, scopes, workspaces, calls_per_minute)
      values ('bench', 'key', ${sha256(KEY)}, ${scopes}::text::jsonb, '{acme}', 100000)`;
    await sql`insert into plane.api_budget (credential, call_limit) values ('default', 100000)
      on conflict (credential) do update set call_limit = excluded.call_limit`;
  } finally {
    await sql.end();
  }
}
