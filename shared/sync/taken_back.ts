/** What taking back comes to: in the plan that follows it, and in what is settled. */
import type { Json, JsonObject } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { Effect } from "./effect.ts";
import type { AttemptOver } from "./plan/attempts.ts";
import type { Change, Plan, Side } from "./plan/planned.ts";

export interface TakenBack<Form> {
  form: Form;
  record: OdooRecord;
  /** What each server stored; null where nothing was written. */
  planeStored: Form | null;
  odooStored: OdooRecord | null;
  changes: Change[];
  /** Log rows that were taken back, by field. */
  undone: ReadonlyMap<string, string>;
  /** Fields that somebody has changed since, or that the server refused. */
  givenUp: string[];
  /** Those of them that may have been taken back before, and set again since. */
  doubtful: ReadonlySet<string>;
  /**
   * Values that a worker before us gave back on one side, when somebody has edited the other since: they are nobody's edit, and
   * lose.
   */
  overtaken: readonly { side: Side; field: string; value: Json }[];
  /** What becomes of the notes once all is settled. */
  notes: readonly AttemptOver[];
  /** The field and the side whose record alone was put away, because making it was taken back. */
  apart: { side: Side; field: string } | null;
  /** What the bases keep of fields that no plan looks at now. */
  bases: readonly { side: Side; field: string; value: Json }[];
}

/** The plan with what was taken back before it: under the same rule on both sides, and agreed on. */
export function withTakenBack<Form>(plan: Plan, taken: TakenBack<Form> | null): Plan {
  if (taken === null) return plan;
  const undone = [...taken.undone.keys()];
  const open = [...plan.waiting, ...plan.conflicts.map(({ field }) => field)];
  const agreed = undone.filter((field) => !open.includes(field) && field !== taken.apart?.field);
  return {
    ...plan,
    changes: [
      ...taken.changes,
      ...plan.changes.map((change) => {
        const undoes = taken.undone.get(change.field);
        return undoes === undefined ? change : { ...change, why: "undone" as const, undoes };
      }),
    ],
    agreed: [...new Set([...plan.agreed, ...agreed])],
    settled: [...new Set([...plan.settled, ...undone, ...taken.givenUp])],
  };
}

/** The bases with what one side alone was given back: only the other has changed since. Pure. */
export function withOvertaken<Form>(
  { planeBase, odooBase }: Record<"planeBase" | "odooBase", JsonObject>,
  taken: TakenBack<Form> | null,
): Record<"planeBase" | "odooBase", JsonObject> {
  return {
    planeBase: { ...planeBase, ...valuesOf(taken?.overtaken ?? [], "plane") },
    odooBase: { ...odooBase, ...valuesOf(taken?.overtaken ?? [], "odoo") },
  };
}

function valuesOf(bases: TakenBack<never>["bases"], side: Side): JsonObject {
  return Object.fromEntries(
    bases.filter((base) => base.side === side).map(({ field, value }) => [field, value]),
  );
}

/** What settling writes besides: what one side alone is told, and what was given up. */
export function reportTakenBack<Form>(effect: Effect, taken: TakenBack<Form> | null): Effect {
  if (taken === null) return effect;
  const { snapshot, conflicts } = effect;
  return {
    ...effect,
    ...(snapshot === undefined ? {} : { snapshot: withBases(snapshot, taken.bases) }),
    ...(conflicts === undefined || taken.undone.size === 0
      ? {}
      : { conflicts: { ...conflicts, how: "resolved" as const } }),
    ...(taken.givenUp.length === 0 ? {} : {
      log: [...effect.log, {
        operation: "none",
        success: false,
        error_message: "changed_since",
        duration_ms: 0,
      }],
      events: [...effect.events, {
        level: "warn",
        event_type: "undo_given_up",
        message: `${effect.entity_key}: not taken back, because it was changed since or is refused`,
        metadata: { entity_key: effect.entity_key, fields: taken.givenUp },
      }],
    }),
  };
}

function withBases(
  snapshot: NonNullable<Effect["snapshot"]>,
  bases: TakenBack<never>["bases"],
): NonNullable<Effect["snapshot"]> {
  return {
    ...snapshot,
    plane_base: { ...snapshot.plane_base, ...valuesOf(bases, "plane") },
    odoo_base: { ...snapshot.odoo_base, ...valuesOf(bases, "odoo") },
  };
}
