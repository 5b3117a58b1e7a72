/** plane.claim_entities and plane.settle_entities. */
import type { Claimed, Settlement } from "../../../shared/store/queue.ts";
import { readHintPayload } from "../../../shared/store/hint_payload.ts";
import { recordEffect, refuseTakenSides } from "./effects.ts";
import { heldRow } from "./fence.ts";
import { stamp } from "./stamps.ts";
import type { QueueRow, Tables } from "./tables.ts";

/** Most urgent first, due longest first; of those whose lease ended without a word only one. */
export function claim(tables: Tables, limit: number, leaseMs: number, now: number): Claimed[] {
  if (tables.paused) return [];
  const due = [...tables.queue.values()]
    .filter((row) =>
      row.nextAttemptAt <= now &&
      (row.status === "pending" || (row.status === "processing" && (row.lockUntil ?? 0) <= now))
    )
    .sort((one, other) => other.priority - one.priority || one.nextAttemptAt - other.nextAttemptAt)
    .slice(0, limit);
  const expired = due.find((row) => row.status === "processing");
  return due.filter((row) => row.status === "pending" || row === expired).map((row) => {
    row.crashes += row.status === "processing" ? 1 : 0;
    row.status = "processing";
    row.lockUntil = now + leaseMs;
    row.lastAttemptAt = now;
    row.attempts += 1;
    row.fence += 1;
    row.claimedGeneration = row.generation;
    return claimedOf(tables, row);
  });
}

function claimedOf(tables: Tables, row: QueueRow): Claimed {
  const delivery = row.observationId === null ? undefined : tables.deliveries[row.observationId - 1];
  const observation = row.observedAt === null || row.observationHash === null || delivery === undefined
    ? null
    : { at: row.observedAt, hash: row.observationHash, envelope: delivery.envelope, body: delivery.body };
  return {
    id: row.id,
    entityKey: row.entityKey,
    sourceSystem: row.sourceSystem,
    sourceId: row.sourceId,
    sourceType: row.sourceType,
    operation: row.operation,
    attempts: row.attempts,
    outages: row.outages,
    maxAttempts: row.maxAttempts,
    crashes: row.crashes,
    fence: String(row.fence),
    planeProjectId: row.planeProjectId,
    readFirst: row.readFirst,
    observation,
    createdAt: stamp(row.createdAt),
    payload: readHintPayload(row.payload),
    planeHinted: row.planeHinted,
    odooHinted: row.odooHinted,
    runId: row.runId,
    lastDeliveryId: row.lastDeliveryId === null ? null : String(row.lastDeliveryId),
  };
}

/**
 * Only the holder of the fence settles; what others say changes nothing. All or nothing.
 */
export function settle(
  tables: Tables,
  settlements: readonly Settlement[],
  now: number,
  newId: () => string,
): Set<string> {
  const held = settlements.flatMap((settlement) => {
    const row = heldRow(tables, settlement.claimed);
    return row === undefined
      ? []
      : [{ row, settlement, wasCurrent: row.generation === row.claimedGeneration }];
  });
  refuseTakenSides(tables, held.map(({ settlement }) => settlement.effect));
  for (const { row, settlement } of held) {
    if (settlement.effect !== undefined) recordEffect(tables, row, settlement.effect, now, newId);
  }
  for (const { row, settlement } of held) markDeliveries(tables, row, settlement);
  for (const { row, settlement, wasCurrent } of held) release(tables, row, settlement, wasCurrent, now);
  return new Set(held.map(({ row }) => row.id));
}

/** A success also answers for what failed before it. */
function markDeliveries(tables: Tables, row: QueueRow, { outcome }: Settlement): void {
  if (outcome.kind !== "done" && outcome.kind !== "dead") return;
  if (row.lastDeliveryId === null || row.generation !== row.claimedGeneration) return;
  for (const delivery of tables.deliveries) {
    if (delivery.entityKey !== row.entityKey || delivery.id > row.lastDeliveryId) continue;
    if (delivery.status !== "received" && delivery.status !== "failed") continue;
    delivery.status = outcome.kind === "dead" ? "failed" : "processed";
    delivery.error = outcome.kind === "dead" ? outcome.reason : null;
  }
}

function release(
  tables: Tables,
  row: QueueRow,
  { outcome }: Settlement,
  wasCurrent: boolean,
  now: number,
): void {
  const current = row.generation === row.claimedGeneration;
  if (outcome.kind === "done" && wasCurrent && current) {
    tables.queue.delete(row.entityKey);
    return;
  }
  const { kind } = outcome;
  const reason = "reason" in outcome ? outcome.reason : null;
  const delays = "delayMs" in outcome ? outcome.delayMs : null;
  row.status = kind === "dead" && current ? "failed" : "pending";
  row.nextAttemptAt = (reason === "waits_for_project" || reason === "refused") && !current
    ? now
    : delays !== null
    ? now + Math.round(delays)
    : kind === "park" && current
    ? Infinity
    : now;
  row.attempts = kind === "retry"
    ? row.attempts
    : kind === "outage" || kind === "wait" || kind === "park"
    ? Math.max(row.attempts - 1, 0)
    : current
    ? row.attempts
    : 0;
  row.outages = kind === "outage" || kind === "wait" ? row.outages + 1 : 0;
  row.crashes = 0;
  row.lastError = reason;
  row.lockUntil = null;
  if (reason === "refused" && current && row.payload !== null) {
    const { retry_refused: _tried, ...payload } = row.payload;
    row.payload = payload;
  }
  if (kind === "park" && reason === "left_out" && current) row.runId = null;
  if (kind === "done") row.createdAt = row.lastAttemptAt ?? row.createdAt;
}

/** plane.replay by reason; without one it takes every dead letter. */
export function replay(tables: Tables, now: number, reason?: string): number {
  const dead = [...tables.queue.values()].filter((row) =>
    row.status === "failed" && (reason === undefined || row.lastError === reason)
  );
  for (const row of dead) {
    row.generation += 1;
    Object.assign(row, { status: "pending", attempts: 0, outages: 0, nextAttemptAt: now });
  }
  return dead.length;
}
