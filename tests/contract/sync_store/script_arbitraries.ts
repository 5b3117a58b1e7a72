/** Random scripts. */
import fc from "fast-check";
import type { Operation } from "../../../shared/delivery.ts";
import type { Outcome } from "../../../shared/store/queue.ts";
import type { Resolution } from "../../../shared/store/engine/sync_store.ts";
import { type Action, type EffectPlan, KEYS } from "./script.ts";
import type { PauseScope } from "./world.ts";

const key = fc.constantFrom(...KEYS);
const field = fc.constantFrom("name", "priority");
const partner = fc.nat(2);
/** Null three times of four. */
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const effectPlan: fc.Arbitrary<EffectPlan> = fc.record({
  partner: rarely(partner),
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
    { nil: null, freq: 3 },
  ),
  attempts: fc.option(fc.constantFrom("settled", "written", "nothing", "unknown"), { nil: null, freq: 2 }),
  hint: rarely(key),
  logged: fc.boolean(),
});

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "done" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("retry", "outage", "wait"),
      delayMs: fc.constantFrom(0, 500, 30_000),
      reason: fc.constantFrom("odoo_timeout", "waits_for_project"),
    }),
  },
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
  fc.constantFrom("plane" as const, "odoo" as const).map((side): Resolution => ({ side })),
  fc.constantFrom("one", 2, null).map((value): Resolution => ({ value })),
);

/** Often the foremost, now and then another: of holds, one that is lost or settled already. */
const which = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) });

const make = <Name extends Action["do"]>(name: Name) => ({ do: fc.constant(name) });
const pair = fc.record({ ...make("pair"), key, partner });

const ACTIONS: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Action>])[] = [
  [
    6,
    fc.record({
      ...make("deliver"),
      key,
      operation: fc.constantFrom<Operation>("create", "update", "delete"),
      priority: fc.constantFrom(3, 5, 8),
      stampSecond: fc.option(fc.nat(4), { nil: null }),
      hash: fc.constantFrom("x", "y"),
      readFirst: fc.boolean(),
      again: fc.boolean(),
    }),
  ],
  [
    3,
    fc.record({
      ...make("hint"),
      key,
      readFirst: fc.boolean(),
      priority: fc.constantFrom(1, 6),
      project: fc.option(fc.constantFrom("p", "q"), { nil: null }),
      withPayload: fc.boolean(),
    }),
  ],
  [2, fc.record(make("claim"))],
  [3, fc.record({ ...make("intent"), which })],
  [
    3,
    fc.record({
      ...make("note"),
      which,
      side: fc.constantFrom("plane" as const, "odoo" as const),
      stamped: fc.boolean(),
    }),
  ],
  [2, pair],
  [
    12,
    fc.record({ ...make("settle"), which, outcome, effect: fc.option(effectPlan, { nil: null, freq: 6 }) }),
  ],
  [2, fc.record({ ...make("advance"), seconds: fc.constantFrom(1, 40) })],
  [1, fc.record(make("lose"))],
  [3, fc.record({ ...make("resolve"), which, resolution })],
  [1, fc.record({ ...make("pause"), scope })],
  [2, fc.record({ ...make("resume"), scope })],
  [1, fc.record({ ...make("deleteMapping"), which })],
  [1, fc.record({ ...make("replay"), reason: fc.constant("odoo_rejected") })],
  [
    1,
    fc.record({
      ...make("remember"),
      value: fc.constantFrom("u", "v"),
      odooId: fc.option(fc.constantFrom(1, 2), { nil: null }),
    }),
  ],
  [1, fc.record({ ...make("forget"), odooId: fc.constantFrom(1, 2) })],
  [1, fc.record({ ...make("look"), key })],
];

const action = fc.oneof(...ACTIONS.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** Scripts of up to 50 actions; the first of them make pairs. */
export const scripts: fc.Arbitrary<Action[]> = fc.tuple(
  fc.array(pair, { maxLength: 3 }),
  fc.array(action, { maxLength: 47, size: "max" }),
).map(([pairs, rest]) => [...pairs, ...rest]);
