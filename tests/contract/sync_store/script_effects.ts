/** From a script's words to records and to what settling writes. */
import type { Claimed } from "../../../shared/store/queue.ts";
import type { PairRow, RecordKey } from "../../../shared/store/engine/sync_store.ts";
import type { EffectPlan } from "./script.ts";

/** Whether both name one record. */
export function sameKey(one: RecordKey, other: RecordKey): boolean {
  return one.side === other.side && typeOf(one) === typeOf(other) && one.id === other.id;
}

/** What settling writes when nothing but a partner was made. */
export function made(partner: number): EffectPlan {
  return {
    partner,
    status: "active",
    lastError: null,
    snapshot: "x",
    tombstone: null,
    relinked: false,
    waitsFor: null,
    conflicts: null,
    attempts: null,
    hint: null,
    logged: true,
  };
}

/** A record's kind in its side's words. */
export function typeOf(key: RecordKey): string {
  return key.side === "plane" ? key.type : key.model;
}

/** The record an entity is named after. */
export function keyOf({ entityKey }: Claimed): RecordKey {
  const [type = "", id = ""] = entityKey.split(":");
  return type.includes(".") ? { side: "odoo", model: type, id } : { side: "plane", type, id };
}

/** What the engine would ask for a partner of this record. */
export function intentOf(key: RecordKey) {
  const isProject = typeOf(key).startsWith("project") && typeOf(key) !== "project.task";
  return {
    key,
    planeType: isProject ? "project" : "issue",
    odooModel: isProject ? "project.project" : "project.task",
    planeProjectId: "p",
  };
}

/** The ids the other side's records have. */
function partnersOf(key: RecordKey): readonly string[] {
  return key.side === "plane"
    ? (key.type === "project" ? ["9"] : ["1", "2", "3"])
    : (key.model === "project.project" ? ["p"] : ["a", "b", "c"]);
}

/** What settling writes, when the plan is carried out on what is known of the pair. */
export function effectOf(
  plan: EffectPlan,
  claimed: Claimed,
  { mapping, attempts }: Pick<PairRow, "mapping" | "attempts">,
): object {
  const key = keyOf(claimed);
  const partner = plan.partner === null
    ? undefined
    : partnersOf(key).at(plan.partner) ?? partnersOf(key).at(0);
  return {
    mapping_id: mapping?.id ?? null,
    odoo_model: intentOf(key).odooModel,
    mapping: {
      ...(partner === undefined ? {} : key.side === "plane" ? { odoo_id: partner } : { plane_id: partner }),
      ...(plan.status === null ? {} : { status: plan.status }),
      last_error: plan.lastError,
      plane_updated_at: "2026-01-31T12:00:00.5+00:00",
      synced: plan.partner !== null,
    },
    ...(plan.snapshot === null ? {} : {
      snapshot: {
        plane_base: { name: plan.snapshot },
        odoo_base: { name: plan.snapshot },
        plane_seen: null,
        placeholders: { [plan.snapshot]: "<p>" },
      },
    }),
    ...(plan.tombstone === null ? {} : { tombstone: plan.tombstone }),
    created: plan.partner !== null,
    relinked: plan.relinked,
    waits_for: plan.waitsFor === null ? [] : [`${typeOf(plan.waitsFor)}:${plan.waitsFor.id}`],
    ...(plan.conflicts === null ? {} : {
      conflicts: {
        ...plan.conflicts,
        open: plan.conflicts.open.map(({ field, value }) => ({
          field,
          base: null,
          plane_value: value,
          odoo_value: "o",
          plane_at: null,
          odoo_at: null,
        })),
      },
    }),
    ...(plan.attempts === null
      ? {}
      : { attempts: attempts.map(({ id }) => ({ id, became: plan.attempts })) }),
    hints: plan.hint === null ? [] : [{ key: plan.hint, priority: 7, readFirst: true }],
    log: plan.logged
      ? [{ operation: "update", success: true, changes: [{ field: "name" }], duration_ms: 1 }]
      : [],
  };
}
