/** plane.hint, plane.entity_key and plane.record_delivery. */
import type { Delivery, Operation, Source } from "../../../shared/delivery.ts";
import type { StoredDelivery } from "../../../shared/store/deliveries.ts";
import type { HintPayload } from "../../../shared/store/hint_payload.ts";
import type { Hint } from "../../../shared/store/engine/sync_store.ts";
import { type QueueRow, stored, type Tables } from "./tables.ts";

export interface RawHint {
  source: Source;
  type: string;
  id: string;
  key: string;
  projectId: string | null;
  operation: Operation;
  priority: number;
  payload: HintPayload | null;
  delivery: number | null;
  observedAt: string | null;
  observationHash: string | null;
  readFirst: boolean;
}

/** The key under which hints about a record coalesce: the pair's Plane side when the record has a partner. */
export function entityKey(tables: Tables, source: Source, type: string, id: string): string {
  if (source === "odoo") {
    const mapping = tables.mappings.get(tables.byOdoo.get(`${type}:${id}`) ?? "");
    if (mapping !== undefined && mapping.plane_id !== null) {
      return `${mapping.plane_type}:${mapping.plane_id}`;
    }
  }
  return `${type}:${id}`;
}

export function leaveHint(tables: Tables, hint: RawHint, now: number, newId: () => string): void {
  const row = tables.queue.get(hint.key);
  const ofPlane = hint.source === "plane";
  if (row === undefined) {
    tables.queue.set(hint.key, newRow(hint, now, newId()));
    return;
  }
  const wasOpen = row.status !== "failed";
  const newer = hint.observedAt !== null && (row.observedAt === null || hint.observedAt > row.observedAt);
  const contradicts = hint.observedAt !== null && hint.observedAt === row.observedAt &&
    hint.observationHash !== row.observationHash;
  row.generation += 1;
  if (!(!ofPlane && row.sourceSystem === "plane")) {
    row.operation = hint.source === row.sourceSystem && row.operation === "delete"
      ? "delete"
      : hint.operation;
  }
  if (ofPlane) Object.assign(row, { sourceSystem: "plane", sourceId: hint.id, sourceType: hint.type });
  row.planeProjectId = hint.projectId ?? row.planeProjectId;
  row.payload = row.payload === null || hint.payload === null
    ? stored(hint.payload) ?? row.payload
    : { ...row.payload, ...stored(hint.payload) };
  row.priority = Math.max(row.priority, hint.priority);
  row.lastDeliveryId = hint.delivery === null
    ? row.lastDeliveryId
    : Math.max(row.lastDeliveryId ?? 0, hint.delivery);
  if (newer) {
    row.observationId = hint.delivery;
    row.observationHash = hint.observationHash;
    row.observedAt = hint.observedAt;
  }
  row.readFirst ||= (hint.readFirst && ofPlane) || contradicts;
  row.planeHinted ||= ofPlane;
  row.odooHinted ||= !ofPlane;
  row.runId = hint.payload?.run_id ?? row.runId;
  if (row.status === "pending" && row.lastError === "refused" && row.nextAttemptAt > now) {
    row.outages = Math.max(row.outages - 1, 1);
    row.nextAttemptAt = now;
  }
  if (row.status === "pending" && row.lastError === "left_out") {
    row.nextAttemptAt = Math.min(row.nextAttemptAt, now);
  }
  if (!wasOpen) Object.assign(row, { status: "pending", nextAttemptAt: now, attempts: 0, outages: 0 });
}

function newRow(hint: RawHint, now: number, id: string): QueueRow {
  const ofPlane = hint.source === "plane";
  return {
    id,
    entityKey: hint.key,
    sourceSystem: hint.source,
    sourceId: hint.id,
    sourceType: hint.type,
    planeProjectId: hint.projectId,
    operation: hint.operation,
    payload: stored(hint.payload),
    status: "pending",
    priority: hint.priority,
    attempts: 0,
    outages: 0,
    maxAttempts: 12,
    lastAttemptAt: null,
    nextAttemptAt: now,
    lastError: null,
    createdAt: now,
    lockUntil: null,
    generation: 1,
    claimedGeneration: null,
    fence: 0,
    crashes: 0,
    lastDeliveryId: hint.delivery,
    observationId: hint.observedAt === null ? null : hint.delivery,
    observedAt: hint.observedAt,
    observationHash: hint.observationHash,
    readFirst: hint.readFirst && ofPlane,
    planeHinted: ofPlane,
    odooHinted: !ofPlane,
    runId: hint.payload?.run_id ?? null,
  };
}

/** A hint no delivery brought. */
export function leaveFreeHint(tables: Tables, hint: Hint, now: number, newId: () => string): void {
  const { key } = hint;
  const type = key.side === "plane" ? key.type : key.model;
  leaveHint(
    tables,
    {
      source: key.side,
      type,
      id: key.id,
      key: entityKey(tables, key.side, type, key.id),
      projectId: hint.projectId ?? hint.payload?.project_id ?? null,
      operation: hint.operation ?? "update",
      priority: hint.priority ?? 5,
      payload: hint.payload ?? null,
      delivery: null,
      observedAt: null,
      observationHash: null,
      readFirst: hint.readFirst ?? false,
    },
    now,
    newId,
  );
}

/** Stores a verified delivery and leaves its hint; a duplicate changes nothing. */
export function recordDelivery(
  tables: Tables,
  delivery: Delivery,
  body: string,
  now: number,
  newId: () => string,
): StoredDelivery {
  const { source, entity, observation } = delivery;
  const key = entity === null ? null : entityKey(tables, source, entity.type, entity.id);
  const duplicate = tables.dedupKeys.has(delivery.dedupKey) ||
    (delivery.deliveryId !== null && tables.deliveryIds.has(delivery.deliveryId));
  const mapping = entity === null ? undefined : tables.mappings.get(
    (source === "plane" ? tables.byPlane : tables.byOdoo).get(`${entity.type}:${entity.id}`) ?? "",
  );
  const targetId = (source === "plane" ? mapping?.odoo_id : mapping?.plane_id) ?? null;
  if (duplicate) return { duplicate, targetId };
  const id = tables.deliveries.length + 1;
  tables.dedupKeys.add(delivery.dedupKey);
  if (delivery.deliveryId !== null) tables.deliveryIds.add(delivery.deliveryId);
  tables.deliveries.push({
    id,
    dedupKey: delivery.dedupKey,
    deliveryId: delivery.deliveryId,
    source,
    envelope: delivery.envelope,
    entityKey: key,
    observedAt: observation?.at ?? null,
    body,
    receivedAt: now,
    status: delivery.queue ? "received" : "ignored",
    error: null,
  });
  if (delivery.queue && entity !== null && key !== null) {
    leaveHint(
      tables,
      {
        source,
        type: entity.type,
        id: entity.id,
        key,
        projectId: delivery.planeProjectId,
        operation: delivery.operation,
        priority: delivery.priority,
        payload: null,
        delivery: id,
        observedAt: observation?.at ?? null,
        observationHash: observation?.hash ?? null,
        readFirst: delivery.readFirst,
      },
      now,
      newId,
    );
  }
  return { duplicate, targetId };
}
