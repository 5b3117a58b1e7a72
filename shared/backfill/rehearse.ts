/**
 * A backfill that writes nothing: the same steps and the same engine, over a store and clients that keep to themselves what would
 * be written. So it tells what the real run would do, not what somebody thinks it would.
 */
import { SuiteError } from "../errors.ts";
import type { OdooClient } from "../odoo/client.ts";
import { batchingOdooClient } from "../odoo/batching.ts";
import type { PlaneClient } from "../plane/client.ts";
import type { BackfillStore, KnownPair, RunHint } from "../store/runs/backfill.ts";
import type { SyncStore } from "../store/engine/sync_store.ts";
import type { SyncDependencies } from "../sync/sides/dependencies.ts";
import { createPlaneDirectory } from "../sync/sides/plane_directory.ts";
import { createProcessor } from "../sync/process.ts";
import type { BackfillDependencies, RunAtWork } from "./dependencies.ts";
import { NOTHING_DONE, type Progress } from "./progress.ts";
import { noCalls, type RehearsedCalls, rehearsingOdoo } from "./rehearsal_odoo.ts";
import { rehearsingPlane } from "./rehearsal_plane.ts";
import { createRehearsalQueue, type RehearsalQueue } from "./rehearsal_queue.ts";
import type { Rehearsed } from "./rehearsal_record.ts";
import { type RehearsalStore, rehearsingStore } from "./rehearsal_store.ts";
import { takeStep } from "./step.ts";

export interface RehearsalSource {
  store: SyncStore;
  backfill: BackfillStore;
  plane: PlaneClient;
  odoo: OdooClient;
  /** What the engine needs besides. */
  sync: Omit<SyncDependencies, "store" | "odoo" | "plane">;
  concurrency: number;
  /** Is told of what the steps hint, before it is rehearsed. */
  onHints?: (hints: readonly RunHint[]) => void;
}

export interface Rehearsal {
  progress: Progress;
  calls: { plane: RehearsedCalls; odoo: RehearsedCalls };
  queue: RehearsalQueue;
  /** Its time was over before its end: what was not reached is in none of it. */
  partial: boolean;
}

/**
 * @param onRecord is told of each record that would be written, in no particular order
 * @param outOfTime asked between any two batches of records
 * @throws what reading either side throws
 */
export async function rehearse(
  source: RehearsalSource,
  run: RunAtWork,
  onRecord: (rehearsed: Rehearsed) => void,
  until: (progress: Progress) => boolean = ({ phase }) => phase === "report",
  outOfTime: () => boolean = () => false,
): Promise<Rehearsal> {
  const calls = { plane: noCalls(), odoo: noCalls() };
  const now = () => new Date(source.sync.wallClock()).toISOString();
  const odooNow = () => now().slice(0, 19).replace("T", " ");
  const plane = rehearsingPlane(source.plane, calls.plane, now);
  const odoo = rehearsingOdoo(source.odoo, calls.odoo, odooNow);
  const joined = batchingOdooClient(odoo);
  const access = { client: plane, directory: createPlaneDirectory(plane, source.sync.now) };
  const late: { queue?: RehearsalQueue } = {};
  const store = rehearsingStore(source.store, (hint) => late.queue?.leave([hint]));
  const processor = createProcessor({ ...source.sync, store, odoo: () => joined, plane: access });
  const queue = createRehearsalQueue(processor, store, source.concurrency, onRecord, outOfTime);
  late.queue = queue;
  const deps: BackfillDependencies = {
    store: rehearsalBackfillStore(source, store, queue),
    plane: access,
    odoo,
    ring: () => {},
  };
  let progress = NOTHING_DONE;
  try {
    while (!until(progress)) {
      if (outOfTime()) throw new SuiteError("dry_run_too_long");
      ({ progress } = await takeStep(progress, run, deps));
    }
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "dry_run_too_long") throw thrown;
    return { progress, calls, queue, partial: true };
  }
  return { progress, calls, queue, partial: false };
}

function rehearsalBackfillStore(
  { backfill: real, onHints }: RehearsalSource,
  store: RehearsalStore,
  queue: RehearsalQueue,
): BackfillStore {
  const imagined = (odooModel: string, project?: string): KnownPair[] =>
    store.imagined().filter((row) =>
      row.odoo_model === odooModel && (project === undefined || row.plane_project_id === project)
    ).map((row) => ({
      planeType: row.plane_type,
      planeId: row.plane_id,
      planeProjectId: row.plane_project_id,
      odooId: row.odoo_id === null ? null : Number(row.odoo_id),
      status: row.status,
      lastError: null,
      origin: row.origin,
    }));
  return {
    configs: () => real.configs(),
    pairs: async (odooModel, project) => {
      const own = imagined(odooModel, project);
      const replaced = new Set(
        own.flatMap(({ planeType, planeId, odooId }) => [`${planeType}:${planeId}`, odooId]),
      );
      const isReplaced = ({ planeType, planeId, odooId }: KnownPair) =>
        (planeId !== null && replaced.has(`${planeType}:${planeId}`)) ||
        (odooId !== null && replaced.has(odooId));
      return [...(await real.pairs(odooModel, project)).filter((pair) => !isReplaced(pair)), ...own];
    },
    leaveHints: async (hints) => {
      onHints?.(hints);
      queue.leave(hints);
      await queue.work();
    },
    paired: async (planeType, ids) => {
      const wanted = new Set(ids);
      const own = store.imagined().flatMap(({ plane_type, plane_id }) =>
        plane_type === planeType && plane_id !== null && wanted.has(plane_id) ? [plane_id] : []
      );
      return [...await real.paired(planeType, ids), ...own];
    },
    pairedWith: async (models, planeType, ids) => {
      const wanted = new Set(ids);
      const own = store.imagined().flatMap(({ plane_type, plane_id, odoo_model, odoo_id }) =>
        plane_type === planeType && plane_id !== null && wanted.has(plane_id) && odoo_id !== null &&
          models.includes(odoo_model)
          ? [plane_id]
          : []
      );
      return [...await real.pairedWith(models, planeType, ids), ...own];
    },
    unknown: async (planeType, ids) => {
      const own = new Set(store.imagined().map(({ plane_type, plane_id }) => `${plane_type}:${plane_id}`));
      return (await real.unknown(planeType, ids)).filter((id) =>
        !own.has(`${planeType}:${id}`) && !queue.has(`${planeType}:${id}`)
      );
    },
    held: (hold) =>
      Promise.resolve(
        queue.heldBy(hold).map((hint) => ({
          entityKey: `issue:${hint.key.id}`,
          planeId: hint.key.id,
          name: String(hint.payload?.observed?.name ?? ""),
        })),
      ),
    release: async (hold, matches, dropped) => {
      queue.release(hold, matches, new Set(dropped));
      await queue.work();
    },
    wakeWaiting: async (_runId, except) => {
      const count = queue.wake(new Set(except));
      await queue.work();
      return count;
    },
    remains: () => {
      const left = queue.unsettled();
      const waiting = left.filter(({ state }) => state === "waiting").length;
      return Promise.resolve({ active: 0, waiting, resting: 0, dead: left.length - waiting });
    },
    unsettled: () => Promise.resolve(queue.unsettled()),
    pending: (project) => real.pending(project),
    effects: () => Promise.resolve({}),
  };
}
