/** The memory store with a look at its tables. */
import { createMemoryStore, type MemoryStoreOptions } from "../memory_store.ts";
import type { ConflictRow, Mapping } from "../memory/tables.ts";
import { undoStore } from "../memory/undo.ts";
import type { SimPair, SimStore } from "./sim_store.ts";

export function memorySimStore(options: MemoryStoreOptions): SimStore {
  const store = createMemoryStore(options);
  const { tables } = store;
  const pairOf = (mapping: Mapping | undefined): SimPair | null =>
    mapping === undefined ? null : {
      planeType: mapping.plane_type,
      planeId: mapping.plane_id,
      odooModel: mapping.odoo_model,
      odooId: mapping.odoo_id,
      status: mapping.status,
    };
  const present = <Item>(item: Item | null): Item[] => item === null ? [] : [item];
  return {
    port: store,
    undoing: undoStore(tables, options.now, options.newId),
    recordDelivery: store.recordDelivery,
    setPolicy: (policy) => {
      for (const config of tables.configs) config.conflict_resolution = policy;
      return Promise.resolve();
    },
    setModuleAs: (module_as) => {
      for (const config of tables.configs) if (config.plane_type === "module") config.options = { module_as };
      return Promise.resolve();
    },
    queue: () =>
      Promise.resolve(
        [...tables.queue.values()].map((row) => ({
          entityKey: row.entityKey,
          status: row.status,
          dueAt: row.nextAttemptAt,
          lastError: row.lastError,
        })),
      ),
    pairs: () =>
      Promise.resolve([...tables.mappings.values()].flatMap((mapping) => present(pairOf(mapping)))),
    log: () =>
      Promise.resolve(tables.log.map((line) => ({
        ...line,
        id: String(line.id),
        pair: pairOf(tables.mappings.get(line.mappingId ?? "")),
      }))),
    conflicts: () =>
      Promise.resolve(tables.conflicts.flatMap((conflict) => {
        const pair = pairOf(tables.mappings.get(conflict.mappingId));
        return pair === null ? [] : [{ ...conflict, pair, isOrder: isOrder(conflict) }];
      })),
    replay: () => {
      store.replay();
      return Promise.resolve();
    },
    deliveries: () => Promise.resolve(tables.deliveries.length),
  };
}

function isOrder({ resolution }: ConflictRow): boolean {
  return resolution !== null && "undo" in resolution;
}
