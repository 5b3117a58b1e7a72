/** The sweep of this isolate: one at a time, within the wall clock of a request, and a drain for what it found. */
import type { Config } from "../../../shared/config.ts";
import { createCursorStore } from "../../../shared/store/sweeping/cursors.ts";
import type { Sql } from "../../../shared/store/database.ts";
import { createDeletedPartners } from "../../../shared/store/sweeping/deleted_partners.ts";
import { createSweepMarks } from "../../../shared/store/sweeping/sweep_marks.ts";
import { createSweepPairs } from "../../../shared/store/sweeping/sweep_pairs.ts";
import { readSweepRows } from "../../../shared/store/sweeping/sweep_status.ts";
import { releaseBrakes } from "../../../shared/sweep/brakes.ts";
import { describeSweeps, type SweepDescription } from "../../../shared/sweep/describe.ts";
import { INTERVALS } from "../../../shared/sweep/schedule.ts";
import { sweep, type SweepReport } from "../../../shared/sweep/sweep.ts";
import type { PlaneAccess, SyncDependencies } from "../../../shared/sync/sides/dependencies.ts";
import type { Runtime } from "./runtime.ts";

export interface WantedSweep {
  /** A Plane project whose brakes are released: what has vanished from it is taken for deleted. */
  release?: string | undefined;
  /** Every reader is due, the full passes as well. */
  full?: boolean | undefined;
}

export interface Sweeping {
  sweep: (wanted: WantedSweep) => Promise<SweepReport & { released: number }>;
  describe: () => Promise<SweepDescription>;
}

const EVERYTHING = { odooMs: 0, planeMs: 0, cyclesMs: 0, fullMs: 0 };

/**
 * @param sync as the engine has it
 * @param backfillPlane Plane in the lane that takes what the others leave
 * @param beforeSweep what the drain does before it begins
 */
export function createSweeping(
  config: Config,
  { monotonicMs }: Pick<Runtime, "monotonicMs">,
  sql: Sql,
  sync: SyncDependencies,
  backfillPlane: PlaneAccess | undefined,
  beforeSweep: () => Promise<void>,
): Sweeping {
  const marks = createSweepMarks(sql);
  const workerId = crypto.randomUUID();
  const hasOdoo = config.odooUrl !== undefined && config.odooApiKey !== undefined;
  return {
    sweep: async ({ release, full }) => {
      const startedAt = monotonicMs();
      const released = release === undefined ? 0 : await releaseBrakes({ marks }, release);
      // Without Odoo there is nothing to compare with, and nowhere to bring what is found.
      if (!hasOdoo) return { rows: 0, hints: 0, unannounced: 0, failed: {}, unfinished: false, released };
      await beforeSweep();
      const report = await sweep({
        sync,
        backfillPlane,
        cursors: createCursorStore(sql),
        pairs: createSweepPairs(sql),
        marks,
        deletedPartners: createDeletedPartners(sql),
        workerId,
        leaseMs: config.leaseMs,
        timeLeftMs: () => config.drainWallClockMs - (monotonicMs() - startedAt),
      }, full === true ? EVERYTHING : INTERVALS);
      const facts = { ...report, failed: Object.keys(report.failed).length };
      sync.log("info", "sweep", { ...facts, duration_ms: Math.round(monotonicMs() - startedAt) });
      return { ...report, released };
    },
    describe: async () => describeSweeps(await readSweepRows(sql), new Date(sync.wallClock())),
  };
}
