/** A worker of its own process: reads Plane by the shared budget on a virtual clock, and carries out what it reads in Odoo. */
import { z } from "zod";
import type { BackfillDependencies } from "../../shared/backfill/steps/dependencies.ts";
import { runBackfill } from "../../shared/backfill/run.ts";
import { readProgress } from "../../shared/backfill/steps/progress.ts";
import { batchingOdooClient } from "../../shared/odoo/batching.ts";
import { collecting } from "../../shared/backfill/collecting.ts";
import { readCapabilities } from "../../shared/odoo/capabilities.ts";
import { createOdooClient } from "../../shared/odoo/client.ts";
import { createCallBudget } from "../../shared/plane/call_budget.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { withinBudget } from "../../shared/plane/within_budget.ts";
import { drain } from "../../shared/queue/drain.ts";
import { createWake, oneAtATime } from "../../shared/queue/wake.ts";
import { createBackfillStore } from "../../shared/store/runs/sql_backfill.ts";
import { openDatabase } from "../../shared/store/database.ts";
import { createRunStore } from "../../shared/store/runs/runs.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { createPlaneDirectory } from "../../shared/sync/sides/plane_directory.ts";
import { createProcessor } from "../../shared/sync/process.ts";
import { answerTask } from "../child.ts";
import { VirtualClock } from "../../tests/support/plane_traffic.ts";

const backfillTask = z.object({
  databaseUrl: z.string(),
  plane: z.object({ url: z.string(), apiKey: z.string(), workspaceSlug: z.string() }),
  odoo: z.object({ url: z.string(), database: z.string(), login: z.string(), apiKey: z.string() }),
  project: z.string(),
  /** A small project whose comments are read. */
  commented: z.string(),
  concurrency: z.number(),
  /** There and back, in ms on the virtual clock. */
  latencyMs: z.number(),
  connections: z.number(),
});
export type BackfillTask = z.output<typeof backfillTask>;

const measuredRun = z.object({
  /** On the virtual clock: from the first request to the answer of the last one that lists work items. */
  readingMs: z.number(),
  readingCalls: z.number(),
  /** On the virtual clock: the reading of comments. */
  commentsMs: z.number(),
  commentCalls: z.number(),
  /** On this machine's clock: from the request to the last item settled. */
  seconds: z.number(),
  status: z.string(),
  complete: z.boolean(),
  items: z.number(),
});
export const backfillResult = z.object({
  small: measuredRun,
  large: measuredRun,
  /** Of the large run, in bytes. */
  rssGrowth: z.number(),
});

async function work(given: unknown): Promise<z.output<typeof backfillResult>> {
  const task = backfillTask.parse(given);
  const sql = openDatabase({
    databaseUrl: task.databaseUrl,
    databasePrepare: "on",
    databaseConnections: task.connections,
  });
  const clock = new VirtualClock();
  const calls: { operation: string; sentMs: number; answeredMs: number }[] = [];
  const client = new PlaneClient(
    { baseUrl: task.plane.url, apiKey: task.plane.apiKey, workspaceSlug: task.plane.workspaceSlug },
    {
      fetch,
      wrap: (transport) =>
        withinBudget(async (request) => {
          const sentMs = clock.nowMs;
          const answer = await transport(request);
          clock.nowMs += task.latencyMs;
          calls.push({ operation: request.operation, sentMs, answeredMs: clock.nowMs });
          return answer;
        }, {
          budget: createCallBudget(sql, { now: clock.iso }),
          credential: "backfill",
          lane: "backfill",
          longestWaitMs: 120_000,
          now: () => clock.nowMs,
          pause: (milliseconds) => {
            clock.nowMs += milliseconds;
            return Promise.resolve();
          },
        }),
    },
  );
  const plane = { client, directory: createPlaneDirectory(client, () => clock.nowMs) };
  const direct = createOdooClient({ ...task.odoo, protocol: "auto" }, { fetch });
  const odoo = batchingOdooClient(direct, { schedule: collecting });
  const capabilities = await readCapabilities(direct);
  const store = createSqlStore(sql);
  const now = () => performance.now();
  const processor = createProcessor({
    store,
    odoo: () => odoo,
    capabilities: () => Promise.resolve(capabilities),
    plane,
    now,
    wallClock: Date.now,
    clockOffsets: { plane: () => 0, odoo: () => 0 },
    odooTimeoutMs: 20_000,
    planeTimeoutMs: 20_000,
    log: () => {},
  });
  const wake = createWake();
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  const drainNow = oneAtATime(wake, () =>
    drain({
      ...processor,
      claim: (limit) => store.claim("bench", limit, 120_000),
      settle: (settlements) => store.settle(settlements),
      now,
      random: Math.random,
      sleep,
      wake,
      stopping: () => false,
      onSettleFailed: () => {},
    }, {
      concurrency: task.concurrency,
      leaseMs: 120_000,
      restMs: 1_000,
      wallClockMs: 600_000,
      entities: Infinity,
    }));
  const runs = createRunStore(sql);
  const dependencies: BackfillDependencies = {
    store: createBackfillStore(sql),
    plane,
    odoo: direct,
    ring: () => void drainNow().catch((error) => console.error(error)),
  };
  const one = async (project: string) => {
    const before = calls.length;
    const startedAt = now();
    const id = await runs.create({ kind: "backfill", scope: { project, direction: "to_odoo" } });
    await runBackfill({
      runs,
      dependencies: () => dependencies,
      rehearsal: () => Promise.reject(new Error("no dry run")),
      workerId: "bench",
      now,
      sleep,
      stopping: () => false,
      wallClockMs: 600_000,
      entities: Infinity,
      log: (level, event, facts) => console.error(level, event, JSON.stringify(facts)),
    });
    await drainNow();
    const row = await runs.read(id);
    const own = calls.slice(before);
    const listed = own.filter(({ operation }) => operation === "list work items");
    const commented = own.filter(({ operation }) => operation === "list comments");
    const lastMs = listed.at(-1)?.answeredMs ?? 0;
    return {
      readingMs: lastMs - (own[0]?.sentMs ?? 0),
      readingCalls: own.filter(({ answeredMs }) => answeredMs <= lastMs).length,
      commentsMs: (commented.at(-1)?.answeredMs ?? 0) - (commented[0]?.sentMs ?? 0),
      commentCalls: commented.length,
      seconds: (now() - startedAt) / 1000,
      status: `${row?.status} ${row?.error ?? ""}`.trim(),
      complete: z.object({ complete: z.boolean() }).safeParse(row?.report).data?.complete === true,
      items: readProgress(row?.progress).counts.items,
    };
  };
  // The small one first: what a worker needs at all is not what ten thousand items add to it.
  const small = await one(task.commented);
  await sql`update plane.sync_config set enabled = false where plane_type in ('issue_comment', 'cycle', 'module')`;
  // The budget begins with an empty window again.
  clock.nowMs += 120_000;
  const rssBefore = Deno.memoryUsage().rss;
  let peak = rssBefore;
  const watch = setInterval(() => peak = Math.max(peak, Deno.memoryUsage().rss), 50);
  const large = await one(task.project);
  clearInterval(watch);
  await sql.end();
  return { small, large, rssGrowth: peak - rssBefore };
}

if (import.meta.main) await answerTask(work);
