/**
 * One record of a pair is gone: its partner is archived or says so, and is deleted only where somebody asked for that; never over
 * edits nobody has seen.
 */
import { type Json, sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { Effect } from "./effect.ts";
import { effectOf } from "./effect.ts";
import type { SyncDependencies } from "./dependencies.ts";
import type { EndInOdoo, PlaneForm, SyncEntity } from "./kind.ts";
import { externalId } from "./external_id.ts";
import { NO_REFERENCES } from "./lens.ts";
import { findByExternalId, readRecord, writeRecord } from "./odoo_records.ts";
import { type ActiveLens, contextOf } from "./plan_input.ts";
import type { Change, Side } from "./planned.ts";

const ARCHIVE: EndInOdoo = {
  field: "archived",
  values: { active: false },
  isDone: (record) => record.active === false,
};

/**
 * Plane's record is gone. Leaves a tombstone also where there is no partner: a late announcement must not make one.
 *
 * @returns null when it was dealt with before
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
  if (tombstone !== undefined && mapping?.status === "archived") return null;
  const odoo = deps.odoo();
  // What an earlier intent made before its worker died.
  const known = mapping?.odoo_id ??
    (mapping === null
      ? null
      : await findByExternalId(odoo, kind.odooModel, externalId(kind.planeType, planeId)));
  if (known === null) {
    return {
      ...effectOf(claimed, mapping?.id ?? null),
      mapping: { synced: false, ...(mapping === null ? {} : { status: "archived" }) },
      tombstone: "deleted_in_plane",
      odoo_model: kind.odooModel,
    };
  }
  const odooId = Number(known);
  const record = await readRecord(odoo, kind.odooModel, odooId, fields);
  const unseen = record === null ? [] : await unseenInOdoo(entity, lenses, record, deps);
  const ends = kind.whenGone;
  if (ends !== undefined) {
    const asked = record !== null && config.options.delete !== "ignore" && entity.ways.toOdoo;
    if (asked) lease.require(deps.odooTimeoutMs);
    const remove = config.options.delete === "delete" && unseen.length === 0;
    const wrote = asked && await ends.inOdoo(record, remove, deps);
    return endOfPair(entity, "plane", { odooId, gone: record === null, archive: wrote, unseen: [] });
  }
  const end = kind.endInOdoo ?? ARCHIVE;
  const archivable = end !== ARCHIVE ||
    (kind.odooFields(await deps.capabilities()) ?? {}).active !== undefined;
  const archive = record !== null && !end.isDone(record) && archivable && unseen.length === 0 &&
    config.options.delete !== "ignore" && entity.ways.toOdoo;
  if (archive) {
    lease.require(deps.odooTimeoutMs);
    await writeRecord(odoo, kind.odooModel, odooId, end.values);
  }
  return endOfPair(entity, "plane", { odooId, gone: record === null, archive, unseen });
}

/** Odoo's record was deleted. Plane's is archived, unless somebody has changed it since. */
export async function goneInOdoo<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  form: Form | null,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<Effect | null> {
  const { kind, config, mapping, lease, pair } = entity;
  if (mapping === null || mapping.status === "archived") return null;
  const unseen = form === null ? [] : await unseenInPlane(entity, form, lenses, deps);
  const ends = kind.whenGone;
  if (ends !== undefined) {
    const asked = form !== null && pair.tombstone === null && config.options.delete !== "ignore" &&
      entity.ways.toPlane;
    if (asked) lease.require(deps.planeTimeoutMs);
    const remove = config.options.delete === "delete" && unseen.length === 0;
    const wrote = asked && await ends.inPlane(form, remove, deps);
    return endOfPair(entity, "odoo", {
      odooId: Number(mapping.odoo_id),
      gone: true,
      archive: wrote,
      unseen: [],
    });
  }
  const archive = form !== null && form.archived_at === null && unseen.length === 0 && entity.ways.toPlane &&
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

function endOfPair<Form extends PlaneForm>(
  { claimed, mapping, kind, pair }: SyncEntity<Form>,
  side: Side,
  { odooId, gone, archive, unseen }: { odooId: number; gone: boolean; archive: boolean; unseen: string[] },
): Effect {
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
  const kept = unseen.length > 0;
  return {
    ...effectOf(claimed, mapping?.id ?? null),
    mapping: {
      odoo_id: String(odooId),
      status: "archived",
      ...(side === "odoo" ? { last_error: "partner_deleted" } : {}),
      synced: archive,
    },
    tombstone: gone ? "deleted_in_odoo" : "deleted_in_plane",
    // Should it come back, it is different from what was agreed on: it is taken out of the archive.
    snapshot: {
      plane_base: { ...pair.snapshot?.plane_base, [field]: true },
      odoo_base: { ...pair.snapshot?.odoo_base, [field]: true },
      plane_seen: pair.snapshot?.plane_seen ?? null,
      placeholders: pair.snapshot?.placeholders ?? {},
    },
    log: [{
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
        fields: unseen,
      },
    }],
  };
}

/** Fields of Odoo's record that are not what was agreed on. */
async function unseenInOdoo<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  lenses: readonly ActiveLens<Form>[],
  record: OdooRecord,
  deps: SyncDependencies,
): Promise<string[]> {
  return await changed(entity, lenses, deps, ({ lens }, context) => ({
    base: context.odooBase,
    now: lens.odooValue(record, context),
    same: lens.sameInOdoo,
  }));
}

async function unseenInPlane<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  form: Form,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<string[]> {
  const { references } = await entity.kind.recall(form, deps);
  return await changed(entity, lenses, deps, ({ lens }, context) => ({
    base: context.planeBase,
    now: lens.planeValue(form, { ...context, references }),
    same: lens.sameInPlane,
  }));
}

async function changed<Form extends PlaneForm>(
  { pair, kind }: SyncEntity<Form>,
  lenses: readonly ActiveLens<Form>[],
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
  const input = {
    planeBase: snapshot.plane_base,
    odooBase: snapshot.odoo_base,
    placeholders: snapshot.placeholders,
    capabilities,
    references: NO_REFERENCES,
    today: "",
  };
  return lenses.filter((active) => {
    if (active.lens.field === (kind.endInOdoo ?? ARCHIVE).field || active.lens.join !== undefined) {
      return false;
    }
    const { base, now, same } = look(active, contextOf(input, active));
    return base !== undefined && !(same ?? sameJson)(base, now);
  }).map(({ lens }) => lens.field);
}
