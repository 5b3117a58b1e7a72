/** Random scripts of what workers, webhooks and people do with a store. Records are few, so that everything meets. */
import fc from "fast-check";
import type { Operation } from "../../../shared/delivery.ts";
import type { Outcome } from "../../../shared/store/queue.ts";
import type { RecordKey, Resolution } from "../../../shared/store/sync_store.ts";
import type { PauseScope } from "./world.ts";

/** The records of one side and of the other; a pair is any of one kind with any of the other. */
export const KEYS: readonly RecordKey[] = [
  ...["a", "b", "c"].map((id) => ({ side: "plane" as const, type: "issue", id })),
  { side: "plane", type: "project", id: "p" },
  ...["1", "2", "3"].map((id) => ({ side: "odoo" as const, model: "project.task", id })),
  { side: "odoo", model: "project.project", id: "9" },
];

/** What a settlement writes, as far as it does not depend on what is there. */
export interface EffectPlan {
  /** The id the other side's new record gets; null: none is made. */
  partner: string | null;
  status: "active" | "error" | "archived" | null;
  lastError: "odoo_rejected" | null;
  snapshot: string | null;
  tombstone: "deleted_in_odoo" | "deleted_in_plane" | null;
  relinked: boolean;
  waitsFor: RecordKey | null;
  conflicts: {
    open: readonly { field: string; value: number }[];
    settled: readonly string[];
    how: "resolved" | "gone";
  } | null;
  hint: RecordKey | null;
  logged: boolean;
}

export type Action =
  | {
    do: "deliver";
    key: RecordKey;
    operation: Operation;
    priority: number;
    stampSecond: number | null;
    hash: string;
    readFirst: boolean;
    again: boolean;
  }
  | {
    do: "hint";
    key: RecordKey;
    readFirst: boolean;
    priority: number;
    project: string | null;
    withPayload: boolean;
  }
  | { do: "claim" }
  | { do: "intent"; which: number }
  | { do: "settle"; which: number; outcome: Outcome; effect: EffectPlan | null }
  | { do: "advance"; seconds: number }
  | { do: "lose" }
  | { do: "resolve"; key: RecordKey; which: number; resolution: Resolution }
  | { do: "pause" | "resume"; scope: PauseScope }
  | { do: "deleteMapping"; key: RecordKey }
  | { do: "replay"; reason: string }
  | { do: "remember"; value: string; odooId: number | null }
  | { do: "forget"; odooId: number }
  | { do: "look"; key: RecordKey };

const key = fc.constantFrom(...KEYS);
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null, freq: 4 });
const field = fc.constantFrom("name", "priority");

const effectPlan: fc.Arbitrary<EffectPlan> = fc.record({
  partner: fc.option(fc.constantFrom("a", "b", "1", "2"), { nil: null, freq: 1 }),
  status: rarely(fc.constantFrom("active", "error", "archived")),
  lastError: rarely(fc.constant("odoo_rejected")),
  snapshot: rarely(fc.constantFrom("x", "y")),
  tombstone: rarely(fc.constantFrom("deleted_in_odoo", "deleted_in_plane")),
  relinked: fc.boolean(),
  waitsFor: rarely(key),
  conflicts: fc.option(
    fc.record({
      open: fc.uniqueArray(fc.record({ field, value: fc.nat(2) }), {
        maxLength: 2,
        selector: (one) => one.field,
      }),
      settled: fc.uniqueArray(field, { maxLength: 1 }),
      how: fc.constantFrom("resolved", "gone"),
    }),
    { nil: null, freq: 2 },
  ),
  hint: rarely(key),
  logged: fc.boolean(),
});

const delayed = fc.record({
  kind: fc.constantFrom("retry", "outage", "wait"),
  delayMs: fc.constantFrom(0, 500, 30_000),
  reason: fc.constantFrom("odoo_timeout", "waits_for_project"),
});
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "done" as const }) },
  { weight: 2, arbitrary: delayed },
  { weight: 1, arbitrary: fc.constant({ kind: "park" as const, reason: "paused" }) },
  { weight: 1, arbitrary: fc.constant({ kind: "dead" as const, reason: "odoo_rejected" }) },
);

const scope: fc.Arbitrary<PauseScope> = fc.oneof(
  fc.constant({ scope: "all" as const }),
  fc.constant({ scope: "pair" as const, planeType: "issue", odooModel: "project.task" }),
  key.map((named) => ({
    scope: "entity" as const,
    type: named.side === "plane" ? named.type : named.model,
    id: named.id,
  })),
);
const resolution: fc.Arbitrary<Resolution> = fc.oneof(
  fc.constantFrom("plane", "odoo").map((side): Resolution => ({ side })),
  fc.constantFrom("one", 2, null).map((value): Resolution => ({ value })),
);

/** Often the oldest hold, now and then one that is lost or settled already. */
const which = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) });

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      key,
      operation: fc.constantFrom<Operation>("create", "update", "delete"),
      priority: fc.constantFrom(3, 5, 8),
      stampSecond: fc.option(fc.nat(4), { nil: null }),
      hash: fc.constantFrom("x", "y"),
      readFirst: fc.boolean(),
      again: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("hint" as const),
      key,
      readFirst: fc.boolean(),
      priority: fc.constantFrom(1, 6),
      project: fc.option(fc.constantFrom("p", "q"), { nil: null }),
      withPayload: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ do: "claim" as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("intent" as const), which }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which,
      outcome,
      effect: fc.option(effectPlan, { nil: null, freq: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("advance" as const), seconds: fc.constantFrom(1, 40) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "lose" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("resolve" as const), key, which: fc.nat(1), resolution }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), scope }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("resume" as const), scope }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("deleteMapping" as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("replay" as const), reason: fc.constant("odoo_rejected") }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("remember" as const),
      value: fc.constantFrom("u", "v"),
      odooId: fc.option(fc.constantFrom(1, 2), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), odooId: fc.constantFrom(1, 2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look" as const), key }) },
);

/** Scripts of up to 45 actions. */
export const scripts: fc.Arbitrary<Action[]> = fc.array(action as fc.Arbitrary<Action>, {
  maxLength: 45,
  size: "max",
});
