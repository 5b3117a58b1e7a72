/** What somebody changed in a record since both sides last agreed: such a record is not ended for its partner's sake. */
import { stampsOf } from "./attempts.ts";
import { basesAfterAttempts } from "./plan/attempts.ts";
import { type Json, sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { ARCHIVE } from "./end_of_pair.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { NO_REFERENCES, relatedId } from "./lenses/lens.ts";
import { TASK_MODEL } from "./sides/models.ts";
import { type ActiveLens, contextOf } from "./plan/plan_input.ts";

/** Fields of Odoo's record that are not what was agreed on. */
export async function unseenInOdoo<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  lenses: readonly ActiveLens<Form>[],
  record: OdooRecord,
  deps: SyncDependencies,
): Promise<string[]> {
  const references = { ...NO_REFERENCES, moduleTask: await moduleTaskAbove(entity, record, deps) };
  return await changed(entity, lenses, { form: null, record }, deps, ({ lens }, context) => ({
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
): Promise<string[]> {
  const { references } = await entity.kind.recall(form, deps);
  return await changed(entity, lenses, { form, record: null }, deps, ({ lens }, context) => ({
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
  lenses: readonly ActiveLens<Form>[],
  now: { form: Form | null; record: OdooRecord | null },
  deps: SyncDependencies,
  look: (
    active: ActiveLens<Form>,
    context: ReturnType<typeof contextOf>,
  ) => { base: Json | undefined; now: Json; same: ((left: Json, right: Json) => boolean) | undefined },
): Promise<string[]> {
  const { snapshot } = pair;
  // Without a base nobody knows what was agreed on.
  if (snapshot === null) return [];
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
  return lenses.filter((active) => {
    if (active.lens.field === (kind.endInOdoo ?? ARCHIVE).field || active.lens.join !== undefined) {
      return false;
    }
    const { base, now, same } = look(active, contextOf(input, active));
    return base !== undefined && !(same ?? sameJson)(base, now);
  }).map(({ lens }) => lens.field);
}
