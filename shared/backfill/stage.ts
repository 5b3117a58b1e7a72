/** Where a run takes place: on both sides, or in a rehearsal of them. */
import type { SuiteError } from "../errors.ts";
import type { HeldRun, RunStep, RunStore } from "../store/runs/runs.ts";
import type { BackfillDependencies, RunAtWork } from "./steps/dependencies.ts";
import type { Progress } from "./steps/progress.ts";
import { buildReport } from "./report.ts";

export interface Stage {
  deps: BackfillDependencies;
  /**
   * Carries out some of what was hinted, where nobody else does.
   *
   * @returns how many hints that were, and why some of it failed and is to be tried again
   */
  carryOut(): Promise<{ worked: number; outage: SuiteError | null }>;
  /** Writes down how far the run has come; false: it is somebody else's by now, or cancelled. */
  keep(step: RunStep, leaseMs: number): Promise<boolean>;
  report(progress: Progress): Promise<object>;
}

/** The queue's drain carries out what is hinted. */
export function onBothSides(
  runs: RunStore,
  { id, fence }: HeldRun,
  run: RunAtWork,
  deps: BackfillDependencies,
): Stage {
  return {
    deps,
    carryOut: () => Promise.resolve({ worked: 0, outage: null }),
    keep: (step, leaseMs) => runs.advance(id, fence, step, leaseMs),
    report: (progress) => buildReport(progress, run, deps),
  };
}
