/** From rows of the log to what is taken back. */
import assert from "node:assert/strict";
import { type AwayBy, planUndo as planUndoBy } from "../../../shared/history/plan_undo.ts";
import type { LoggedChange, UndoableRow } from "../../../shared/store/runs/history.ts";

const awayBy: AwayBy = ({ mapped }) => mapped[0] ?? null;
const planUndo = (rows: UndoableRow[]) => planUndoBy(rows, awayBy);

const change = (more: Partial<LoggedChange> = {}): LoggedChange => ({
  field: "name",
  side: "odoo",
  from: "A",
  to: "B",
  why: "changed_in_plane",
  ...more,
});

const row = (more: Partial<UndoableRow> = {}): UndoableRow => ({
  log_id: "1",
  operation: "update",
  changes: [change()],
  mapping_id: "m",
  plane_type: "issue",
  plane_id: "i",
  odoo_model: "project.task",
  odoo_id: "5",
  status: "active",
  plane_base: { name: "B", archived: false },
  odoo_base: { name: "B", archived: false },
  mapped: ["archived"],
  changed_since: [],
  under_way: [],
  in_conflict: [],
  ...more,
});

const reasons = (rows: UndoableRow[]) =>
  planUndo(rows).not_undone.map(({ field, reason }) => [field, reason]);

Deno.test("a change goes back to what it was, on the side that was written, if it still is what was agreed on", () => {
  const { orders, undoing } = planUndo([row()]);
  assert.deepEqual(orders, [{
    mapping_id: "m",
    field: "name",
    undo: { log_id: "1", parts: [{ side: "odoo", from: "A", to: "B", base: "B" }] },
  }]);
  assert.deepEqual(undoing, [{ log_id: "1", entity: "issue:i", field: "name", side: "odoo", to: "A" }]);
});

Deno.test("several rows go back to before the first, on the side that was written first", () => {
  const second = row({
    log_id: "2",
    changes: [change({ side: "plane", from: "B", to: "C", why: "changed_in_odoo" })],
  });
  const third = row({ log_id: "3", changes: [change({ from: "C", to: "D" })] });
  const [order] = planUndo([row(), second, third]).orders;
  assert.deepEqual(order?.undo.parts.map(({ side, from, to }) => [side, from, to]), [["odoo", "A", "D"], [
    "plane",
    "B",
    "C",
  ]]);
});

Deno.test("a record that was made goes into the archive on its side, and none of its fields is emptied", () => {
  const made = row({
    operation: "create",
    changes: [
      change({ from: null, why: "created" }),
      change({ field: "priority", from: null, why: "created" }),
    ],
  });
  assert.deepEqual(planUndo([made, row({ log_id: "2" })]).orders, [{
    mapping_id: "m",
    field: "archived",
    undo: { log_id: "1", apart: true, parts: [{ side: "odoo", from: true, to: false, base: false }] },
  }]);
});

Deno.test("what cannot be taken back is named with its reason", () => {
  const made = { operation: "create", changes: [change({ why: "created" })] };
  assert.deepEqual(reasons([row({ changed_since: ["name"] })]), [["name", "changed_since"]]);
  assert.deepEqual(reasons([row({ in_conflict: ["name"] })]), [["name", "in_conflict"]]);
  assert.deepEqual(reasons([row({ status: "archived" })]), [["name", "record_gone"]]);
  assert.deepEqual(reasons([row({ mapping_id: null })]), [["name", "record_gone"]]);
  assert.deepEqual(reasons([row({ changes: [change({ why: "kept" })] })]), [["name", "nothing_written"]]);
  assert.deepEqual(reasons([row({ ...made, mapped: [] })]), [["archived", "no_archive"]]);
  assert.deepEqual(reasons([row({ ...made, changed_since: ["priority"] })]), [["archived", "changed_since"]]);
  assert.deepEqual(reasons([row({ ...made, in_conflict: ["archived"] })]), [["archived", "in_conflict"]]);
});

Deno.test("one field that was changed since does not keep the others from being taken back", () => {
  const both = row({
    changes: [change(), change({ field: "priority", from: "0", to: "3" })],
    changed_since: ["name"],
  });
  const plan = planUndo([both]);
  assert.deepEqual(plan.undoing.map(({ field }) => field), ["priority"]);
  assert.deepEqual(plan.not_undone.map(({ field }) => field), ["name"]);
});

Deno.test("a field that a later write may have changed already is not taken back; the row's own write is no later one", () => {
  assert.deepEqual(reasons([row({ under_way: [change()] })]), []);
  assert.deepEqual(reasons([row({ under_way: [change({ field: "priority" })] })]), []);
  assert.deepEqual(reasons([row({ under_way: [change({ from: "B", to: "C" })] })]), [[
    "name",
    "changed_since",
  ]]);
  const made = { operation: "create", changes: [change({ why: "created" })] };
  assert.deepEqual(reasons([row({ ...made, under_way: [change({ to: "C" })] })]), [[
    "archived",
    "changed_since",
  ]]);
});
