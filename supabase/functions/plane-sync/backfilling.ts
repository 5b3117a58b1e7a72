/** Backfills, dry runs and drift checks of this isolate, and how the hints of runs are carried out. */
import { BULK_CONCURRENCY, collecting } from "../../../shared/backfill/collecting.ts";
import type { BackfillDependencies } from "../../../shared/backfill/steps/dependencies.ts";
import { describeRuns, type RunDescription } from "../../../shared/backfill/describe.ts";
import { dryRun, MOST_LISTED } from "../../../shared/backfill/dry_run.ts";
import type { RehearsalSource } from "../../../shared/backfill/rehearsal/rehearsal.ts";
import { type BackfillReport, runBackfill } from "../../../shared/backfill/run.ts";
import type { BackfillScope } from "../../../shared/backfill/steps/scope.ts";
import type { Config } from "../../../shared/config.ts";
import { checkDrift, type DriftReport } from "../../../shared/drift/check.ts";
import { SuiteError, toSuiteError } from "../../../shared/errors.ts";
import type { Json, JsonObject } from "../../../shared/json.ts";
import { batchingOdooClient } from "../../../shared/odoo/batching.ts";
import { createWake, oneAtATime } from "../../../shared/queue/wake.ts";
import { readCallsPerMinute } from "../../../shared/store/runs/calls_per_minute.ts";
import { createBackfillStore } from "../../../shared/store/runs/sql_backfill.ts";
import { createRehearsalShelves } from "../../../shared/store/runs/rehearsal.ts";
import type { Sql } from "../../../shared/store/database.ts";
import type { Claimed } from "../../../shared/store/queue.ts";
import { createRunStore, type RunRow } from "../../../shared/store/runs/runs.ts";
import type { SyncStore } from "../../../shared/store/engine/sync_store.ts";
import type { PlaneAccess, SyncDependencies } from "../../../shared/sync/sides/dependencies.ts";
import { createProcessor, type Processor } from "../../../shared/sync/process.ts";
import { continueElsewhere } from "./continue_elsewhere.ts";
import { type Runtime, sleep } from "./runtime.ts";

/** What Plane's community edition allows, when the budget has not been used yet. */
const USUAL_CALLS_PER_MINUTE = 60;

export interface BackfillRequest {
  scope: BackfillScope;
  dryRun: boolean;
  by: string;
}

/** A part of what a dry run would write, in the order of the records' keys. */
export interface RecordPage {
  records: Json[];
  /** Where the next part begins; null: this is the last one. */
  next_offset: number | null;
}

export interface Backfilling {
  /** Returns the run's id; somebody has to work at it. */
  request: (wanted: BackfillRequest) => Promise<string>;
  /** Works at the oldest run, `ring` starting a drain for what it hints. */
  work: (ring: () => void) => Promise<BackfillReport>;
  read: (id: string) => Promise<RunRow | null>;
  /** Null: there is no such dry run. */
  listRecords: (id: string, offset: number) => Promise<RecordPage | null>;
  /** The status' rows of runs as people follow them. */
  describe: (rows: readonly JsonObject[]) => Promise<(RunDescription | JsonObject)[]>;
  drift: (project: string, comments: boolean) => Promise<DriftReport>;
  /** Hints of runs go the way of many; all others as they always do. */
  processor: (live: Processor) => Processor;
  /** The same store, watched for the hints of runs; and how many are carried out side by side because of them. */
  watched: Pick<SyncStore, "claim" | "settle">;
  concurrency: () => number;
}

/**
 * @param sync as the engine has it
 * @param backfillPlane Plane in the lane that takes what the others leave
 * @param credential the name of the Plane credential in the budget
 */
export function createBackfilling(
  config: Config,
  runtime: Runtime,
  sql: Sql,
  sync: SyncDependencies,
  backfillPlane: PlaneAccess | undefined,
  credential: string | undefined,
): Backfilling {
  const runs = createRunStore(sql);
  const backfill = createBackfillStore(sql);
  const shelves = createRehearsalShelves(sql);
  const workerId = crypto.randomUUID();
  let ending = false;
  runtime.onEnding(() => ending = true);
  let joined: ReturnType<typeof batchingOdooClient> | undefined;
  const bulk = createProcessor({
    ...sync,
    odoo: () => joined ??= batchingOdooClient(sync.odoo(), { schedule: collecting }),
    plane: backfillPlane,
  });
  const plane = (): PlaneAccess => {
    if (backfillPlane === undefined) throw new SuiteError("plane_not_configured");
    return backfillPlane;
  };
  const rehearsal = (): RehearsalSource => ({
    store: sync.store,
    backfill,
    plane: plane().client,
    odoo: sync.odoo(),
    sync,
    concurrency: BULK_CONCURRENCY,
  });
  const perMinute = async () =>
    credential === undefined ? undefined : await readCallsPerMinute(sql, credential);

  let hasRun = false;
  let ring = () => {};
  const workOnce = async (): Promise<BackfillReport> => {
    const report = await runBackfill({
      runs,
      dependencies: (): BackfillDependencies => ({
        store: backfill,
        plane: plane(),
        odoo: sync.odoo(),
        ring: () => ring(),
      }),
      rehearsal: async (held, run) =>
        await dryRun(rehearsal(), shelves, held, run, await perMinute() ?? USUAL_CALLS_PER_MINUTE),
      workerId,
      now: sync.now,
      sleep,
      stopping: () => ending,
      wallClockMs: config.drainWallClockMs,
      entities: config.drainEntities,
      log: sync.log,
    });
    if (report.more) runtime.waitUntil(continueElsewhere(config, runtime.fetch, sync.log));
    return report;
  };
  const work = oneAtATime(createWake(), () =>
    workOnce().catch((thrown) => {
      sync.log("error", "backfill_failed", { code: toSuiteError(thrown).code });
      throw thrown;
    }));

  return {
    request: ({ scope, dryRun, by }) => runs.create({ kind: "backfill", scope, dryRun, requestedBy: by }),
    work: (start) => {
      ring = start;
      return work();
    },
    read: (id) => runs.read(id),
    listRecords: async (id, offset) => {
      const run = await runs.read(id);
      if (run === null || !run.dry_run) return null;
      const found = await shelves.records(id, offset, MOST_LISTED + 1);
      const next_offset = found.length > MOST_LISTED ? offset + MOST_LISTED : null;
      return { records: found.slice(0, MOST_LISTED), next_offset };
    },
    describe: async (rows) => describeRuns(rows, await perMinute()),
    drift: (project, comments) => {
      const startedAt = sync.now();
      const outOfTime = () => sync.now() - startedAt >= config.drainWallClockMs;
      return checkDrift(rehearsal(), project, { comments, outOfTime });
    },
    processor: (live) => {
      const of = (claimed: Claimed) => claimed.runId === null ? live : bulk;
      return {
        ...live,
        process: (claimed, lease) => of(claimed).process(claimed, lease),
        describeFailure: (claimed, error, settlement) =>
          of(claimed).describeFailure(claimed, error, settlement),
        retryRules: (claimed) => of(claimed).retryRules(claimed),
      };
    },
    watched: {
      claim: async (worker, limit, leaseMs) => {
        const claimed = await sync.store.claim(worker, limit, leaseMs);
        if (claimed.length > 0) hasRun = claimed.some(({ runId }) => runId !== null);
        return claimed;
      },
      settle: (settlements) => sync.store.settle(settlements),
    },
    concurrency: () => hasRun ? Math.max(BULK_CONCURRENCY, config.drainConcurrency) : config.drainConcurrency,
  };
}
