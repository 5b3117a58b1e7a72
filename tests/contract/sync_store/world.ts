/** What the contract of the engine's store needs besides the store: deliveries, a clock, and what people do to its tables. */
import type { Delivery } from "../../../shared/delivery.ts";
import type { Json } from "../../../shared/json.ts";
import type { StoredDelivery } from "../../../shared/store/deliveries.ts";
import type { Claimed, Outcome } from "../../../shared/store/queue.ts";
import type { PauseScope } from "../../../shared/store/operators/switches.ts";
import type { Resolution, SyncStore } from "../../../shared/store/engine/sync_store.ts";

export type { PauseScope };

/** A row of the log, as far as the engine wrote it. */
export interface LogEntry {
  mappingId: string | null;
  sourceSystem: string;
  sourceId: string;
  targetId: string | null;
  operation: string;
  success: boolean;
  error: string | null;
  changes: Json;
  actor: string | null;
  runId: string | null;
  /** Whether deliveries were among the hints it answers. */
  announced: boolean;
}

/** One store and its clock. It begins with the configuration of a new database: all but the documents is switched on. */
export interface StoreWorld extends AsyncDisposable {
  store: SyncStore;
  /** ISO 8601, UTC; the store goes by it. It stands still until it is moved. */
  now(): string;
  advance(milliseconds: number): void;
  /** Stores a verified delivery, as the webhook does. */
  record(delivery: Delivery, body: string): Promise<StoredDelivery>;
  /** As plane.resolve_conflict. */
  resolve(conflictId: string, resolution: Resolution, by: string): Promise<boolean>;
  /** How many things were on before. */
  pause(scope: PauseScope): Promise<number>;
  resume(scope: PauseScope): Promise<number>;
  /** As `delete from plane.sync_mappings`: the partner is remembered as a tombstone. */
  deleteMapping(mappingId: string): Promise<void>;
  /** As plane.replay by reason: how many dead letters are due again. */
  replay(reason: string): Promise<number>;
  /** As a row of plane.sync_value_map somebody decided by hand. */
  decideValue(kind: "user" | "state" | "label", planeValue: string, odooId: number | null): Promise<void>;
  /** Everything that was logged, in the order it was written. */
  log(): Promise<LogEntry[]>;
  /** Makes everything as it was in the beginning, but for the clock. */
  reset(): Promise<void>;
}

/** A delivery about a record: of a work item in Plane unless said otherwise. */
export function delivery(id: string, given: Partial<Delivery> = {}): Delivery {
  return {
    source: "plane",
    envelope: "plane_v1",
    dedupKey: crypto.randomUUID(),
    deliveryId: null,
    eventType: "test.event",
    entity: { type: "issue", id },
    planeProjectId: null,
    operation: "update",
    queue: true,
    priority: 5,
    observation: null,
    readFirst: false,
    ...given,
  };
}

/** A delivery about a task in Odoo. */
export function odooDelivery(id: string, given: Partial<Delivery> = {}): Delivery {
  const entity = { type: "project.task", id };
  return delivery(id, { source: "odoo", envelope: "odoo", entity, readFirst: true, ...given });
}

/** What settling writes, in the shape plane.record_effects reads; changes nothing until it is filled. */
export function effect(claimed: Claimed, given: object = {}): object {
  return {
    queue_id: claimed.id,
    entity_key: claimed.entityKey,
    source_system: claimed.sourceSystem,
    source_id: claimed.sourceId,
    mapping_id: null,
    mapping: { synced: false },
    created: false,
    relinked: false,
    waits_for: [],
    log: [],
    events: [],
    ...given,
  };
}

export const DONE: Outcome = { kind: "done" };

/** Longer than anything a test waits for. */
export const LEASE_MS = 3_600_000;

/** Claims exactly one. */
export async function claimOne({ store }: StoreWorld): Promise<Claimed> {
  const [claimed, ...more] = await store.claim("test", 10, LEASE_MS);
  if (claimed === undefined || more.length > 0) throw new Error(`${more.length} are due, not one`);
  return claimed;
}

/** Settles one; false: it was not ours any more. */
export async function settle(
  { store }: StoreWorld,
  claimed: Claimed,
  outcome: Outcome = DONE,
  written?: object,
): Promise<boolean> {
  const filled = written === undefined ? {} : { effect: effect(claimed, written) };
  return (await store.settle([{ claimed, outcome, ...filled }])).has(claimed.id);
}

/** Makes a pair of a work item and a task, settled; returns the mapping's id. */
export async function makePair(world: StoreWorld, planeId: string, odooId: string): Promise<string> {
  await world.record(delivery(planeId), "{}");
  const claimed = await claimOne(world);
  const mapping = await world.store.openIntent(claimed, {
    key: { side: "plane", type: "issue", id: planeId },
    planeType: "issue",
    odooModel: "project.task",
    planeProjectId: null,
  });
  if (mapping === null) throw new Error("no intent");
  const mappingId = mapping.id;
  await settle(world, claimed, DONE, {
    mapping_id: mappingId,
    mapping: { odoo_id: odooId, synced: true, status: "active" },
    created: true,
  });
  return mappingId;
}
