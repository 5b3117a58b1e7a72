/** What the actions of operators and of the schedule are carried out with. */
import type { Explanation } from "../../../shared/history/explain.ts";
import type { UndoAnswer } from "../../../shared/history/undo.ts";
import type { DriftReport } from "../../../shared/drift/check.ts";
import type { DrainReport } from "../../../shared/queue/drain.ts";
import type { ManualSync, Replay } from "../../../shared/store/operators/manual.ts";
import type { RunRow } from "../../../shared/store/runs/runs.ts";
import type { ConflictRow } from "../../../shared/store/operators/conflicts.ts";
import type { SweepReport } from "../../../shared/sweep/sweep.ts";
import type { UndoSelection } from "../../../shared/store/runs/history.ts";
import type { BackfillRequest, RecordPage } from "./backfilling.ts";
import type { Pause, Resolve } from "./decision_requests.ts";
import type { EntityName } from "./request_fields.ts";
import type { WantedSweep } from "./sweeping.ts";

export interface ActionDependencies {
  status: () => Promise<Record<string, unknown>>;
  sync: (wanted: ManualSync) => Promise<number>;
  replay: (wanted: Replay) => Promise<number>;
  /** The open ones, oldest first. */
  conflicts: () => Promise<ConflictRow[]>;
  /** Returns the conflict's id; null: there is no such open conflict. */
  resolve: (wanted: Resolve, by: string) => Promise<string | null>;
  /** @throws SuiteError not_found */
  explain: (entity: EntityName, field: string) => Promise<Explanation>;
  /** @throws SuiteError not_found */
  undo: (selection: UndoSelection, options: { dryRun: boolean; by: string }) => Promise<UndoAnswer>;
  /** Both return how many things were switched. */
  pause: (wanted: Pause) => Promise<number>;
  resume: (wanted: Pause) => Promise<number>;
  /** Reads both sides from where the last reading ended; within the time a request has. */
  sweep: (wanted: WantedSweep) => Promise<SweepReport & { released: number }>;
  /** Asks for a backfill, or for a dry run of one; returns the run's id. */
  backfill: (wanted: BackfillRequest) => Promise<string>;
  /** Null: there is no such run. */
  readRun: (id: string) => Promise<RunRow | null>;
  /** What a dry run would write, from the `offset`th record on; null: there is no such dry run. */
  listRecords: (id: string, offset: number) => Promise<RecordPage | null>;
  /** Goes on with a backfill that is not finished, when there is one; it outlives the answer. */
  workInBackground: () => void;
  /**
   * Compares both sides of a Plane project now; nothing is written.
   *
   * @throws SuiteError not_found when no mapping of it takes part
   */
  drift: (project: string, comments: boolean) => Promise<DriftReport>;
  /** Drains until the queue is empty or the limits are reached. */
  drain: () => Promise<DrainReport>;
  /** Starts a drain that outlives the answer. */
  drainInBackground: () => void;
}
