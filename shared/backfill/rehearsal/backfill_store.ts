/** What a dry run asks of the database: what is there, and over it what is only imagined. */
import type { BackfillStore, KnownPair, RunHint } from "../../store/runs/backfill.ts";
import type { RehearsalQueue } from "./queue.ts";
import type { RehearsalStore } from "./store.ts";

/**
 * @param onHints is told of what the steps hint, before it is rehearsed
 */
export function rehearsingBackfillStore(
  real: BackfillStore,
  store: RehearsalStore,
  queue: RehearsalQueue,
  onHints: (hints: readonly RunHint[]) => void = () => {},
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
      onHints(hints);
      await queue.leave(hints);
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
    held: (hold) => Promise.resolve(queue.heldBy(hold)),
    release: (hold, matches, dropped) => Promise.resolve(queue.release(hold, matches, new Set(dropped))),
    wakeWaiting: (_runId, except) => Promise.resolve(queue.wake(new Set(except))),
    remains: () => Promise.resolve(queue.remains()),
    unsettled: () => Promise.resolve(queue.unsettled()),
    pending: (project) => real.pending(project),
    effects: () => Promise.resolve({}),
  };
}
