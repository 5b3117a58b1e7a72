/** What is agreed on after a write nobody settled. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../shared/json.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import type { AttemptRow, ConflictPolicy } from "../../../shared/store/engine/sync_store.ts";
import { type Lens, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import { setLens } from "../../../shared/sync/lenses/set_lens.ts";
import { basesAfterAttempts } from "../../../shared/sync/plan/attempts.ts";
import { planBoth } from "../../../shared/sync/plan/plan.ts";

type Form = { a: string };

const lens: Lens<Form> = {
  field: "a",
  odooField: "odoo_a",
  planeValue: ({ a }) => a,
  odooValue: (record) => record.odoo_a as Json,
  toOdoo: ({ a }) => ({ values: { odoo_a: a.toUpperCase() }, value: a.toUpperCase() }),
  toPlane: (record) => {
    const a = String(record.odoo_a).toLowerCase();
    return { values: { a }, value: a };
  },
};
const known = (plane: string, odoo: string, base: string) => ({
  lenses: [{ lens, odooField: "odoo_a", direction: "both" as const }],
  plane: { a: plane },
  odoo: { id: 1, odoo_a: odoo.toUpperCase() },
  planeBase: { a: base },
  odooBase: { a: base.toUpperCase() },
  placeholders: {},
  capabilities: {} as OdooCapabilities,
  references: NO_REFERENCES,
  today: "2026-11-21",
});
/** A write of Plane's value to Odoo. */
const attempt = (value: string, stamp: string | null = "1"): AttemptRow => ({
  id: "t",
  side: "odoo",
  stamp,
  plane_base: { a: value },
  odoo_base: { a: value.toUpperCase() },
});
const at = (odoo: string) => ({ plane: "9", odoo });

Deno.test("a value that is there was written, and is agreed on", () => {
  const after = basesAfterAttempts(known("new", "new", "old"), [attempt("new")], at("2"));
  assert.deepEqual([after.planeBase, after.odooBase], [{ a: "new" }, { a: "NEW" }]);
  assert.deepEqual(after.over, [{ id: "t", became: "written" }]);
});

Deno.test("a record that was not touched since was not written", () => {
  const after = basesAfterAttempts(known("new", "old", "old"), [attempt("new")], at("1"));
  assert.deepEqual([after.planeBase, after.odooBase], [{ a: "old" }, { a: "OLD" }]);
  assert.deepEqual([after.over, after.doubtful.size], [[{ id: "t", became: "nothing" }], 0]);
});

Deno.test("a record that is not there was not made; one that was there and is gone, nobody can tell", () => {
  const gone = { ...known("new", "", "old"), odoo: null };
  const became = (stamp: string | null) =>
    basesAfterAttempts(gone, [attempt("new", stamp)], at("2")).over.map(({ became }) => became);
  assert.deepEqual([became(null), became("1")], [["unmade"], ["unknown"]]);
});

Deno.test("a record made by a worker nobody heard of has what it was made with, or somebody's edit", () => {
  const edited = { ...known("new", "other", ""), planeBase: {}, odooBase: {} };
  const madeInOdoo = basesAfterAttempts(edited, [attempt("new", null)], at("2"), "odoo");
  assert.deepEqual([madeInOdoo.planeBase, madeInOdoo.odooBase], [{ a: "new" }, { a: "NEW" }]);
  const somebodyElses = basesAfterAttempts(edited, [attempt("new", null)], at("2"));
  assert.deepEqual([somebodyElses.planeBase, somebodyElses.odooBase], [{}, {}]);
});

Deno.test("of a making that was tried twice only what both tries said is certain", () => {
  const edited = { ...known("other", "second", ""), planeBase: {}, odooBase: {} };
  const tries = [attempt("first", null), { ...attempt("second", null), id: "u" }]
    .map((one) => ({ ...one, side: "plane" as const }));
  const after = basesAfterAttempts(edited, tries, at("2"), "plane");
  assert.deepEqual([after.planeBase, after.odooBase], [{}, {}]);
});

Deno.test("what a making said counts no more once the pair was settled", () => {
  const input = known("new", "new", "old");
  const after = basesAfterAttempts(input, [attempt("new", null)], at("2"), "odoo");
  assert.deepEqual([after.planeBase, after.odooBase], [{ a: "old" }, { a: "OLD" }]);
});

Deno.test("what an earlier look saw and agreed on, and could not settle, was written, also within one second of Odoo's stamps", () => {
  const became = (odoo: string) =>
    basesAfterAttempts(known("new", odoo, "new"), [attempt("new")], at("1")).over.map(({ became }) => became);
  assert.deepEqual(became("new"), ["written"]);
  // It was to put back what both sides had agreed on before.
  assert.deepEqual(became("other"), ["nothing"]);
});

