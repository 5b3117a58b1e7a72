/** What a drift check makes of what a rehearsal would write. Pure. */
import type { Rehearsed } from "../backfill/rehearsal/record.ts";
import type { Duplicate } from "../backfill/steps/progress.ts";
import type { Json } from "../json.ts";
import type { NotCompared } from "./not_compared.ts";

export interface Difference {
  entity: string;
  field: string;
  /** The side whose value is not what it should be; its value, and what it would be given. */
  side: "plane" | "odoo";
  is: Json;
  should_be: Json;
  /** By which rule; `kept`: somebody has to choose. */
  why: string;
}

/** A record whose partner is missing. */
export interface Missing {
  entity: string;
  missing_in: "plane" | "odoo";
}

/** How many records of each kind were looked at. */
export interface Compared {
  plane_items: number;
  odoo_tasks: number;
  /** Documents and records of models of one's own. */
  odoo_records: number;
  cycles: number;
  modules: number;
  comments: number;
  messages: number;
}

export interface DriftReport {
  /** Whether all that was compared agrees. */
  in_sync: boolean;
  /** Both sides were read after this moment. */
  as_of: string;
  project: string;
  compared: Compared;
  not_compared: NotCompared[];
  differences: Difference[];
  missing: Missing[];
  duplicates: Duplicate[];
  /** On its way: the queue has it, or it waits for a record without partner. */
  waiting: { entity: string; reason: string | null; differences: number }[];
  /** Could not be compared, by code. */
  failed: { entity: string; reason: string }[];
  calls: { plane: number; odoo: number };
}

export function driftReport(facts: {
  found: readonly Rehearsed[];
  gone: readonly Missing[];
  pending: ReadonlyMap<string, string | null>;
  stuck: readonly { entity_key: string; reason: string | null }[];
  duplicates: readonly Duplicate[];
  asOf: string;
  project: string;
  compared: Compared;
  notCompared: readonly NotCompared[];
  calls: DriftReport["calls"];
}): DriftReport {
  const differences: Difference[] = [];
  const missing: Missing[] = [];
  const failed: DriftReport["failed"] = [];
  for (const { record, changes } of facts.found) {
    const { entity, action, reason } = record;
    if (action === "fails") failed.push({ entity, reason: reason ?? "internal" });
    else if (action === "create_in_odoo") missing.push({ entity, missing_in: "odoo" });
    else if (action === "create_in_plane") missing.push({ entity, missing_in: "plane" });
    else {
      for (const { field, side, from, to, why } of changes) {
        if (why !== "same_on_both") differences.push({ entity, field, side, is: from, should_be: to, why });
      }
    }
  }
  missing.push(...facts.gone);
  const late = new Map(facts.pending);
  for (const { entity_key, reason } of facts.stuck) if (!late.has(entity_key)) late.set(entity_key, reason);
  const isLate = ({ entity }: { entity: string }) => late.has(entity);
  const now = <Entry extends { entity: string }>(entries: Entry[]) =>
    entries.filter((entry) => !isLate(entry));
  const waiting = [...late].map(([entity, reason]) => ({
    entity,
    reason,
    differences: [...differences, ...missing].filter((entry) => entry.entity === entity).length,
  }));
  const report = { differences: now(differences), missing: now(missing), failed: now(failed) };
  return {
    in_sync: report.differences.length === 0 && report.missing.length === 0 && report.failed.length === 0 &&
      facts.duplicates.length === 0 && waiting.length === 0,
    as_of: facts.asOf,
    project: facts.project,
    compared: facts.compared,
    not_compared: [...facts.notCompared],
    ...report,
    duplicates: [...facts.duplicates],
    waiting,
    calls: facts.calls,
  };
}
