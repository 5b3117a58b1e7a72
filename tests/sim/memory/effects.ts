/** plane.record_effects: what settling an entity leaves behind. */
import { sameJson } from "../../../shared/json.ts";
import { parseStamp } from "../../../shared/stamp.ts";
import type { Hint } from "../../../shared/store/engine/sync_store.ts";
import { settleAttempts } from "./attempts.ts";
import { effectShape, type ReadEffect } from "./effect_shape.ts";
import { leaveFreeHint, leaveHint } from "./hints.ts";
import {
  type ConflictRow,
  isOdooModel,
  type Mapping,
  type QueueRow,
  splitKey,
  stored,
  type Tables,
} from "./tables.ts";

/** A unique key of sync_mappings that another row holds ends the whole statement, before anything of it. */
export function refuseTakenSides(tables: Tables, effects: readonly (object | undefined)[]): void {
  for (const effect of effects) {
    if (effect === undefined) continue;
    const { mapping_id: id, mapping: next } = effectShape.parse(JSON.parse(JSON.stringify(effect)));
    const mapping = tables.mappings.get(id ?? "");
    if (mapping === undefined) continue;
    const plane = `${next.plane_type ?? mapping.plane_type}:${next.plane_id ?? mapping.plane_id}`;
    const odoo = `${mapping.odoo_model}:${next.odoo_id ?? mapping.odoo_id}`;
    const holders = [tables.byPlane.get(plane), tables.byOdoo.get(odoo)];
    if (holders.some((holder) => holder !== undefined && holder !== id)) {
      const taken = new Error(`duplicate key value violates unique constraint: ${plane} ${odoo}`);
      throw Object.assign(taken, { code: "23505" });
    }
  }
}

export function recordEffect(
  tables: Tables,
  row: QueueRow,
  effect: object,
  now: number,
  newId: () => string,
): void {
  const read = effectShape.parse(JSON.parse(JSON.stringify(effect)));
  const mapping = tables.mappings.get(read.mapping_id ?? "");
  if (mapping !== undefined) updateMapping(tables, mapping, read.mapping);
  if (read.snapshot !== undefined && mapping !== undefined) {
    const { plane_base, odoo_base, plane_seen = null, placeholders = {} } = read.snapshot;
    tables.snapshots.set(mapping.id, { plane_base, odoo_base, plane_seen, placeholders });
  }
  if (read.tombstone !== undefined) leaveTombstone(tables, read, mapping, now);
  else if (read.relinked === true && mapping !== undefined) {
    tables.tombstones.delete(`${mapping.plane_type}:${mapping.plane_id}`);
  }
  if (read.conflicts !== undefined && mapping !== undefined) {
    recordConflicts(tables, row, mapping.id, read.conflicts, now, newId);
  }
  if (read.attempts !== undefined && mapping !== undefined) {
    settleAttempts(tables, mapping, read.entity_key, read.attempts);
  }
  for (const line of read.log ?? []) {
    tables.log.push({
      id: tables.log.length + 1,
      mappingId: mapping?.id ?? null,
      entityKey: read.entity_key,
      sourceSystem: read.source_system,
      sourceId: read.source_id,
      targetId: (read.source_system === "odoo" ? mapping?.plane_id : mapping?.odoo_id) ?? null,
      operation: line.operation,
      success: line.success,
      error: line.error_message ?? null,
      changes: line.changes ?? [],
      actor: line.actor ?? null,
      runId: row.runId,
      deliveryId: row.lastDeliveryId,
    });
  }
  const waitsFor = read.waits_for ?? [];
  for (const key of waitsFor) {
    tables.waiting.set(key, (tables.waiting.get(key) ?? new Set()).add(read.entity_key));
  }
  const here = read.created === true && mapping?.plane_id && mapping.odoo_id
    ? [`${mapping.plane_type}:${mapping.plane_id}`, `${mapping.odoo_model}:${mapping.odoo_id}`]
    : [];
  const there = waitsFor.filter((key) => hasPartner(tables, key));
  wakeWaiting(tables, [...here, ...there, ...read.wakes ?? []], now, newId);
  if (mapping?.plane_type === "project") { for (const key of here) lookAgainAtLeftOut(tables, key, row); }
  for (const hint of read.hints ?? []) leaveFreeHint(tables, hintOf(hint), now, newId);
}

/** One of the two names of a project that has its partner now: it may have been parked meanwhile, or be about to be. */
function lookAgainAtLeftOut(tables: Tables, key: string, settled: QueueRow): void {
  const row = tables.queue.get(key);
  if (row === undefined || row === settled) return;
  const isParked = row.status === "pending" && row.nextAttemptAt === Infinity && row.lastError === "left_out";
  if (!isParked && row.status !== "processing") return;
  row.generation += 1;
  if (isParked) row.nextAttemptAt = row.lastAttemptAt ?? row.createdAt;
}

function hintOf(hint: NonNullable<ReadEffect["hints"]>[number]): Hint {
  const { payload, ...rest } = hint;
  const given = payload ?? undefined;
  return stored({ ...rest, ...(given === undefined ? {} : { payload: given }) }) as Hint;
}

