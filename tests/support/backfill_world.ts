/** A backfill over the sync world: the run's worker and the queue's drain take turns, so that each test sees the same order. */
import { readCapabilities } from "../../shared/odoo/capabilities.ts";
import { dryRun } from "../../shared/backfill/dry_run.ts";
import type { RehearsalSource } from "../../shared/backfill/rehearsal/rehearsal.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { createBackfillStore } from "../../shared/store/runs/sql_backfill.ts";
import { createRehearsalShelves, type RehearsalShelves } from "../../shared/store/runs/rehearsal.ts";
import { createRunStore, type RunRow, type RunStore } from "../../shared/store/runs/runs.ts";
import type { BackfillDependencies } from "../../shared/backfill/steps/dependencies.ts";
import { type BackfillReport, type BackfillRunner, runBackfill } from "../../shared/backfill/run.ts";
import type { BackfillScope } from "../../shared/backfill/steps/scope.ts";
import type { CompletenessReport } from "../../shared/backfill/report.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { createPlaneDirectory } from "../../shared/sync/sides/plane_directory.ts";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "./sync_world.ts";

export interface BackfillWorld extends AsyncDisposable {
  world: SyncWorld;
  plane: SandboxPlane;
  runs: RunStore;
  shelves: RehearsalShelves;
  dependencies: BackfillDependencies;
  runner: BackfillRunner;
  rehearsal: RehearsalSource;
  /** Asks for a backfill; returns its id. */
  request(scope?: Partial<BackfillScope>, dryRun?: boolean): Promise<string>;
  /** Works at it until it is done. */
  finish(id: string): Promise<RunRow>;
  /** A project of Plane with work items of these names; returns their ids. */
  project(name: string, items: readonly string[]): Promise<{ id: string; items: string[] }>;
  /** Work at the oldest run with some of the runner replaced. */
  work(changes?: Partial<BackfillRunner>): Promise<BackfillReport>;
}

export async function createBackfillWorld(options: SyncWorldOptions = {}): Promise<BackfillWorld> {
  const world = await createSyncWorld({ withPlane: true, ...options });
  const { plane } = world;
  if (plane === undefined) throw new Error("the world has no Plane");
  const client = new PlaneClient(
    { baseUrl: plane.url, apiKey: plane.apiKeys.service, workspaceSlug: plane.workspaceSlug },
    { fetch },
  );
  const access = { client, directory: createPlaneDirectory(client, () => performance.now()) };
  const runs = createRunStore(world.sql);
  const shelves = createRehearsalShelves(world.sql);
  const dependencies: BackfillDependencies = {
    store: createBackfillStore(world.sql),
    plane: access,
    odoo: world.odoo,
    ring: () => {},
  };
  const rehearsal: RehearsalSource = {
    store: createSqlStore(world.sql),
    backfill: dependencies.store,
    plane: client,
    odoo: world.odoo,
    sync: {
      capabilities: () => readCapabilities(world.odoo),
      now: () => performance.now(),
      wallClock: Date.now,
      clockOffsets: { plane: () => 0, odoo: () => 0 },
      odooTimeoutMs: 20_000,
      planeTimeoutMs: 20_000,
      log: () => {},
    },
    concurrency: 8,
  };
  const runner: BackfillRunner = {
    runs,
    dependencies: () => dependencies,
    rehearsal: (held, run) => dryRun(rehearsal, shelves, held, run, 60),
    workerId: "test",
    now: () => performance.now(),
    sleep: async () => void await world.drain(),
    stopping: () => false,
    wallClockMs: 60_000,
    entities: 10_000,
    log: (level, event, facts) => world.log.push({ level, event, ...facts }),
  };
  const work = (changes: Partial<BackfillRunner> = {}) => runBackfill({ ...runner, ...changes });
  return {
    world,
    plane,
    runs,
    shelves,
    dependencies,
    runner,
    rehearsal,
    work,
    request: (scope = {}, dryRun = false) =>
      runs.create({ kind: "backfill", scope: { project: null, direction: "both", ...scope }, dryRun }),
    finish: async (id) => {
      for (let turn = 0; turn < 20; turn++) {
        const row = await runs.read(id);
        if (row === null) throw new Error("the run is gone");
        if (row.status !== "queued" && row.status !== "running") return row;
        await work();
        await world.drain();
      }
      const row = await runs.read(id);
      const left = [row?.status, row?.error, row?.progress.phase, world.log.slice(-3)];
      throw new Error(`the run does not end: ${JSON.stringify(left)}`);
    },
    project: async (name, items) => {
      const identifier = name.replace(/[^A-Za-z0-9]/g, "").toUpperCase().slice(0, 10);
      const { id } = await plane.api("POST", "/projects/", { name, identifier });
      const ids: string[] = [];
      for (const item of items) {
        const made = await plane.api("POST", `/projects/${id}/work-items/`, { name: item });
        ids.push(String(made.id));
      }
      return { id: String(id), items: ids };
    },
    [Symbol.asyncDispose]: () => world.close(),
  };
}

/** What a finished run reports. */
export function reportOf(row: RunRow): CompletenessReport {
  if (row.status !== "done") throw new Error(`the run is ${row.status}: ${row.error}`);
  return row.report as unknown as CompletenessReport;
}
