/** plane.note_attempt and plane.settle_attempts: writes that were begun. */
import { z } from "zod";
import type { Claimed } from "../../../shared/store/queue.ts";
import type { NewAttempt } from "../../../shared/store/engine/sync_store.ts";
import type { ReadEffect } from "./effect_shape.ts";
import { heldRow } from "./fence.ts";
import { type Mapping, stored, type Tables } from "./tables.ts";

export function noteAttempt(
  tables: Tables,
  claimed: Claimed,
  mappingId: string,
  attempt: NewAttempt,
  newId: () => string,
): string | null {
  const row = heldRow(tables, claimed);
  if (row === undefined) return null;
  const id = newId();
  tables.attempts.push({
    ...stored(attempt),
    changes: z.array(z.record(z.string(), z.json())).parse(stored(attempt.changes)),
    id,
    mappingId,
    sourceSystem: row.sourceSystem,
    sourceId: row.sourceId,
    runId: row.runId,
    deliveryId: row.lastDeliveryId,
  });
  return id;
}

export function settleAttempts(
  tables: Tables,
  mapping: Mapping,
  entityKey: string,
  over: NonNullable<ReadEffect["attempts"]>,
): void {
  const became = new Map(over.map((one) => [one.id, one.became]));
  const ended = tables.attempts.filter(({ id, mappingId }) => mappingId === mapping.id && became.has(id));
  tables.attempts = tables.attempts.filter((one) => !ended.includes(one));
  for (const attempt of ended) {
    const outcome = became.get(attempt.id);
    if (outcome !== "written" && outcome !== "unknown") continue;
    tables.log.push({
      id: tables.log.length + 1,
      mappingId: mapping.id,
      entityKey,
      sourceSystem: attempt.sourceSystem,
      sourceId: attempt.sourceId,
      targetId: attempt.sourceSystem === "odoo" ? mapping.plane_id : mapping.odoo_id,
      operation: attempt.stamp === null ? "create" : "update",
      success: outcome === "written",
      error: outcome === "unknown" ? "outcome_unknown" : null,
      changes: attempt.changes,
      actor: attempt.actor,
      runId: attempt.runId,
      deliveryId: attempt.deliveryId,
    });
  }
}
