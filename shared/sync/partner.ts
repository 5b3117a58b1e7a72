/** Finds the Odoo record a Plane record belongs to, or decides that there shall be one. */
import { SuiteError } from "../errors.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { MappingRow } from "../store/engine/sync_store.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { externalId } from "./sides/external_id.ts";
import { findByExternalId, readRecord } from "./sides/odoo_records.ts";

export type OdooPartner =
  | {
    kind: "present";
    mapping: MappingRow;
    odooId: number;
    record: OdooRecord;
    linkedNow: boolean;
    /** An earlier try made it, and nobody knew. */
    madeBefore: boolean;
  }
  | { kind: "to_make"; mapping: MappingRow }
  /** Deleted in Odoo: it is not made again. */
  | { kind: "deleted"; mapping: MappingRow | null };

/**
 * A mapping names the partner. Without one, the tombstone of a deleted mapping may, or the run that brought the hint; the
 * record is then linked if it still exists. Else an intent is opened, and the partner may be made. An intent that was open before
 * may have made it without a word: then it is found by its external id and linked, so that what somebody changed in it
 * meanwhile is not overwritten unseen.
 *
 * @param mayBeMade false: it is linked to a record that is there, or left alone
 * @returns null when it is left alone
 * @throws SuiteError lease_lost when another worker holds the entity by now; partner_taken when the record to link is another's
 *   partner, or about to be: nothing has been written then
 */
export async function findOdooPartner<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  projectId: string | null,
  fields: readonly string[],
  deps: SyncDependencies,
  mayBeMade = true,
): Promise<OdooPartner | null> {
  const { pair, kind, claimed, mapping } = entity;
  const odoo = deps.odoo();
  const { odooModel } = kind;
  if (mapping !== null && mapping.odoo_id !== null) {
    const odooId = Number(mapping.odoo_id);
    const record = await readRecord(odoo, odooModel, odooId, fields);
    return record === null
      ? { kind: "deleted", mapping }
      : { kind: "present", mapping, odooId, record, linkedNow: false, madeBefore: false };
  }
  const { tombstone } = pair;
  if (tombstone?.reason === "deleted_in_odoo") return { kind: "deleted", mapping };

  const remembered = tombstone?.odoo_id ?? null;
  // What somebody unlinked by hand is also found when it was never remembered: by the name we gave it. A run has looked for all
  // of a project's at once; an intent may have made one since.
  const { match_odoo_id: match, looked_up: lookedUp } = claimed.payload;
  // What was just made in Plane cannot have one unless a worker died over it: then its intent is there.
  const isNew = mapping === null && (lookedUp === true || claimed.operation === "create");
  const former = remembered !== null
    ? Number(remembered)
    : match ?? (isNew ? null : await findByExternalId(odoo, odooModel, externalId(kind.planeType, planeId)));
  const record = former === null ? null : await readRecord(odoo, odooModel, former, fields);
  if (remembered !== null && record === null) return { kind: "deleted", mapping };
  if (record === null && !mayBeMade) return null;

  const intent = await deps.store.openIntent(claimed, {
    key: { side: "plane", type: kind.planeType, id: planeId },
    planeType: kind.planeType,
    odooModel,
    planeProjectId: projectId,
    ...(record === null ? {} : { matchOdooId: String(record.id) }),
  });
  if (intent !== null && intent.plane_id !== planeId) {
    // Still an intent: who made it may end without a pair.
    const retry = intent.plane_id === null || intent.odoo_id === null ? "later" : "never";
    throw new SuiteError("partner_taken", { retry, facts: { model: odooModel, odoo_id: record?.id ?? 0 } });
  }
  if (intent === null || intent.odoo_id !== null) throw new SuiteError("lease_lost");
  return former !== null && record !== null
    ? {
      kind: "present",
      mapping: intent,
      odooId: former,
      record,
      linkedNow: true,
      madeBefore: remembered === null && match === undefined,
    }
    : { kind: "to_make", mapping: intent };
}
