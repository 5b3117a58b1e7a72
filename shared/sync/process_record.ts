/** A record of either side, from what is known of its pair to what settling writes. */
import { SuiteError } from "../errors.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import { adopt } from "./adopt.ts";
import { chooseLenses, withinWays } from "./pairs/choose_lenses.ts";
import { type Effect, effectOf } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { lookForOverwritten } from "./evidence.ts";
import { odooRecordOf } from "./sides/external_id.ts";
import { PROJECT_MODEL } from "./sides/models.ts";
import { readRecord } from "./sides/odoo_records.ts";
import { goneInOdoo, goneInPlane } from "./gone.ts";
import { GoneInPlane } from "./sides/gone_in_plane.ts";
import { leaveOut, leavesOut } from "./left_out.ts";
import { observePlane } from "./observe.ts";
import { findOdooPartner } from "./partner.ts";
import type { ActiveLens } from "./plan/plan_input.ts";
import { isSettledAlready, mayBeMade, takesPart } from "./quick_look.ts";
import { type Partial, syncPair } from "./sync_pair.ts";
import { twinOf } from "./twins.ts";

export interface Track {
  onMapping: (mappingId: string) => void;
  onPartial: Partial;
}

/** @returns null when there is nothing to say */
export async function processPlaneRecord<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  deps: SyncDependencies,
  track: Track,
): Promise<Effect | null> {
  const { kind, claimed, pair, ways } = entity;
  const { lenses, fields } = lensesOf(entity, await deps.capabilities());
  // What was unlinked by hand is linked again, whichever way the pair goes.
  const known = entity.mapping !== null || pair.tombstone !== null;
  const isUnasked = !known && claimed.payload.match_odoo_id === undefined && claimed.operation !== "delete";
  if (
    isUnasked && kind.planeType === "project" &&
    leavesOut(entity.config, { side: "plane", id: planeId })
  ) {
    leaveOut();
  }
  if (!known && !ways.toOdoo && claimed.payload.match_odoo_id === undefined) return null;
  const overwritten = await lookForOverwritten(entity, planeId, deps);
  if (overwritten !== null) return overwritten;
  const observed = await observePlane(entity, planeId, deps);
  if (observed.kind === "gone") return await goneInPlane(entity, planeId, lenses, fields, deps);
  const { form, fresh } = observed;

  const isNew = entity.mapping === null && pair.tombstone === null;
  if (isNew) {
    const ours = odooRecordOf(form);
    if (ours !== null && ours.model === kind.odooModel) return await twinOf(entity, form, ours.id, deps);
    // Made for a record of another model: that record's own pair knows of it.
    if (ours !== null) return null;
    if (claimed.payload.match_odoo_id === undefined && !mayBeMade(entity)) return null;
    if (!takesPart(entity, form)) return null;
  }
  // Also of what an intent is open for: the record it hangs on may have lost its partner since.
  if (
    pair.tombstone === null && (entity.mapping?.odoo_id ?? null) === null &&
    await kind.belongsInOdoo?.(form, entity.config, deps) === false
  ) {
    return remembering(entity, form);
  }
  if (await isSettledAlready(entity, form, lenses, deps)) return null;

  const odooId = entity.mapping?.odoo_id ?? null;
  // A known partner comes first: when it was deleted together with its project, that is not the project's failure.
  const remembered = pair.tombstone?.odoo_id ?? claimed.payload.match_odoo_id ?? null;
  const partner = odooId === null && remembered === null &&
      (kind.madeInOdoo === "never" || !ways.toOdoo)
    ? null
    : await findOdooPartner(entity, planeId, kind.projectOf(form), fields, deps, !isNew || mayBeMade(entity));
  if (partner === null) return null;
  if (partner.mapping !== null) track.onMapping(partner.mapping.id);
  if (partner.kind === "deleted") return await goneInOdoo(entity, form, lenses, deps);
  const linked = { ...entity, mapping: partner.mapping };
  return await syncPair(
    linked,
    {
      mapping: partner.mapping,
      form,
      record: partner.kind === "present" ? partner.record : null,
      odooId: partner.kind === "present" ? partner.odooId : null,
      projectId: kind.projectOf(form),
      fresh,
      linkedNow: partner.kind === "present" && partner.linkedNow,
      madeBefore: partner.kind === "present" && partner.madeBefore ? "odoo" : undefined,
      lenses,
      fields,
    },
    deps,
    track.onPartial,
  ).catch((thrown) => {
    if (!(thrown instanceof GoneInPlane)) throw thrown;
    return goneInPlane(linked, planeId, lenses, fields, deps);
  });
}

/** An intent that leads to nothing: what was seen of the record still says where it is to be read, which a later hint may not. */
function remembering<Form extends PlaneForm>(
  { claimed, mapping, pair, kind }: SyncEntity<Form>,
  form: Form,
): Effect | null {
  const seen = kind.parse(pair.snapshot?.plane_seen ?? null);
  if (mapping === null || seen?.updated_at === form.updated_at) return null;
  return {
    ...effectOf(claimed, mapping.id),
    snapshot: { plane_base: {}, odoo_base: {}, placeholders: {}, ...pair.snapshot, plane_seen: form },
  };
}

/** An Odoo record without a Plane record: an intent at most. */
export async function processOdooRecord<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  odooId: number,
  deps: SyncDependencies,
  track: Track,
): Promise<Effect | null> {
  if (!Number.isSafeInteger(odooId)) throw new SuiteError("unknown_entity");
  const { lenses, fields } = lensesOf(entity, await deps.capabilities());
  const project = { side: "odoo", id: odooId } as const;
  const isProject = entity.kind.odooModel === PROJECT_MODEL && entity.kind.planeType === "project";
  const isNew = entity.mapping === null && entity.pair.tombstone === null;
  if (isProject && isNew && leavesOut(entity.config, project)) {
    const record = await readRecord(deps.odoo(), PROJECT_MODEL, odooId, ["active"]);
    // Gone, or in the archive: nobody has to decide about it.
    if (record === null || record.active === false) return null;
    leaveOut();
  }
  if (!entity.ways.toPlane || entity.kind.plane === undefined) return null;
  return await adopt(entity, odooId, lenses, fields, deps, ({ id }) => track.onMapping(id), track.onPartial);
}

/** The lenses the configuration leaves a kind, and the Odoo fields they read. */
export function lensesOf<Form extends PlaneForm>(
  { kind, config, ways }: Pick<SyncEntity<Form>, "kind" | "config" | "ways">,
  capabilities: OdooCapabilities,
): { lenses: ActiveLens<Form>[]; fields: string[] } {
  const odooFields = kind.odooFields(capabilities);
  const { active } = chooseLenses(config, kind.lensesFor(config, odooFields), odooFields, capabilities);
  const lenses = withinWays(active, ways);
  const filtersProjects = config.options.odoo_projects !== undefined;
  const fields = new Set([
    "write_date",
    "write_uid",
    ...(kind.alwaysReads ?? []).filter((name) => odooFields === undefined || Object.hasOwn(odooFields, name)),
    // The filter asks for it.
    ...(filtersProjects && odooFields !== undefined && Object.hasOwn(odooFields, "project_id")
      ? ["project_id"]
      : []),
    ...lenses.flatMap(({ lens, odooField }) => [odooField, ...lens.alsoReads ?? []]),
  ]);
  return { lenses, fields: [...fields] };
}
