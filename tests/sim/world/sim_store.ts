/** The store as the simulation sees it from above: the engine's port, deliveries, and a look at the tables. */
import type { Delivery } from "../../../shared/delivery.ts";
import type { Json, JsonObject } from "../../../shared/json.ts";
import type { CallBudget } from "../../../shared/plane/call_budget.ts";
import type { StoredDelivery } from "../../../shared/store/deliveries.ts";
import type { ConflictPolicy, RecordKey, SyncStore } from "../../../shared/store/engine/sync_store.ts";
import type { UndoStore } from "../../../shared/store/runs/history.ts";
import type { ModuleAs } from "./schedule.ts";
import type { SweepPorts } from "./sweeper.ts";

export interface SimPair {
  readonly planeType: string;
  readonly planeId: string | null;
  readonly odooModel: string;
  readonly odooId: string | null;
  readonly status: string;
}

export interface SimLogLine {
  readonly id: string;
  readonly entityKey: string | null;
  /** The pair it is about; null: it is no more. */
  readonly pair: SimPair | null;
  readonly operation: string;
  readonly success: boolean;
  readonly error: string | null;
  readonly changes: readonly JsonObject[];
}

export interface SimConflict {
  readonly pair: SimPair;
  readonly field: string;
  readonly planeValue: Json;
  readonly odooValue: Json;
  readonly status: string;
  /** Nobody disagrees: it is an order to take something back. */
  readonly isOrder: boolean;
}

export interface SimQueueRow {
  readonly entityKey: string;
  readonly status: string;
  /** Ms since 1970; Infinity is parked. */
  readonly dueAt: number;
  readonly lastError: string | null;
}

export interface SimStore {
  readonly port: SyncStore;
  readonly undoing: UndoStore;
  /** The shared budget of requests to Plane; absent: there is none, and Plane has no limit. */
  readonly budget?: CallBudget;
  /** What the real sweep keeps; absent: a stand-in sweeps. */
  readonly sweeping?: SweepPorts;
  recordDelivery(delivery: Delivery, body: string): Promise<StoredDelivery>;
  setPolicy(policy: ConflictPolicy): Promise<void>;
  /** What modules become in Odoo. */
  setModuleAs(moduleAs: ModuleAs): Promise<void>;
  queue(): Promise<SimQueueRow[]>;
  pairs(): Promise<SimPair[]>;
  log(): Promise<SimLogLine[]>;
  conflicts(): Promise<SimConflict[]>;
  /** Makes dead letters due again, as an operator does after an outage. */
  replay(): Promise<void>;
  /** How many deliveries are stored. */
  deliveries(): Promise<number>;
}

/** The keys of everything a pair is known by. */
export function keysOf(pair: SimPair): RecordKey[] {
  return [
    ...(pair.planeId === null ? [] : [{ side: "plane" as const, type: pair.planeType, id: pair.planeId }]),
    ...(pair.odooId === null ? [] : [{ side: "odoo" as const, model: pair.odooModel, id: pair.odooId }]),
  ];
}
