/** The world of the synchronisation, and a sweep over it on demand. Webhooks arrive only when a test says so. */
import { readCapabilities } from "../../shared/odoo/capabilities.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { createCursorStore } from "../../shared/store/sweeping/cursors.ts";
import { createDeletedPartners } from "../../shared/store/sweeping/deleted_partners.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { createSweepMarks } from "../../shared/store/sweeping/sweep_marks.ts";
import { createSweepPairs } from "../../shared/store/sweeping/sweep_pairs.ts";
import { readSweepRows } from "../../shared/store/sweeping/sweep_status.ts";
import { createPlaneDirectory } from "../../shared/sync/sides/plane_directory.ts";
import { describeSweeps, type SweepDescription } from "../../shared/sweep/describe.ts";
import type { SweepDependencies } from "../../shared/sweep/reader.ts";
import type { Intervals } from "../../shared/sweep/schedule.ts";
import { sweep, type SweepReport } from "../../shared/sweep/sweep.ts";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "./sync_world.ts";

/** Everything but full passes is due. */
export const WATERMARKS: Intervals = { odooMs: 0, planeMs: 0, cyclesMs: 0, fullMs: Number.MAX_SAFE_INTEGER };
export const EVERYTHING: Intervals = { odooMs: 0, planeMs: 0, cyclesMs: 0, fullMs: 0 };

export interface SweepWorld extends AsyncDisposable {
  world: SyncWorld;
  plane: SandboxPlane;
  dependencies: SweepDependencies;
  /** One sweep; then everything that is due is processed. */
  sweep(intervals?: Intervals): Promise<SweepReport>;
  /** One sweep and nothing else. */
  sweepOnly(intervals?: Intervals): Promise<SweepReport>;
  describe(): Promise<SweepDescription>;
  /** Sweeps believe that it is this much later. */
  aheadMs: number;
}

export async function createSweepWorld(options: SyncWorldOptions = {}): Promise<SweepWorld> {
  const world = await createSyncWorld({ ...options, withPlane: true });
  const { plane, sql } = world;
  if (plane === undefined) throw new Error("this world has no Plane");
  const client = new PlaneClient(
    { baseUrl: plane.url, apiKey: plane.apiKeys.service, workspaceSlug: plane.workspaceSlug },
    { fetch },
  );
  const access = { client, directory: createPlaneDirectory(client, () => performance.now()) };
  let capabilities: ReturnType<typeof readCapabilities> | undefined;
  let firstPassDone = false;
  const made: SweepWorld = {
    world,
    plane,
    aheadMs: 0,
    dependencies: {
      sync: {
        store: createSqlStore(sql),
        odoo: () => world.odoo,
        capabilities: () => capabilities ??= readCapabilities(world.odoo),
        plane: access,
        now: () => performance.now(),
        wallClock: () => Date.now() + made.aheadMs,
        clockOffsets: { plane: () => 0, odoo: () => options.odooAheadMs ?? 0 },
        odooTimeoutMs: 20_000,
        planeTimeoutMs: 20_000,
        log: (level, event, facts) => world.log.push({ level, event, ...facts }),
      },
      backfillPlane: access,
      cursors: createCursorStore(sql),
      pairs: createSweepPairs(sql),
      marks: createSweepMarks(sql),
      deletedPartners: createDeletedPartners(sql),
      workerId: "sweep",
      leaseMs: 60_000,
      timeLeftMs: () => 60_000,
    },
    sweepOnly: async (intervals = WATERMARKS) => {
      const report = await sweep(made.dependencies, firstPassDone ? intervals : EVERYTHING);
      firstPassDone = true;
      return report;
    },
    sweep: async (intervals = WATERMARKS) => {
      const report = await made.sweepOnly(intervals);
      await world.drain();
      return report;
    },
    describe: async () => describeSweeps(await readSweepRows(sql), new Date(Date.now() + made.aheadMs)),
    [Symbol.asyncDispose]: () => world.close(),
  };
  return made;
}
