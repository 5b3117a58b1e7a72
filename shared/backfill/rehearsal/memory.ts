/** All that a rehearsal imagines and counts, in one place, so that another request can go on with it. */
import type { MappingRow, SnapshotRow } from "../../store/engine/sync_store.ts";
import type { MappedValue } from "../../store/engine/value_map.ts";
import type { RunHint } from "../../store/runs/backfill.ts";
import type { RehearsalChange, RehearsalShelves } from "../../store/runs/rehearsal.ts";
import type { KeptIndex } from "../steps/odoo_index.ts";
import { noCalls, type RehearsedCalls } from "./calls.ts";
import type { RehearsedRecord } from "./record.ts";
import { type Fetch, Shelf, Table } from "./shelf.ts";

/** A hint that is to be carried out, or waits; the hint itself is on a shelf. */
export interface QueuedHint {
  priority: number;
  project: string | null;
  /** The id of the hinted record; the name and the parent in Plane's row, when it came along. */
  planeId: string;
  name: string;
  parent: string | null;
  /** What it waits for, by entity key. Of one to be carried out: what it has to wait for while that has no partner. */
  waitsFor: readonly string[];
  /** It waits since it was left; else since the engine has looked at it. */
  fromTheStart: boolean;
  /** The Odoo record that was found for it since. */
  match?: number;
  /** How often it was tried in vain, and what was done before it failed. */
  tries: number;
  said?: RehearsedRecord;
}

const TALLY = "tally";

export interface Tally {
  plane: RehearsedCalls;
  odoo: RehearsedCalls;
  /** Action -> how many records. */
  totals: Record<string, number>;
  records: number;
  lastPair: number;
  /** Records that are only imagined have negative ids. */
  lastOdooId: number;
}

/** Everything small is at hand; what carries contents of records is on shelves. */
export interface RehearsalMemory {
  /** Pairs and intents that are not in the database, or not so, by id. */
  pairs: Table<MappingRow>;
  /** By `kind:value`. */
  values: Table<MappedValue>;
  /** Odoo records by their external id, and imagined tags by their id. */
  named: Table<{ model: string; id: number }>;
  tags: Table<string>;
  /** Where records of Plane are that are only imagined, by id. */
  made: Table<{ project: string; kind: string }>;
  due: Table<QueuedHint>;
  waiting: Table<QueuedHint>;
  failed: Table<{ reason: string; project: string | null }>;
  /** Odoo's records of the project at work. */
  index: Table<KeptIndex>;

  /** By the id of the pair. */
  snapshots: Shelf<SnapshotRow>;
  /** By `model,id`. */
  odoo: Shelf<Record<string, unknown>>;
  plane: Shelf<Record<string, unknown>>;
  hints: Shelf<RunHint>;
  /** Lists of Plane's that somebody keeps for a while, page by page, and when each was read, in ms since 1970. */
  lists: Shelf<{ at: number; pages: Record<string, unknown> }>;

  tally: Tally;
}

const nothing = (): Tally => ({
  plane: noCalls(),
  odoo: noCalls(),
  totals: {},
  records: 0,
  lastPair: 0,
  lastOdooId: 0,
});

/** Of a rehearsal that begins and ends in this request. */
export function newMemory(): RehearsalMemory {
  return {
    pairs: new Table(),
    values: new Table(),
    named: new Table(),
    tags: new Table(),
    made: new Table(),
    due: new Table(),
    waiting: new Table(),
    failed: new Table(),
    index: new Table(),
    snapshots: new Shelf(),
    odoo: new Shelf(),
    plane: new Shelf(),
    hints: new Shelf(),
    lists: new Shelf(),
    tally: nothing(),
  };
}

/** What earlier requests have put away of this run. */
export async function recallMemory(shelves: RehearsalShelves, runId: string): Promise<RehearsalMemory> {
  const table = async <Value>(part: string) => new Table<Value>(await shelves.all<Value>(runId, part));
  const shelf = async <Value>(part: string) => {
    const fetch: Fetch<Value> = (keys) => shelves.some<Value>(runId, part, keys);
    return new Shelf<Value>(await shelves.keys(runId, part), fetch);
  };
  return {
    pairs: await table("pairs"),
    values: await table("values"),
    named: await table("named"),
    tags: await table("tags"),
    made: await table("made"),
    due: await table("due"),
    waiting: await table("waiting"),
    failed: await table("failed"),
    index: await table("index"),
    snapshots: await shelf("snapshots"),
    odoo: await shelf("odoo"),
    plane: await shelf("plane"),
    hints: await shelf("hints"),
    lists: await shelf("lists"),
    tally: (await shelves.all<Tally>(runId, TALLY)).at(0)?.value ?? nothing(),
  };
}

/** What is new, has changed or is gone since it was last put away. */
export function changesOf({ tally, ...parts }: RehearsalMemory): RehearsalChange[] {
  const changes = Object.entries(parts).flatMap(([part, things]) => things.changes(part));
  return [...changes, { part: TALLY, key: "", place: 0, value: JSON.stringify(tally) }];
}

/** Those changes were put away. Nobody may be at work in the memory. */
export function changesKept({ tally: _tally, ...parts }: RehearsalMemory): void {
  for (const things of Object.values(parts)) things.kept();
}