Deno.test("the later of two attempts counts where it is seen", () => {
  const attempts = [attempt("first"), { ...attempt("second"), id: "u" }];
  const after = basesAfterAttempts(known("second", "second", "old"), attempts, at("2"));
  assert.deepEqual(after.odooBase, { a: "SECOND" });
  assert.deepEqual(after.over.map(({ became }) => became), ["unknown", "written"]);
});

Deno.test("whatever became of the write and whoever edited since: no value of a person is on neither side and in no conflict", () => {
  const value = fc.constantFrom("x", "y", "z");
  const policy = fc.constantFrom<ConflictPolicy>("latest_wins", "plane_wins", "odoo_wins");
  const later = fc.constantFrom("plane" as const, "odoo" as const);
  fc.assert(fc.property(
    fc.record({ base: value, tried: value, tookEffect: fc.boolean(), inPlane: value, inOdoo: value }),
    fc.record({ editedPlane: fc.boolean(), editedOdoo: fc.boolean() }),
    policy,
    later,
    ({ base, tried, tookEffect, ...then }, { editedPlane, editedOdoo }, chosen, laterSide) => {
      // Plane's edit `tried` was on its way to Odoo.
      const odooBefore = tookEffect ? tried : base;
      const plane = editedPlane ? then.inPlane : tried;
      const odoo = editedOdoo ? then.inOdoo : odooBefore;
      const stamp = tookEffect || editedOdoo ? "2" : "1";
      const input = known(plane, odoo, base);
      const { over: _over, ...after } = basesAfterAttempts(input, [attempt(tried)], at(stamp));
      const plan = planBoth({
        ...input,
        ...after,
        policy: chosen,
        resolutions: new Map(),
        open: new Set(),
        later: () => laterSide,
      });
      const final = [String(plan.plane.a ?? plane), String(plan.odoo.odoo_a ?? odoo).toLowerCase()];
      assert.equal(final[0], final[1]);
      const losers = plan.changes.filter(({ why }) => why.startsWith("conflict")).map(({ from }) =>
        String(from).toLowerCase()
      );
      const kept = [...final, ...losers];
      if (plane !== base) assert(kept.includes(plane), "Plane's");
      if (editedOdoo && odoo !== odooBefore) assert(kept.includes(odoo), "Odoo's");
    },
  ));
});

const set = setLens<{ ids: string[] }>({
  field: "labels",
  odooField: "tag_ids",
  planeField: "labels",
  planeIds: ({ ids }) => ids,
  partners: () => new Map(),
  planePartners: () => new Map(),
});

Deno.test("a set is agreed on element by element, as far as the written side shows it", () => {
  // Agreed: p1-1 and p2-2. Tried: p2 away, p3-3 and p4-4 in. Seen in Odoo: 1, 2 and 3.
  const seen = set.basesSeen?.(
    "odoo",
    { ids: ["p1", "p3", "p4"] },
    { id: 1, tag_ids: [1, 2, 3] },
    { plane: { p1: 1, p2: 2 }, odoo: [1, 2] },
    { plane: { p1: 1, p3: 3, p4: 4 }, odoo: [1, 3, 4] },
  );
  assert.deepEqual(seen, { plane: { p1: 1, p2: 2, p3: 3 }, odoo: [1, 2, 3] });
});

Deno.test("what a set loses after a write nobody heard of is logged as in a conflict: it may have been somebody's", () => {
  // p2-2 was tried, it is in Odoo, and Plane has it no more.
  const input = {
    ...known("", "", ""),
    lenses: [{ lens: set, odooField: "tag_ids", direction: "both" as const }],
    plane: { ids: ["p1"] },
    odoo: { id: 1, tag_ids: [1, 2] },
    planeBase: { labels: { p1: 1 } },
    odooBase: { labels: [1] },
  };
  const tried: AttemptRow = {
    id: "t",
    side: "odoo",
    stamp: "1",
    plane_base: { labels: { p1: 1, p2: 2 } },
    odoo_base: { labels: [1, 2] },
  };
  const { over: _over, ...after } = basesAfterAttempts(input, [tried], at("2"));
  const plan = planBoth({
    ...input,
    ...after,
    policy: "latest_wins",
    resolutions: new Map(),
    open: new Set(),
    later: () => "plane",
  });
  assert.deepEqual(plan.changes.map(({ side, from, to, why }) => ({ side, from, to, why })), [
    { side: "odoo", from: [1, 2], to: [1], why: "conflict_plane_won" },
  ]);
  // Somebody takes p1-1 away in Odoo besides: both sides are written.
  const both = { ...input, odoo: { id: 1, tag_ids: [2] } };
  const { over: _both, ...afterBoth } = basesAfterAttempts(both, [tried], at("2"));
  const joined = planBoth({
    ...both,
    ...afterBoth,
    policy: "latest_wins",
    resolutions: new Map(),
    open: new Set(),
    later: () => "plane",
  });
  assert.deepEqual(joined.changes.map(({ side, why }) => [side, why]), [
    ["odoo", "conflict_plane_won"],
    ["plane", "conflict_odoo_won"],
  ]);
});
