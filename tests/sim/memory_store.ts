/**
 * The engine's store in memory, for the mass runs of the simulator: what supabase/migrations does to the tables, as one would
 * explain it. tests/contract/sync_store_contract.ts holds it equal to PostgreSQL. Each call happens at once and as a whole.
 */
import type { Delivery } from "../../shared/delivery.ts";
import type { StoredDelivery } from "../../shared/store/deliveries.ts";
import type { SyncStore } from "../../shared/store/engine/sync_store.ts";
import { claim, replay, settle } from "./memory/claims.ts";
import { noteAttempt } from "./memory/attempts.ts";
import { leaveFreeHint, recordDelivery } from "./memory/hints.ts";
import {
  announcementsSince,
  archivedPartners,
  forgetValues,
  odooValues,
  openIntent,
  readPair,
  readPartner,
  readPartners,
  readValues,
  rememberValues,
} from "./memory/pairs.ts";
import { emptyTables, type Tables } from "./memory/tables.ts";

export interface MemoryStore extends SyncStore {
  readonly tables: Tables;
  /** Stores a verified delivery and leaves its hint. */
  recordDelivery(delivery: Delivery, body: string): Promise<StoredDelivery>;
  /** Makes dead letters due again: those with this reason, or all. Returns how many. */
  replay(reason?: string): number;
}

export interface MemoryStoreOptions {
  /** The database's clock: milliseconds since 1970. */
  now: () => number;
  newId: () => string;
}

export function createMemoryStore({ now, newId }: MemoryStoreOptions): MemoryStore {
  const tables = emptyTables();
  /** As a statement is: it happens at once, and a failure is the caller's. */
  const statement = <Result>(run: () => Result): Promise<Result> => {
    try {
      return Promise.resolve(run());
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };
  return {
    tables,
    replay: (reason) => replay(tables, now(), reason),
    recordDelivery: (delivery, body) => statement(() => recordDelivery(tables, delivery, body, now(), newId)),
    claim: (_workerId, limit, leaseMs) => statement(() => claim(tables, limit, leaseMs, now())),
    settle: (settlements) => statement(() => settle(tables, settlements, now(), newId)),
    hint: (hint) => statement(() => leaveFreeHint(tables, hint, now(), newId)),
    readPair: (key) => statement(() => readPair(tables, key)),
    readPartner: (key) => statement(() => readPartner(tables, key)),
    readPartners: (type, ids) => statement(() => readPartners(tables, type, ids)),
    openIntent: (claimed, intent) => statement(() => openIntent(tables, claimed, intent, newId)),
    noteAttempt: (claimed, mappingId, attempt) =>
      statement(() => noteAttempt(tables, claimed, mappingId, attempt, newId)),
    archivedPartners: (projectId, model) => statement(() => archivedPartners(tables, projectId, model)),
    readValues: (wanted) => statement(() => readValues(tables, wanted, now())),
    odooValues: (kind, odooIds) => statement(() => odooValues(tables, kind, odooIds)),
    rememberValues: (kind, model, values) =>
      statement(() => rememberValues(tables, kind, model, values, now())),
    forgetValues: (kind, odooIds) => statement(() => forgetValues(tables, kind, odooIds)),
    announcementsSince: (type, id, after) => statement(() => announcementsSince(tables, type, id, after)),
  };
}
