/**
 * A backfill that writes nothing: the same steps and the same engine, over a store and clients that keep to themselves what would
 * be written. So it tells what the real run would do, not what somebody thinks it would.
 */
import type { OdooClient } from "../../odoo/client.ts";
import { batchingOdooClient } from "../../odoo/batching.ts";
import type { PlaneClient } from "../../plane/client.ts";
import type { BackfillStore, RunHint } from "../../store/runs/backfill.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import type { SyncDependencies } from "../../sync/sides/dependencies.ts";
import { createPlaneDirectory } from "../../sync/sides/plane_directory.ts";
import { createProcessor } from "../../sync/process.ts";
import type { BackfillDependencies } from "../steps/dependencies.ts";
import { rehearsingBackfillStore } from "./backfill_store.ts";
import type { RehearsalMemory } from "./memory.ts";
import { rehearsingOdoo } from "./odoo.ts";
import { rehearsingPlane } from "./plane.ts";
import { createRehearsalQueue, type RehearsalQueue } from "./queue.ts";
import type { Rehearsed } from "./record.ts";
import { rehearsingStore } from "./store.ts";

export interface RehearsalSource {
  store: SyncStore;
  backfill: BackfillStore;
  plane: PlaneClient;
  odoo: OdooClient;
  /** What the engine needs besides. */
  sync: Omit<SyncDependencies, "store" | "odoo" | "plane">;
  concurrency: number;
}

export interface Rehearsal {
  /** What the steps are given. */
  deps: BackfillDependencies;
  queue: RehearsalQueue;
}

export interface RehearsalOptions {
  /** How often a record is tried again while a side is away; 0: never. */
  again: number;
  /** Is told of each record that would be written, in no particular order. */
  onRecord: (rehearsed: Rehearsed) => void;
  /** Is told of what the steps hint, before it is rehearsed. */
  onHints?: (hints: readonly RunHint[]) => void;
}

/** @param memory what earlier requests have imagined */
export function createRehearsal(
  source: RehearsalSource,
  memory: RehearsalMemory,
  { again, onRecord, onHints }: RehearsalOptions,
): Rehearsal {
  const now = () => new Date(source.sync.wallClock()).toISOString();
  const odooNow = () => now().slice(0, 19).replace("T", " ");
  const { client, lists, forget } = rehearsingPlane(source.plane, memory, source.sync.wallClock);
  const odoo = rehearsingOdoo(source.odoo, memory, odooNow);
  const joined = batchingOdooClient(odoo);
  const directory = createPlaneDirectory(lists, source.sync.now);
  const forgetting = (project: string) => {
    directory.forget(project);
    forget(project);
  };
  const access = { client, directory: { ...directory, forget: forgetting } };
  const late: { queue?: RehearsalQueue } = {};
  const store = rehearsingStore(source.store, memory, async (hint) => await late.queue?.leave([hint]));
  const processor = createProcessor({ ...source.sync, store, odoo: () => joined, plane: access });
  const queue = createRehearsalQueue(processor, store, memory, {
    concurrency: source.concurrency,
    again,
    onRecord,
  });
  late.queue = queue;
  return {
    deps: {
      store: rehearsingBackfillStore(source.backfill, store, queue, onHints),
      plane: access,
      odoo,
      ring: () => {},
    },
    queue,
  };
}
