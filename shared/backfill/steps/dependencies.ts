/** What every step of a backfill is given. */
import type { OdooClient } from "../../odoo/client.ts";
import type { BackfillStore } from "../../store/runs/backfill.ts";
import type { PlaneAccess } from "../../sync/sides/dependencies.ts";
import type { OdooIndex } from "./odoo_index.ts";
import type { BackfillScope } from "./scope.ts";

export interface BackfillDependencies {
  store: BackfillStore;
  /** In the lane of backfills. */
  plane: PlaneAccess;
  odoo: OdooClient;
  /** Tells the drain that there are new hints. */
  ring: () => void;
}

/** One run at work in this isolate. */
export interface RunAtWork {
  id: string;
  scope: BackfillScope;
  /** Odoo's records of the project at work; read again by whoever goes on. */
  index: { project: string; of: OdooIndex } | null;
  /** Kinds of details that are not gone through, though they are switched on. */
  leftOut?: ReadonlySet<string>;
}

/** Backfills come after everything that somebody waits for. */
export const PRIORITY = 1;

/** At most so many hints in one statement. */
export const MOST_HINTS = 500;
