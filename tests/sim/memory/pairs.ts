/** What is known about one record and its partner, intents, values, announcements. */
import { z } from "zod";
import type { Claimed } from "../../../shared/store/queue.ts";
import type { ValueToRemember } from "../../../shared/store/engine/value_map.ts";
import type {
  Announcement,
  MappingRow,
  NewIntent,
  PairRow,
  Partner,
  RecordKey,
} from "../../../shared/store/engine/sync_store.ts";
import type { MappedValue, ValueKind } from "../../../shared/store/engine/value_map.ts";
import { indexMapping } from "./effects.ts";
import { heldRow } from "./fence.ts";
import { entityKey } from "./hints.ts";
import { stamp } from "./stamps.ts";
import type { Mapping, Tables } from "./tables.ts";

function typeOf(key: RecordKey): string {
  return key.side === "plane" ? key.type : key.model;
}

function mappingOf(tables: Tables, key: RecordKey): Mapping | undefined {
  const ids = key.side === "plane" ? tables.byPlane : tables.byOdoo;
  return tables.mappings.get(ids.get(`${typeOf(key)}:${key.id}`) ?? "");
}

/** The row as the engine sees it; what belongs to the table only stays here. */
function visible(mapping: Mapping): MappingRow {
  const { matchOdooId: _match, lastError: _error, errorCount: _count, version: _version, ...row } = mapping;
  return row;
}

export function readPair(tables: Tables, key: RecordKey): PairRow {
  const type = typeOf(key);
  const mapping = mappingOf(tables, key);
  const tombstone = key.side === "plane"
    ? tables.tombstones.get(`${type}:${key.id}`)
    : [...tables.tombstones.values()]
      .filter((one) => one.odoo_model === type && one.odoo_id === key.id)
      .sort((one, other) => other.createdAt - one.createdAt || (one.plane_id < other.plane_id ? -1 : 1))[0];
  const queued = [`${type}:${key.id}`, entityKey(tables, key.side, type, key.id)];
  return {
    configs: tables.configs
      .filter((config) => (key.side === "plane" ? config.plane_type : config.odoo_model) === type)
      .map((config) => ({ ...config }))
      .sort((one, other) =>
        `${one.plane_type} ${one.odoo_model}` < `${other.plane_type} ${other.odoo_model}` ? -1 : 1
      ),
    mapping: mapping === undefined ? null : visible(mapping),
    snapshot: mapping === undefined ? null : tables.snapshots.get(mapping.id) ?? null,
    tombstone: tombstone === undefined ? null : withoutDate(tombstone),
    conflicts: tables.conflicts
      .filter((one) => one.mappingId === mapping?.id && one.status === "open")
      .sort((one, other) => one.createdAt - other.createdAt || (one.field < other.field ? -1 : 1))
      .map((one) => ({
        id: one.id,
        field: one.field,
        plane_value: one.planeValue,
        odoo_value: one.odooValue,
        resolution: one.resolution,
      })),
    attempts: tables.attempts
      .filter(({ mappingId }) => mappingId === mapping?.id)
      .map(({ id, side, stamp, plane_base, odoo_base }) => ({ id, side, stamp, plane_base, odoo_base })),
    announced: queued.some((one) => (tables.queue.get(one)?.lastDeliveryId ?? null) !== null),
  };
}

function withoutDate<Row extends { createdAt: number }>({ createdAt: _createdAt, ...row }: Row) {
  return row;
}

export function readPartner(tables: Tables, key: RecordKey): Partner | null {
  const mapping = mappingOf(tables, key);
  if (mapping === undefined) return null;
  const tombstone = tables.tombstones.get(`${mapping.plane_type}:${mapping.plane_id}`);
  return {
    mappingId: mapping.id,
    planeType: mapping.plane_type,
    planeId: mapping.plane_id,
    planeProjectId: mapping.plane_project_id,
    odooModel: mapping.odoo_model,
    odooId: mapping.odoo_id === null ? null : Number(mapping.odoo_id),
    deleted: tombstone?.reason === "deleted_in_odoo",
  };
}

export function readPartners(
  tables: Tables,
  planeType: string,
  planeIds: readonly string[],
): Map<string, Partner> {
  return new Map(planeIds.flatMap((id) => {
    const partner = readPartner(tables, { side: "plane", type: planeType, id });
    return partner === null ? [] : [[id, partner] as const];
  }));
}

/** Whose an Odoo record is, or is going to be. */
function ownerOf(tables: Tables, model: string, id: string): Mapping | undefined {
  return mappingOf(tables, { side: "odoo", model, id }) ??
    [...tables.mappings.values()].find((one) =>
      one.odoo_model === model && one.matchOdooId === id && one.odoo_id === null && one.status !== "archived"
    );
}

