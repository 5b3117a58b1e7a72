/**
 * What somebody changed in a record since both sides last agreed: such a record is not ended for its partner's sake. What an order
 * to take back put there is nobody's edit, and its worker did not come to say so.
 */
import { stampsOf } from "./attempts.ts";
import { basesAfterAttempts } from "./plan/attempts.ts";
import { type Json, sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { ARCHIVE } from "./pairs/archive.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { undoOrders } from "./pairs/undo_orders.ts";
import { NO_REFERENCES, relatedId } from "./lenses/lens.ts";
import { TASK_MODEL } from "./sides/models.ts";
import { type ActiveLens, contextOf } from "./plan/plan_input.ts";
import type { Change, Side } from "./plan/planned.ts";

/** What a record has that was not agreed on. */
export interface Unseen {
  /** Fields that somebody edited. */
  edited: string[];
  /** What was taken back there and is in no log yet. */
  undone: Change[];
}

export const NOTHING_UNSEEN: Unseen = { edited: [], undone: [] };

/** Fields of Odoo's record that are not what was agreed on. */
export async function unseenInOdoo<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  lenses: readonly ActiveLens<Form>[],
  record: OdooRecord,
  deps: SyncDependencies,
): Promise<Unseen> {
  const references = { ...NO_REFERENCES, moduleTask: await moduleTaskAbove(entity, record, deps) };
  return await changed(entity, "odoo", lenses, { form: null, record }, deps, ({ lens }, context) => ({
    base: context.odooBase,
    now: lens.odooValue(record, { ...context, references }),
    same: lens.sameInOdoo,
  }));
}

/** The same for Plane's record. */
export async function unseenInPlane<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  form: Form,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<Unseen> {
  const { references } = await entity.kind.recall(form, deps);
  return await changed(entity, "plane", lenses, { form, record: null }, deps, ({ lens }, context) => ({
    base: context.planeBase,
    now: lens.planeValue(form, { ...context, references }),
    same: lens.sameInPlane,
  }));
}

/** A task that stands for a module is no parent: being below it says who is in the module. Null: there is none. */
async function moduleTaskAbove<Form extends PlaneForm>(
  { kind: { planeType, odooModel } }: SyncEntity<Form>,
  record: OdooRecord,
  { store }: SyncDependencies,
): Promise<number | null> {
  const parent = relatedId(record.parent_id);
  if (planeType !== "issue" || odooModel !== TASK_MODEL || parent === null) return null;
  const partner = await store.readPartner({ side: "odoo", model: TASK_MODEL, id: String(parent) });
  return partner?.planeType === "module" ? parent : null;
}

async function changed<Form extends PlaneForm>(
  { pair, kind }: SyncEntity<Form>,
  side: Side,
  lenses: readonly ActiveLens<Form>[],
  now: { form: Form | null; record: OdooRecord | null },
  deps: SyncDependencies,
  look: (
    active: ActiveLens<Form>,
    context: ReturnType<typeof contextOf>,
  ) => { base: Json | undefined; now: Json; same: ((left: Json, right: Json) => boolean) | undefined },
): Promise<Unseen> {
  const { snapshot } = pair;
  // Without a base nobody knows what was agreed on.
  if (snapshot === null) return NOTHING_UNSEEN;
  const capabilities = await deps.capabilities();
  const known = {
    lenses,
    plane: now.form,
    odoo: now.record,
    planeBase: snapshot.plane_base,
    odooBase: snapshot.odoo_base,
    placeholders: snapshot.placeholders,
    capabilities,
    references: NO_REFERENCES,
    today: "",
  };
  // What we wrote ourselves, and could not settle, is nobody's edit.
  const input = { ...known, ...basesAfterAttempts(known, pair.attempts, stampsOf(now)) };
  const orders = undoOrders({ pair });
  const unseen: Unseen = { edited: [], undone: [] };
  for (const active of lenses) {
    const { field, join } = active.lens;
    if (field === (kind.endInOdoo ?? ARCHIVE).field || join !== undefined) continue;
    const { base, now, same = sameJson } = look(active, contextOf(input, active));
    if (base === undefined || same(base, now)) continue;
    const order = orders.get(field);
    const part = order?.parts[0];
    // As stepOf: what was agreed on since it was ordered is not what it was for.
    if (part?.side === side && same(now, part.from) && same(base, part.base)) {
      unseen.undone.push({ field, side, from: base, to: now, why: "undone", base, undoes: order?.log_id });
    } else {
      unseen.edited.push(field);
    }
  }
  return unseen;
}
