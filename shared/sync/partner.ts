/** Finds the Odoo record a Plane record belongs to, or decides that there shall be one. */
import { SuiteError } from "../errors.ts";
import type { OdooClient, OdooRecord } from "../odoo/client.ts";
import { openIntent } from "../store/pairs.ts";
import type { SyncDependencies, SyncEntity } from "./entity.ts";
import { externalId } from "./external_id.ts";
import { findByExternalId, readRecord } from "./odoo_records.ts";

export type Partner =
  | { kind: "present"; mappingId: string; odooId: number; record: OdooRecord; linkedNow: boolean }
  | { kind: "to_make"; mappingId: string }
  /** Deleted in Odoo: it is not made again. */
  | { kind: "deleted"; mappingId: string | null };

/**
 * A mapping names the partner. Without one, the tombstone of a deleted mapping may; the record is then linked again if it
 * still exists. Else an intent is opened, and the partner may be made. An intent that was open before may have made it without
 * a word: then it is found by its external id and linked, so that what somebody changed in it meanwhile is not overwritten
 * unseen.
 *
 * @throws SuiteError lease_lost when another worker holds the entity by now
 */
export async function findPartner<Form>(
  entity: SyncEntity<Form>,
  projectId: string | null,
  fields: readonly string[],
  deps: SyncDependencies,
): Promise<Partner> {
  const { pair, kind, claimed, planeId } = entity;
  const odoo = deps.odoo();
  if (pair.mapping_id !== null && pair.odoo_id !== null) {
    const odooId = Number(pair.odoo_id);
    const record = await readRecord(odoo, kind.odooModel, odooId, fields);
    return record === null
      ? { kind: "deleted", mappingId: pair.mapping_id }
      : { kind: "present", mappingId: pair.mapping_id, odooId, record, linkedNow: false };
  }
  if (pair.tombstone === "deleted_in_odoo") return { kind: "deleted", mappingId: pair.mapping_id };

  const former = pair.tombstone_odoo_id === null
    ? await madeBefore(entity, odoo)
    : Number(pair.tombstone_odoo_id);
  const record = former === null ? null : await readRecord(odoo, kind.odooModel, former, fields);
  if (pair.tombstone_odoo_id !== null && record === null) {
    return { kind: "deleted", mappingId: pair.mapping_id };
  }

  const intent = await openIntent(
    deps.sql,
    claimed,
    { type: kind.planeType, id: planeId, projectId },
    kind.odooModel,
  );
  if (intent === null || intent.odooId !== null) throw new SuiteError("lease_lost");
  return former !== null && record !== null
    ? { kind: "present", mappingId: intent.mappingId, odooId: former, record, linkedNow: true }
    : { kind: "to_make", mappingId: intent.mappingId };
}

/** What an earlier intent made before its worker died; null when the pair has no such intent. One call for those that have. */
export async function madeBefore<Form>(
  { pair, kind, planeId }: SyncEntity<Form>,
  odoo: OdooClient,
): Promise<number | null> {
  if (pair.mapping_id === null || pair.odoo_id !== null) return null;
  return await findByExternalId(odoo, kind.odooModel, externalId(kind.planeType, planeId));
}
