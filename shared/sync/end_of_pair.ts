/** What is settled of a pair whose one record is gone. */
import { attemptsLeft } from "./attempts.ts";
import { type Effect, effectOf } from "./effect.ts";
import { ARCHIVE } from "./pairs/archive.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { undoOrders } from "./pairs/undo_orders.ts";
import type { Change, Side } from "./plan/planned.ts";
import { undoNotesSaid } from "./undo_notes.ts";
import type { Unseen } from "./unseen_edits.ts";

/**
 * The effect of an end: the mapping is archived, a tombstone stays, and the log and an event say what became of the other record.
 *
 * @param side where the record is gone
 */
export function endOfPair<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  side: Side,
  { odooId, gone, archive, unseen }: { odooId: number; gone: boolean; archive: boolean; unseen: Unseen },
): Effect {
  const { claimed, mapping, kind, pair } = entity;
  const other: Side = side === "plane" ? "odoo" : "plane";
  const { field } = kind.endInOdoo ?? ARCHIVE;
  const change: Change = {
    field,
    side: other,
    from: false,
    to: true,
    why: side === "plane" ? "changed_in_plane" : "changed_in_odoo",
    base: false,
  };
  const kept = unseen.edited.length > 0;
  return {
    ...effectOf(claimed, mapping?.id ?? null),
    mapping: {
      odoo_id: String(odooId),
      status: "archived",
      ...(side === "odoo" ? { last_error: "partner_deleted" } : {}),
      synced: archive,
    },
    ...attemptsLeft(pair, undoNotesSaid(pair.attempts, unseen.undone)),
    ...ordersThatEnd(entity),
    tombstone: gone ? "deleted_in_odoo" : "deleted_in_plane",
    // Should it come back, it is different from what was agreed on: it is taken out of the archive.
    snapshot: {
      plane_base: { ...pair.snapshot?.plane_base, [field]: true },
      odoo_base: { ...pair.snapshot?.odoo_base, [field]: true },
      plane_seen: pair.snapshot?.plane_seen ?? null,
      placeholders: pair.snapshot?.placeholders ?? {},
    },
    log: [...unseen.undone.length === 0 ? [] : [undone(unseen.undone)], {
      operation: archive ? "archive" : "none",
      success: !kept,
      ...(archive ? { changes: [change] } : {}),
      ...(kept
        ? { error_message: "unseen_edits" }
        : side === "odoo"
        ? { error_message: "partner_deleted" }
        : {}),
      duration_ms: 0,
    }],
    events: [{
      level: kept || side === "odoo" ? "warn" : "info",
      event_type: side === "odoo" ? "partner_deleted" : kept ? "kept_with_unseen_edits" : "archive",
      message: kept
        ? `${claimed.entityKey}: deleted in ${
          side === "plane" ? "Plane" : "Odoo"
        }, and edited on the other side since: kept there`
        : side === "odoo"
        ? `${claimed.entityKey}: its Odoo record was deleted in Odoo and is not made again`
        : `${claimed.entityKey}: gone in Plane, archived ${kind.odooModel} ${odooId}`,
      metadata: {
        entity_key: claimed.entityKey,
        odoo_model: kind.odooModel,
        odoo_id: odooId,
        fields: unseen.edited,
      },
    }],
  };
}

/** What is left to do of a pair that has ended: an order given while its end was under way. Null where there is none. */
export function afterTheEnd<Form extends PlaneForm>(entity: SyncEntity<Form>, side: Side): Effect | null {
  const orders = ordersThatEnd(entity);
  return orders === undefined ? null : {
    ...effectOf(entity.claimed, entity.mapping?.id ?? null),
    ...(side === "odoo" ? { mapping: { synced: false, last_error: "partner_deleted" } } : {}),
    ...orders,
  };
}

/** Orders to take something back would wait for ever. */
function ordersThatEnd<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
): Required<Pick<Effect, "conflicts">> | undefined {
  const settled = [...undoOrders(entity).keys()];
  return settled.length === 0 ? undefined : { conflicts: { open: [], settled, how: "gone" } };
}

/** An order that was carried out as far as it could be. */
function undone(changes: readonly Change[]): Effect["log"][number] {
  return { operation: "update", success: true, changes, duration_ms: 0 };
}
