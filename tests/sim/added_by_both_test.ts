/** When the judge lets a label that was taken away stay. */
import assert from "node:assert/strict";
import { isAddedByBoth } from "./judge/added_by_both.ts";
import type { Change } from "./judge/history.ts";

const PAIR = { plane: "p", odoo: "1" };

const change = (at: number, side: "plane" | "odoo", from: string[], to: string[]): Change => ({
  at,
  side,
  record: PAIR[side],
  by: "person",
  worker: null,
  field: "labels",
  from,
  to,
  readAt: null,
  heard: true,
});
const inPlane = change(1, "plane", [], ["bug"]);
const inOdoo = change(2, "odoo", [], ["bug"]);
const takenAway = change(5, "plane", ["bug"], []);

/** @param readAt when the task was read */
function stays(before: readonly Change[], readAt: number): boolean {
  const history = {
    changes: [...before, takenAway],
    wasRead: (side: "plane" | "odoo", _record: string, from: number, to: number) =>
      side === "odoo" && from <= readAt && readAt <= to,
  };
  return isAddedByBoth({ history }, takenAway, PAIR, "bug");
}

Deno.test("what somebody on each side had added, and one took away before anybody looked, may stay", () => {
  assert.equal(stays([inPlane, inOdoo], 6), true);
  assert.equal(stays([inOdoo, { ...inPlane, at: 3 }], 1), true);
});

Deno.test("what the engine had seen on the other side, or brought there, may not come back", () => {
  assert.equal(stays([inPlane, inOdoo], 4), false);
  assert.equal(stays([inPlane, { ...inOdoo, by: "engine" }], 6), false);
  assert.equal(stays([inOdoo, { ...inPlane, at: 3, by: "engine" }], 6), false);
});

Deno.test("what nobody had added on the other side may not come back", () => {
  assert.equal(stays([inPlane], 6), false);
  assert.equal(stays([inPlane, inOdoo, change(3, "odoo", ["bug"], [])], 6), false);
});
