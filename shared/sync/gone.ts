/** Plane's record is gone: its partner is archived, never deleted. */
import type { Effect } from "./effect.ts";
import { effectOf } from "./effect.ts";
import type { SyncDependencies, SyncEntity } from "./entity.ts";
import { readRecord, writeRecord } from "./odoo_records.ts";
import { madeBefore } from "./partner.ts";

/**
 * Leaves a tombstone also where there is no partner: a late announcement must not make one.
 *
 * @returns null when it was dealt with before
 */
export async function archiveGone<Form>(
  entity: SyncEntity<Form>,
  deps: SyncDependencies,
): Promise<Effect | null> {
  const { pair, kind, claimed, lease } = entity;
  if (pair.tombstone === "deleted_in_odoo" && pair.mapping_id === null) return null;
  if (pair.tombstone !== null && pair.status === "archived") return null;
  const startedAt = deps.now();
  const known = pair.odoo_id ?? (pair.mapping_id === null ? null : await madeBefore(entity, deps.odoo()));
  if (known === null) {
    return {
      ...effectOf(claimed, pair.mapping_id),
      mapping: { synced: false, ...(pair.mapping_id === null ? {} : { status: "archived" }) },
      tombstone: "deleted_in_plane",
      odoo_model: kind.odooModel,
    };
  }
  const odoo = deps.odoo();
  const odooId = Number(known);
  const record = await readRecord(odoo, kind.odooModel, odooId, ["active"]);
  const archive = record !== null && record.active !== false;
  if (archive) {
    lease.require(deps.odooTimeoutMs);
    await writeRecord(odoo, kind.odooModel, odooId, { active: false });
  }
  return {
    ...effectOf(claimed, pair.mapping_id),
    mapping: { odoo_id: String(odooId), status: "archived", synced: archive },
    tombstone: record === null ? "deleted_in_odoo" : "deleted_in_plane",
    // Should it come back, it is different from what was agreed on: Odoo's record is taken out of the archive.
    snapshot: {
      plane_base: { ...pair.plane_base, archived: true },
      odoo_base: { ...pair.odoo_base, archived: true },
      plane_seen: pair.plane_seen,
      placeholders: pair.placeholders ?? {},
    },
    log: [{ operation: "archive", success: true, duration_ms: Math.round(deps.now() - startedAt) }],
    events: [{
      level: "info",
      event_type: "archive",
      message: `${claimed.entityKey}: gone in Plane, archived ${kind.odooModel} ${odooId}`,
      metadata: { entity_key: claimed.entityKey, odoo_model: kind.odooModel, odoo_id: odooId },
    }],
  };
}
