/** Looks into what Plane announced for edits that a write of ours has overwritten. */
import { type Effect, effectOf } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { announcedFrom, judgeWrites } from "./overwritten.ts";

/**
 * @returns null when there is nothing to say; else what settling writes: the conflicts, and a hint to look at the pair once more,
 *   because this look has looked at nothing else
 */
export async function lookForOverwritten<Form extends PlaneForm>(
  { claimed, mapping, pair, kind }: SyncEntity<Form>,
  planeId: string,
  { store }: SyncDependencies,
): Promise<Effect | null> {
  const { snapshot } = pair;
  if (mapping === null || snapshot === null || !claimed.planeHinted) return null;
  const from = announcedFrom(snapshot.plane_base);
  if (from === null) return null;
  const judged = judgeWrites(
    snapshot.plane_base,
    await store.announcementsSince(kind.planeType, planeId, from),
  );
  if (judged === null || judged.lost.length === 0) return null;
  return {
    ...effectOf(claimed, mapping.id),
    snapshot: { ...snapshot, plane_base: judged.base },
    conflicts: {
      open: judged.lost.map(({ field, value, written }) => ({
        field,
        base: snapshot.plane_base[field] ?? null,
        plane_value: value,
        odoo_value: snapshot.odoo_base[field] ?? written,
        plane_at: claimed.observation?.at ?? null,
        odoo_at: mapping.odoo_write_date,
        plane_actor: null,
        odoo_actor: null,
      })),
      settled: [],
      how: "gone",
    },
    hints: [{
      key: { side: "plane", type: kind.planeType, id: planeId },
      priority: 5,
      ...(mapping.plane_project_id === null ? {} : { projectId: mapping.plane_project_id }),
    }],
    events: [{
      level: "warn",
      event_type: "overwritten_edit",
      message:
        `${claimed.entityKey}: an edit in Plane landed between our reading and our write; it is in plane.sync_conflict`,
      metadata: { entity_key: claimed.entityKey, fields: judged.lost.map(({ field }) => field) },
    }],
  };
}