export function openIntent(
  tables: Tables,
  claimed: Claimed,
  intent: NewIntent,
  newId: () => string,
): MappingRow | null {
  if (heldRow(tables, claimed) === undefined) return null;
  const { key, matchOdooId = null } = intent;
  const wanted = key.side === "odoo" ? key.id : matchOdooId;
  const owner = wanted === null ? undefined : ownerOf(tables, intent.odooModel, wanted);
  const isOwn = owner?.plane_type === intent.planeType && key.side === "plane" && owner.plane_id === key.id;
  if (owner !== undefined && key.side === "plane" && !isOwn) return visible(owner);
  if (owner !== undefined && key.side === "odoo") {
    return owner.plane_type === intent.planeType ? visible(owner) : null;
  }
  const known = mappingOf(
    tables,
    key.side === "plane"
      ? { side: "plane", type: intent.planeType, id: key.id }
      : { side: "odoo", model: intent.odooModel, id: key.id },
  );
  if (known !== undefined) {
    const fits = known.plane_type === intent.planeType && known.odoo_model === intent.odooModel;
    if (fits && key.side === "plane" && known.odoo_id === null) known.matchOdooId = matchOdooId;
    return fits ? visible(known) : null;
  }
  const mapping: Mapping = {
    id: newId(),
    plane_type: intent.planeType,
    plane_id: key.side === "plane" ? key.id : null,
    plane_project_id: intent.planeProjectId,
    odoo_model: intent.odooModel,
    odoo_id: key.side === "odoo" ? key.id : null,
    matchOdooId,
    origin: key.side,
    sync_direction: "bidirectional",
    status: "active",
    plane_updated_at: null,
    odoo_write_date: null,
    lastError: null,
    errorCount: 0,
    version: 1,
  };
  tables.mappings.set(mapping.id, mapping);
  indexMapping(tables, mapping);
  return visible(mapping);
}

/** Odoo ids of records in a Plane project that both sides last agreed to have archived. */
export function archivedPartners(tables: Tables, planeProjectId: string, odooModel: string): number[] {
  return [...tables.mappings.values()]
    .filter((mapping) => mapping.plane_project_id === planeProjectId && mapping.odoo_model === odooModel)
    .filter(({ id, odoo_id }) => odoo_id !== null && tables.snapshots.get(id)?.odoo_base.archived === true)
    .map(({ odoo_id }) => Number(odoo_id))
    .sort((one, other) => one - other);
}

const KINDS: readonly ValueKind[] = ["user", "state", "label", "module"];
/** A value nobody could match is looked up again after this long, in ms. */
const RETRY_MISS_MS = 3_600_000;

export function readValues(
  tables: Tables,
  wanted: Readonly<Partial<Record<ValueKind, readonly string[]>>>,
  now: number,
): Record<ValueKind, Map<string, MappedValue>> {
  const found: Record<ValueKind, Map<string, MappedValue>> = {
    user: new Map(),
    state: new Map(),
    label: new Map(),
    module: new Map(),
  };
  for (const kind of KINDS) {
    for (const value of wanted[kind] ?? []) {
      const row = tables.values.get(`${kind}:${value}`);
      if (row === undefined) continue;
      found[kind].set(value, {
        planeValue: value,
        planeName: row.planeName,
        odooId: row.odooId,
        manual: row.decidedBy === "manual",
        stale: row.odooId === null && row.updatedAt < now - RETRY_MISS_MS,
      });
    }
  }
  return found;
}

export function rememberValues(
  tables: Tables,
  kind: ValueKind,
  odooModel: string,
  values: readonly ValueToRemember[],
  now: number,
): void {
  for (const { planeValue, planeName, odooId } of values) {
    const known = tables.values.get(`${kind}:${planeValue}`);
    if (known?.decidedBy === "manual") continue;
    tables.values.set(`${kind}:${planeValue}`, {
      kind,
      planeValue,
      planeName,
      odooModel,
      odooId,
      decidedBy: "automatic",
      updatedAt: now,
    });
  }
}

export function odooValues(tables: Tables, kind: ValueKind, odooIds: readonly number[]): Set<number> {
  return new Set(
    [...tables.values.values()].flatMap((row) =>
      row.kind === kind && row.odooId !== null && odooIds.includes(row.odooId) ? [row.odooId] : []
    ),
  );
}

export function forgetValues(tables: Tables, kind: ValueKind, odooIds: readonly number[]): void {
  for (const [key, row] of tables.values) {
    if (row.kind !== kind || row.decidedBy !== "automatic" || row.odooId === null) continue;
    if (odooIds.includes(row.odooId)) tables.values.delete(key);
  }
}

const envelope = z.object({
  data: z.unknown(),
  activity: z.object({
    field: z.string().nullish().catch(null),
    old_value: z.json().nullish().catch(null),
    new_value: z.json().nullish().catch(null),
    actor: z.object({ id: z.string().nullish() }).nullish().catch(null),
  }).nullish().catch(null),
}).catch({ data: null });

const MOST_ANNOUNCEMENTS = 50;

/** The newest fifty, oldest first. */
export function announcementsSince(
  tables: Tables,
  planeType: string,
  planeId: string,
  after: string | null,
): Announcement[] {
  const key = `${planeType}:${planeId}`;
  return tables.deliveries
    .flatMap((row) => {
      const { observedAt } = row;
      if (row.entityKey !== key || row.envelope !== "plane_v1" || observedAt === null) return [];
      return after === null || observedAt > after ? [{ row, at: observedAt }] : [];
    })
    .sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : one.row.id - other.row.id)
    .slice(-MOST_ANNOUNCEMENTS)
    .map(({ row, at }) => {
      const { data, activity } = envelope.parse(JSON.parse(row.body));
      return {
        at,
        receivedAt: stamp(row.receivedAt),
        field: activity?.field ?? null,
        oldValue: activity?.old_value ?? null,
        newValue: activity?.new_value ?? null,
        actorId: activity?.actor?.id ?? null,
        data: data ?? null,
      };
    });
}
