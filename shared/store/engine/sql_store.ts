/** The engine's memory in PostgreSQL. Every method is one statement: one round trip, and no state of a session. */
import { readAnnouncementsSince } from "./announcements.ts";
import { noteAttemptFor } from "./attempts.ts";
import type { Sql } from "../database.ts";
import { leaveHint } from "./hints.ts";
import { readPairRow } from "./pair_rows.ts";
import { readArchivedPartners } from "./archived_partners.ts";
import { openIntentFor, readPartnerOf, readPartnersOf } from "./partners.ts";
import { claimEntities, settleEntities } from "../queue.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";
import type { SyncStore } from "./sync_store.ts";
import { forgetValues, readOdooValues, readValueMap, rememberValues } from "./value_map.ts";

/**
 * @param clock whose clock decides what is due and when something was; the database's own unless given
 */
export function createSqlStore(sql: Sql, clock: StoreClock = {}): SyncStore {
  return {
    claim: (workerId, limit, leaseMs) => claimEntities(sql, workerId, limit, leaseMs, clock),
    settle: (settlements) => settleEntities(sql, settlements, clock),
    hint: (hint) => leaveHint(sql, hint, clock),
    readPair: (key) => readPairRow(sql, key),
    readPartner: (key) => readPartnerOf(sql, key),
    readPartners: (planeType, planeIds) => readPartnersOf(sql, planeType, planeIds),
    openIntent: (claimed, intent) => openIntentFor(sql, claimed, intent),
    noteAttempt: (claimed, mappingId, attempt) =>
      noteAttemptFor(sql, claimed, mappingId, attempt, momentOf(clock)),
    archivedPartners: (projectId, odooModel) => readArchivedPartners(sql, projectId, odooModel),
    readValues: (wanted) => readValueMap(sql, wanted, clock),
    odooValues: (kind, odooIds) => readOdooValues(sql, kind, odooIds),
    rememberValues: (kind, odooModel, values) => rememberValues(sql, kind, odooModel, values, clock),
    forgetValues: (kind, odooIds) => forgetValues(sql, kind, odooIds),
    announcementsSince: (planeType, planeId, after) => readAnnouncementsSince(sql, planeType, planeId, after),
  };
}
