/** What people read afterwards: the log row and the events of one synchronisation. Events carry names, never values. */
import type { Effect } from "./effect.ts";
import type { Actors } from "./actors.ts";
import type { Prepared } from "./pairs/kind.ts";
import type { Plan } from "./plan/planned.ts";

export interface PlanFacts {
  entityKey: string;
  operation: "create" | "update" | "link" | "none";
  plan: Plan;
  storedOtherwise: readonly string[];
  /** Fields a side refused, left out and tried again later. */
  refused: readonly string[];
  unmatched: Prepared["unmatched"];
  odooModel: string;
  odooId: number | null;
  actors: Actors;
  durationMs: number;
}

export function describePlan(facts: PlanFacts): Pick<Effect, "log" | "events"> {
  const { plan, operation, durationMs } = facts;
  if (operation === "none" && plan.changes.length === 0 && facts.unmatched.length === 0) {
    return { log: [], events: [] };
  }
  const fieldsOf = (why: string) =>
    plan.changes.filter((change) => change.why === why).map(({ field }) => field);
  const metadata = { entity_key: facts.entityKey, odoo_model: facts.odooModel, odoo_id: facts.odooId };
  const warn = (event_type: string, message: string, extra: Record<string, string | string[]>) => (
    {
      level: "warn" as const,
      event_type,
      message: `${facts.entityKey}: ${message}`,
      metadata: { ...metadata, ...extra },
    }
  );
  const conflicts = ["conflict_plane_won", "conflict_odoo_won", "kept"].flatMap(fieldsOf);
  const towardsPlane = plan.changes.some(({ side }) => side === "plane");
  const actor = towardsPlane ? facts.actors.odoo : facts.actors.plane;
  return {
    log: [{ operation, success: true, changes: plan.changes, actor, duration_ms: durationMs }],
    events: [
      ...(operation === "none" ? [] : [{
        level: "info" as const,
        event_type: operation,
        message: `${facts.entityKey}: ${operation} ${facts.odooModel} ${facts.odooId ?? "(new)"}`,
        metadata: { ...metadata, fields: plan.changes.map(({ field }) => field) },
        duration_ms: durationMs,
      }]),
      ...(conflicts.length === 0 ? [] : [
        warn("conflict", "changed on both sides; the value that gave way is in plane.sync_log", {
          fields: conflicts,
        }),
      ]),
      ...(facts.storedOtherwise.length === 0 ? [] : [
        warn("stored_otherwise", "a side stored another value than it was given", {
          fields: [...facts.storedOtherwise],
        }),
      ]),
      ...(facts.refused.length === 0 ? [] : [
        warn("refused", "a value was refused and left out; the rest arrived", { fields: [...facts.refused] }),
      ]),
      ...facts.unmatched.map(({ kind, value }) =>
        warn(`unmapped_${kind}`, `a ${kind} has no counterpart on the other side`, { value })
      ),
    ],
  };
}
