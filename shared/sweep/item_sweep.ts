/** What the sweep of one project's work items is given. */
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import type { SweptKind } from "./pair_kinds.ts";
import type { SweepCounts } from "./reader.ts";

export interface ItemSweep {
  plane: PlaneAccess;
  project: string;
  kinds: readonly SweptKind[];
  /** Where a project that was never swept begins, comparable: what was there before the first sweep is a backfill's. */
  since: string;
  /** How often the comments of items are read that nothing but a webhook would have told of, in ms. */
  commentsMs: number;
  counts: SweepCounts;
}
