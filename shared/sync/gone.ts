/**
 * One record of a pair is gone: its partner is archived or says so, and is deleted only where somebody asked for that; never over
 * edits nobody has seen.
 */
import { attemptsLeft } from "./attempts.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { type Effect, effectOf } from "./effect.ts";
import { afterTheEnd, endOfPair } from "./end_of_pair.ts";
import { ARCHIVE } from "./pairs/archive.ts";
import { externalId } from "./sides/external_id.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { findByExternalId, readRecord, writeRecord } from "./sides/odoo_records.ts";
import type { ActiveLens } from "./plan/plan_input.ts";
import { NOTHING_UNSEEN, unseenInOdoo, unseenInPlane } from "./unseen_edits.ts";

/**
 * Plane's record is gone. Leaves a tombstone also where there is no partner: a late announcement must not make one.
 *
 * @returns null when it was dealt with before, and nothing was ordered since
 */
export async function goneInPlane<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  lenses: readonly ActiveLens<Form>[],
  fields: readonly string[],
  deps: SyncDependencies,
): Promise<Effect | null> {
  const { pair, kind, claimed, lease, mapping, config } = entity;
  const tombstone = pair.tombstone?.reason;
  if (tombstone === "deleted_in_odoo" && mapping === null) return null;
  if (tombstone !== undefined && mapping?.status === "archived") return afterTheEnd(entity, "plane");
  const odoo = deps.odoo();
  // What an earlier intent made before its worker died.
  const known = mapping?.odoo_id ??
    (mapping === null
      ? null
      : await findByExternalId(odoo, kind.odooModel, externalId(kind.planeType, planeId)));
  if (known === null) {
    return {
      ...effectOf(claimed, mapping?.id ?? null),
      ...attemptsLeft(pair),
      mapping: { synced: false, ...(mapping === null ? {} : { status: "archived" }) },
      tombstone: "deleted_in_plane",
      odoo_model: kind.odooModel,
    };
  }
  const odooId = Number(known);
  const record = await readRecord(odoo, kind.odooModel, odooId, fields);
  const unseen = record === null ? NOTHING_UNSEEN : await unseenInOdoo(entity, lenses, record, deps);
  const ends = kind.whenGone;
  if (ends !== undefined) {
    const asked = record !== null && config.options.delete !== "ignore" && entity.ways.toOdoo;
    if (asked) lease.require(deps.odooTimeoutMs);
    const remove = config.options.delete === "delete" && unseen.edited.length === 0;
    const wrote = asked && await ends.inOdoo(record, remove, deps);
    const said = { ...unseen, edited: [] };
    return endOfPair(entity, "plane", { odooId, gone: record === null, archive: wrote, unseen: said });
  }
  const end = kind.endInOdoo ?? ARCHIVE;
  const archivable = end !== ARCHIVE ||
    (kind.odooFields(await deps.capabilities()) ?? {}).active !== undefined;
  const archive = record !== null && !end.isDone(record) && archivable && unseen.edited.length === 0 &&
    config.options.delete !== "ignore" && entity.ways.toOdoo;
  if (archive) {
    lease.require(deps.odooTimeoutMs);
    await writeRecord(odoo, kind.odooModel, odooId, end.values);
  }
  return endOfPair(entity, "plane", { odooId, gone: record === null, archive, unseen });
}

/** Odoo's record was deleted. Plane's is archived, unless somebody has changed it since. Returns the same as above. */
export async function goneInOdoo<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  form: Form | null,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<Effect | null> {
  const { kind, config, mapping, lease, pair } = entity;
  if (mapping === null) return null;
  if (mapping.status === "archived") return afterTheEnd(entity, "odoo");
  const unseen = form === null ? NOTHING_UNSEEN : await unseenInPlane(entity, form, lenses, deps);
  const ends = kind.whenGone;
  if (ends !== undefined) {
    const asked = form !== null && pair.tombstone === null && config.options.delete !== "ignore" &&
      entity.ways.toPlane;
    if (asked) lease.require(deps.planeTimeoutMs);
    const remove = config.options.delete === "delete" && unseen.edited.length === 0;
    const wrote = asked && await ends.inPlane(form, remove, deps, lease);
    return endOfPair(entity, "odoo", {
      odooId: Number(mapping.odoo_id),
      gone: true,
      archive: wrote,
      unseen: { ...unseen, edited: [] },
    });
  }
  const archive = form !== null && form.archived_at === null && unseen.edited.length === 0 &&
    entity.ways.toPlane &&
    config.options.delete !== "ignore" && kind.plane !== undefined && deps.plane !== undefined &&
    (kind.madeInOdoo === "never" || lenses.some(({ lens }) => lens.field === "archived")) &&
    pair.tombstone === null;
  if (archive) {
    lease.require(deps.planeTimeoutMs);
    const today = new Date(deps.wallClock()).toISOString().slice(0, 10);
    if (deps.plane !== undefined) await kind.plane?.update(deps.plane, form, { archived_at: today });
  }
  return endOfPair(entity, "odoo", { odooId: Number(mapping.odoo_id), gone: true, archive, unseen });
}
