/** The memory store for the contract suite: its clock, and what people do to its tables. */
import { createMemoryStore, type MemoryStore } from "../memory_store.ts";
import type { StoreWorld } from "../../contract/sync_store/world.ts";
import { decideValue, deleteMapping, pause, resolveConflict, resume } from "./decisions.ts";

const BEGINNING = Date.UTC(2026, 0, 31, 12);

export function openMemoryStoreWorld(): Promise<StoreWorld> {
  let milliseconds = BEGINNING;
  let deletions = 0;
  const newId = () => crypto.randomUUID();
  const open = (): MemoryStore => createMemoryStore({ now: () => milliseconds, newId });
  let store = open();
  const settled = <Result>(result: Result) => Promise.resolve(result);
  return settled({
    get store() {
      return store;
    },
    now: () => new Date(milliseconds).toISOString(),
    advance: (by) => {
      milliseconds += by;
    },
    record: (delivery, body) => store.recordDelivery(delivery, body),
    resolve: (id, resolution) => settled(resolveConflict(store.tables, id, resolution, milliseconds, newId)),
    pause: (scope) => settled(pause(store.tables, scope)),
    resume: (scope) => settled(resume(store.tables, scope)),
    // A trigger in PostgreSQL knows no clock but its own, which is ahead of this one; no two deletions are at the same time.
    deleteMapping: (id) => settled(deleteMapping(store.tables, id, Date.now() + (deletions += 0.001))),
    replay: (reason) => settled(store.replay(reason)),
    decideValue: (kind, value, odooId) =>
      settled(decideValue(store.tables, kind, value, odooId, milliseconds)),
    log: () =>
      settled(
        store.tables.log.map((line) => ({
          mappingId: line.mappingId,
          sourceSystem: line.sourceSystem,
          sourceId: line.sourceId,
          targetId: line.targetId,
          operation: line.operation,
          success: line.success,
          error: line.error,
          changes: line.changes,
          actor: line.actor,
          runId: line.runId,
          announced: line.deliveryId !== null,
        })),
      ),
    reset: () => {
      store = open();
      return settled(undefined);
    },
    [Symbol.asyncDispose]: () => settled(undefined),
  });
}
