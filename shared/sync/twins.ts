/**
 * A Plane record that says it was made for an Odoo record, and has no mapping: either its maker has not come to say so yet, or
 * died, or Plane let the same external pair in twice, which it does when two requests come at the same moment.
 */
import { SuiteError } from "../errors.ts";
import { type Effect, effectOf } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";

/** How long its maker gets to say so, in ms. */
const PATIENCE_MS = 2_000;

export async function twinOf<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  form: Form,
  odooId: number,
  deps: SyncDependencies,
): Promise<Effect> {
  const { kind, claimed } = entity;
  const { store, plane } = deps;
  const key = { side: "odoo", model: kind.odooModel, id: String(odooId) } as const;
  const owner = await store.readPartner(key);
  if (owner === null || owner.planeId === null) {
    // The Odoo record's own entity makes the pair; this one is looked at again when that is done.
    await store.hint({ key, priority: 6, payload: { match_plane_id: form.id } });
    throw new SuiteError("waits_for_project", {
      retryAfterMs: PATIENCE_MS,
      facts: { waits_for: `${kind.odooModel}:${odooId}` },
    });
  }
  if (owner.planeId === form.id) return { ...effectOf(claimed, null), hints: [{ key, priority: 6 }] };
  const project = kind.projectOf(form);
  if (plane === undefined || kind.plane === undefined || form.archived_at !== null) {
    return effectOf(claimed, null);
  }
  const hangsOn = await kind.hangsOn?.(form.id, entity, deps) ?? null;
  const other = await kind.read(plane, owner.planeId, project, hangsOn).catch(unlessMissing);
  // The oldest is kept. When that is this one, the pair's own record is the twin: it stays, being what people have seen move.
  const isTwin = other !== null;
  if (isTwin) {
    const today = new Date(deps.wallClock()).toISOString().slice(0, 10);
    const values = { archived_at: today, external_id: null, external_source: null };
    await kind.plane.update(plane, form, values).catch(unlessMissing);
  }
  return {
    ...effectOf(claimed, owner.mappingId),
    log: [{ operation: "archive", success: isTwin, error_message: "duplicate", duration_ms: 0 }],
    events: [{
      level: "warn",
      event_type: "duplicate",
      message:
        `${claimed.entityKey}: Plane made a second record for ${kind.odooModel} ${odooId}; it is archived`,
      metadata: {
        entity_key: claimed.entityKey,
        odoo_model: kind.odooModel,
        odoo_id: odooId,
        kept: owner.planeId,
      },
    }],
  };
}

/** Somebody has deleted it already. What fails otherwise says nothing of either record. */
function unlessMissing(thrown: unknown): null {
  if (thrown instanceof SuiteError && thrown.code === "plane_not_found") return null;
  throw thrown;
}
