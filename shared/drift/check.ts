/**
 * Whether both sides of a project agree now. It is a rehearsal of bringing them together: the engine itself says what it would
 * write, so that nothing counts as a difference that it would leave alone. Nothing is written anywhere.
 */
import { type RehearsalSource, rehearse } from "../backfill/rehearse.ts";
import type { Rehearsed } from "../backfill/rehearsal_record.ts";
import type { Duplicate } from "../backfill/progress.ts";
import { SuiteError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { RunHint } from "../store/backfill.ts";
import { TASK_MODEL } from "../sync/sides/models.ts";

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

export interface DriftReport {
  in_sync: boolean;
  /** Both sides were read after this moment. */
  as_of: string;
  project: string;
  compared: { plane_items: number; odoo_tasks: number };
  differences: Difference[];
  missing: Missing[];
  duplicates: Duplicate[];
  /** On its way: the queue has it, or it waits for a record without partner. */
  waiting: { entity: string; reason: string | null; differences: number }[];
  /** Could not be compared, by code. */
  failed: { entity: string; reason: string }[];
  calls: { plane: number; odoo: number };
}

/**
 * @param project the Plane project's id
 * @throws SuiteError not_found when there is nothing to compare: Plane does not list the project, or it takes no part; and what
 *   reading either side throws
 */
export async function checkDrift(source: RehearsalSource, project: string): Promise<DriftReport> {
  const asOf = new Date(source.sync.wallClock()).toISOString();
  const pending = new Map(
    (await source.backfill.pending(project)).map(({ entity_key, reason }) => [entity_key, reason]),
  );
  const found: Rehearsed[] = [];
  const listed = new Set<string>();
  const watched: RehearsalSource = {
    ...source,
    onHints: (hints) => hints.forEach((hint) => remember(hint, listed)),
  };
  // Comments and cycles are asked for one by one: a check that is to be cheap leaves them out.
  const run = { id: crypto.randomUUID(), scope: { project, direction: "both" as const }, index: null };
  const rehearsal = await rehearse(
    watched,
    run,
    (one) => found.push(one),
    ({ phase }) => phase === "details",
  );

  const gone = (await source.backfill.pairs(TASK_MODEL, project)).flatMap((
    { planeType, planeId, odooId, status },
  ) =>
    planeType === "issue" && planeId !== null && odooId !== null && status === "active" &&
      !listed.has(planeId)
      ? [{ entity: `issue:${planeId}`, missing_in: "plane" as const }]
      : []
  );
  const { counts, duplicates, projects } = rehearsal.progress;
  const report = driftReport({
    found,
    gone,
    pending,
    stuck: rehearsal.queue.unsettled().filter(({ state }) => state === "waiting"),
    duplicates,
    asOf,
    project,
    compared: { plane_items: counts.items, odoo_tasks: counts.tasks },
    calls: {
      plane: rehearsal.calls.plane.reads,
      odoo: rehearsal.calls.odoo.reads,
    },
  });
  // Whatever was not compared cannot be said to agree; what keeps a listed project from being compared is in its report.
  if (projects.length === 0 && (counts.plane_projects === 0 || report.in_sync)) {
    throw new SuiteError("not_found", { message: "This Plane project has no mapping that takes part." });
  }
  return report;
}

function remember({ key }: RunHint, listed: Set<string>): void {
  if (key.side === "plane") listed.add(key.id);
}

/** Pure. */
export function driftReport(facts: {
  found: readonly Rehearsed[];
  gone: readonly Missing[];
  pending: ReadonlyMap<string, string | null>;
  stuck: readonly { entity_key: string; reason: string | null }[];
  duplicates: readonly Duplicate[];
  asOf: string;
  project: string;
  compared: DriftReport["compared"];
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
    ...report,
    duplicates: [...facts.duplicates],
    waiting,
    calls: facts.calls,
  };
}
