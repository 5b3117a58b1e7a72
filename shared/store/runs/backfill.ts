/** What a backfill asks of the database: pairs, hints by the page, and what is left of a run. */
import type { ConfigRow, Hint } from "../engine/sync_store.ts";

/** A hint that may have to wait from the start: for entity keys, or for the decision about a project's matches. */
export interface RunHint extends Hint {
  waitsFor?: readonly string[];
}

/** A pair, or the intent of one. */
export interface KnownPair {
  planeType: string;
  planeId: string | null;
  planeProjectId: string | null;
  odooId: number | null;
  status: "active" | "paused" | "error" | "archived";
  lastError: string | null;
  /** The side the pair began on; null: the queue has yet to pair them. */
  origin: "plane" | "odoo" | null;
}

/** A Plane record that waits for its match to be decided. */
export interface HeldRecord {
  entityKey: string;
  planeId: string;
  name: string;
}

/** What the queue still has of a run. */
export interface RunRemains {
  /** Due or at work. */
  active: number;
  /** Waits for a record without partner, or is parked until configuration changes. */
  waiting: number;
  /** Backs off after a failure. */
  resting: number;
  /** Given up. */
  dead: number;
}

/** One record that is not settled, and why: a code. */
export interface Unsettled {
  entity_key: string;
  plane_project_id: string | null;
  state: "waiting" | "resting" | "dead";
  reason: string | null;
}

export interface BackfillStore {
  configs(): Promise<ConfigRow[]>;
  /** All pairs and intents of this model, and what runs have matched and the queue has yet to pair; of one Plane project when given. */
  pairs(odooModel: string, planeProjectId?: string): Promise<KnownPair[]>;
  leaveHints(hints: readonly RunHint[]): Promise<void>;
  /** Those among these Plane records that have a pair, or the intent of one. */
  paired(planeType: string, planeIds: readonly string[]): Promise<string[]>;
  /** Those among these Plane records that are one of a pair with a record of one of these models; not those with an intent. */
  pairedWith(
    odooModels: readonly string[],
    planeType: string,
    planeIds: readonly string[],
  ): Promise<string[]>;
  /** Those among these Plane records that have neither a pair nor a hint. */
  unknown(planeType: string, planeIds: readonly string[]): Promise<string[]>;
  held(hold: string): Promise<HeldRecord[]>;
  /** Lets the held records go: matched by entity key, or dropped. */
  release(
    hold: string,
    matches: ReadonlyMap<string, number>,
    dropped: readonly string[],
  ): Promise<void>;
  /**
   * Makes due what has waited from the start and whose parent never came: it is made without, and waits as the queue has it.
   *
   * @param except Plane ids of parents whose children go on waiting: nobody can tell which record they are
   * @returns how many
   */
  wakeWaiting(runId: string, except: readonly string[]): Promise<number>;
  remains(runId: string): Promise<RunRemains>;
  unsettled(runId: string, limit: number): Promise<Unsettled[]>;
  /** What the queue has of a Plane project, of whatever origin. */
  pending(planeProjectId: string): Promise<{ entity_key: string; reason: string | null }[]>;
  /** How often the run did what: create, link, update, ... */
  effects(runId: string): Promise<Record<string, number>>;
}
