/** What settling an entity writes besides the release of its lease; the shape plane.record_effects reads. */
import type { SuiteError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Claimed } from "../store/queue.ts";
import type { Hint, MappingRow } from "../store/engine/sync_store.ts";
import type { AttemptOver } from "./plan/attempts.ts";
import type { Change, Conflict } from "./plan/planned.ts";

export interface Effect {
  queue_id: string;
  entity_key: string;
  source_system: string;
  source_id: string;
  mapping_id: string | null;
  mapping: {
    odoo_id?: string;
    plane_id?: string;
    plane_type?: string;
    /** Where the record is now: it may have moved. */
    plane_project_id?: string;
    status?: MappingRow["status"];
    last_error?: string | null;
    plane_updated_at?: string;
    odoo_write_date?: string;
    /** True when something was written to the other side. */
    synced: boolean;
  };
  snapshot?: { plane_base: JsonObject; odoo_base: JsonObject; plane_seen: unknown; placeholders: JsonObject };
  tombstone?: "deleted_in_odoo" | "deleted_in_plane";
  /** Needed for a tombstone without mapping. */
  odoo_model?: string;
  /** What became of the writes that were noted for this pair. */
  attempts?: { id: string; became: Exclude<AttemptOver["became"], "unmade"> }[];
  /** `undecided`: open ones whose decision, as the worker saw it, decides nothing. */
  conflicts?: { open: OpenedConflict[]; undecided?: string[]; settled: string[]; how: "resolved" | "gone" };
  /** The partner exists since now: who waits for it is woken. */
  created: boolean;
  /** The record is there again: its tombstone goes. */
  relinked: boolean;
  waits_for: string[];
  /** Of those who wait for this record to move (moved.ts): they are woken. */
  wakes?: string[];
  /** What must be looked at next, left in the same transaction. */
  hints: Hint[];
  /** What Odoo refused for now is tried again after this long, in ms; the rest is settled. */
  again_after_ms?: number;
  log: EffectLog[];
  events: EffectEvent[];
}

export interface OpenedConflict extends Conflict {
  plane_at: string | null;
  odoo_at: string | null;
  plane_actor: string | null;
  odoo_actor: string | null;
}

export interface EffectLog {
  operation: "create" | "update" | "link" | "archive" | "none";
  success: boolean;
  error_message?: string;
  changes?: readonly Change[];
  /** Who made the change that was carried over: a Plane user's id, or `res.users,<id>`. */
  actor?: string | null;
  duration_ms: number;
}

export interface EffectEvent {
  level: "info" | "warn" | "error";
  message: string;
  event_type: string;
  metadata: Record<string, string | number | boolean | null | string[]>;
  duration_ms?: number;
}

/** An effect that changes nothing, to be filled. */
export function effectOf(claimed: Claimed, mappingId: string | null): Effect {
  return {
    queue_id: claimed.id,
    entity_key: claimed.entityKey,
    source_system: claimed.sourceSystem,
    source_id: claimed.sourceId,
    mapping_id: mappingId,
    mapping: { synced: false },
    created: false,
    relinked: false,
    waits_for: [],
    hints: [],
    log: [],
    events: [],
  };
}

/** What a failure leaves behind: its code on the mapping, and once it is given up, a log row and an event. */
export function effectOfFailure(
  claimed: Claimed,
  error: SuiteError,
  mappingId: string | null,
  dead: boolean,
): Effect {
  const waits = error.code === "waits_for_project" || error.code === "left_out";
  const waitsFor = waits ? String(error.facts.waits_for ?? "") : "";
  return {
    ...effectOf(claimed, mappingId),
    mapping: { synced: false, last_error: error.code, ...(dead ? { status: "error" } : {}) },
    waits_for: waitsFor === "" ? [] : [waitsFor],
    log: dead ? [{ operation: "none", success: false, error_message: error.code, duration_ms: 0 }] : [],
    events: dead
      ? [{
        level: "error",
        message: `${claimed.entityKey} was given up: ${error.message}`,
        event_type: "dead_letter",
        metadata: {
          entity_key: claimed.entityKey,
          reason: error.code,
          attempts: claimed.attempts,
          ...error.facts,
        },
      }]
      : [],
  };
}

/**
 * What a failure leaves behind after part of the work was done: a write to one side that succeeded stays true when the other side
 * fails after it. Unless it was refused, what was tried last stays noted: the next look tells whether it took effect.
 */
export function afterPartial(before: Effect, failure: Effect): Effect {
  return {
    ...before,
    mapping: { ...before.mapping, ...failure.mapping, synced: before.mapping.synced },
    waits_for: [...new Set([...before.waits_for, ...failure.waits_for])],
    log: [...before.log, ...failure.log],
    events: [...before.events, ...failure.events],
  };
}