function updateMapping(tables: Tables, mapping: Mapping, next: ReadEffect["mapping"]): void {
  tables.byPlane.delete(`${mapping.plane_type}:${mapping.plane_id}`);
  tables.byOdoo.delete(`${mapping.odoo_model}:${mapping.odoo_id}`);
  mapping.plane_type = next.plane_type ?? mapping.plane_type;
  mapping.plane_id = next.plane_id ?? mapping.plane_id;
  mapping.odoo_id = next.odoo_id ?? mapping.odoo_id;
  mapping.plane_project_id = next.plane_project_id ?? mapping.plane_project_id;
  if (mapping.status !== "paused") mapping.status = next.status ?? mapping.status;
  mapping.lastError = next.last_error ?? null;
  mapping.errorCount = mapping.lastError === null ? 0 : mapping.errorCount + 1;
  const updatedAt = parseStamp(next.plane_updated_at);
  if (updatedAt !== null && (mapping.plane_updated_at === null || updatedAt > mapping.plane_updated_at)) {
    mapping.plane_updated_at = updatedAt;
  }
  mapping.odoo_write_date = parseStamp(next.odoo_write_date) ?? mapping.odoo_write_date;
  if (next.synced === true) mapping.version += 1;
  indexMapping(tables, mapping);
}

export function indexMapping(tables: Tables, mapping: Mapping): void {
  if (mapping.plane_id !== null) {
    tables.byPlane.set(`${mapping.plane_type}:${mapping.plane_id}`, mapping.id);
  }
  if (mapping.odoo_id !== null) tables.byOdoo.set(`${mapping.odoo_model}:${mapping.odoo_id}`, mapping.id);
}

function leaveTombstone(tables: Tables, read: ReadEffect, mapping: Mapping | undefined, now: number): void {
  const [type, id] = splitKey(read.entity_key);
  const ofPlane = !isOdooModel(type);
  const planeType = mapping?.plane_type ?? (ofPlane ? type : null);
  const planeId = mapping?.plane_id ?? (ofPlane ? id : null);
  const odooModel = mapping?.odoo_model ?? read.odoo_model ?? null;
  if (planeType === null || planeId === null || odooModel === null || read.tombstone === undefined) return;
  const former = tables.tombstones.get(`${planeType}:${planeId}`);
  tables.tombstones.set(`${planeType}:${planeId}`, {
    plane_type: planeType,
    plane_id: planeId,
    odoo_model: former?.odoo_model ?? odooModel,
    odoo_id: mapping?.odoo_id ?? former?.odoo_id ?? null,
    reason: read.tombstone,
    createdAt: former?.createdAt ?? now,
  });
}

function recordConflicts(
  tables: Tables,
  row: QueueRow,
  mappingId: string,
  given: NonNullable<ReadEffect["conflicts"]>,
  now: number,
  newId: () => string,
): void {
  const openOf = (field: string) =>
    tables.conflicts.find((one) =>
      one.mappingId === mappingId && one.field === field && one.status === "open"
    );
  for (const one of given.open ?? []) {
    const known = openOf(one.field);
    const values = {
      base: one.base ?? null,
      planeValue: one.plane_value ?? null,
      odooValue: one.odoo_value ?? null,
      planeAt: one.plane_at ?? null,
      odooAt: one.odoo_at ?? null,
    };
    if (known !== undefined) {
      const same = (["base", "planeValue", "odooValue"] as const).every((name) =>
        sameJson(known[name], values[name])
      );
      if (!same) Object.assign(known, values);
      continue;
    }
    tables.conflicts.push({
      id: newId(),
      mappingId,
      field: one.field,
      ...values,
      status: "open",
      resolution: null,
      resolutionGeneration: null,
      createdAt: now,
    });
  }
  const seen = (known: ConflictRow) =>
    known.resolutionGeneration === null || known.resolutionGeneration <= (row.claimedGeneration ?? 0) ||
    row.generation === row.claimedGeneration;
  for (const field of given.undecided ?? []) {
    const known = openOf(field);
    if (known !== undefined && seen(known)) {
      Object.assign(known, { resolution: null, resolutionGeneration: null });
    }
  }
  for (const field of given.settled ?? []) {
    const known = openOf(field);
    if (known !== undefined && seen(known)) known.status = given.how ?? "gone";
  }
}

function hasPartner(tables: Tables, key: string): boolean {
  const ofOdoo = isOdooModel(splitKey(key)[0]);
  const mapping = tables.mappings.get((ofOdoo ? tables.byOdoo : tables.byPlane).get(key) ?? "");
  return mapping !== undefined && (ofOdoo ? mapping.plane_id : mapping.odoo_id) !== null;
}

/** Gives a hint to everything that waits for one of these entities. */
function wakeWaiting(tables: Tables, keys: readonly string[], now: number, newId: () => string): void {
  const woken = new Set<string>();
  const refused = new Set<string>();
  const projects = new Map<string, string>();
  for (const key of keys) {
    for (const waiter of tables.waiting.get(key) ?? []) {
      woken.add(waiter);
      if (key.startsWith("moved:")) refused.add(waiter);
      if (key.startsWith("project:")) projects.set(waiter, splitKey(key)[1]);
    }
    tables.waiting.delete(key);
  }
  for (const key of [...woken].sort()) {
    const [type, id] = splitKey(key);
    leaveHint(
      tables,
      {
        source: isOdooModel(type) ? "odoo" : "plane",
        type,
        id,
        key,
        projectId: projects.get(key) ?? null,
        operation: "update",
        priority: 5,
        payload: refused.has(key) ? { retry_refused: true } : null,
        delivery: null,
        observedAt: null,
        observationHash: null,
        readFirst: false,
      },
      now,
      newId,
    );
    const row = tables.queue.get(key);
    if (row?.status === "pending" && row.lastError === "waits_for_project" && row.nextAttemptAt > now) {
      row.nextAttemptAt = now;
    }
  }
}
