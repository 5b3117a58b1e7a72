/** What the note of a taking back tells the next look. */
import assert from "node:assert/strict";
import type { AttemptRow, PairRow } from "../../../shared/store/engine/sync_store.ts";
import type { Change } from "../../../shared/sync/plan/planned.ts";
import { mayBeDone, undoNotesIn, undoNotesOver, undoNotesSaid } from "../../../shared/sync/undo_notes.ts";

const note = (orders: Record<string, string>, stamp = "1"): AttemptRow => ({
  id: "n",
  side: "odoo",
  stamp,
  plane_base: {},
  odoo_base: { undoes: orders },
});
const plain: AttemptRow = {
  id: "w",
  side: "odoo",
  stamp: "1",
  plane_base: { name: "new" },
  odoo_base: { name: "new" },
};
const change = (undoes: string, side: Change["side"] = "odoo"): Change => ({
  field: "name",
  side,
  from: "new",
  to: "old",
  why: "undone",
  base: "new",
  undoes,
});
const at = (odoo: string) => ({ plane: "9", odoo });
const pairWith = (attempts: AttemptRow[], orders: Record<string, string>): PairRow => ({
  configs: [],
  mapping: null,
  snapshot: null,
  tombstone: null,
  conflicts: Object.entries(orders).map(([field, log_id]) => ({
    id: field,
    field,
    plane_value: null,
    odoo_value: null,
    resolution: { value: null, undo: { log_id, parts: [] } },
  })),
  attempts,
  announced: false,
});
const became = (pair: PairRow, odoo: string, givenUp: string[] | null) =>
  undoNotesOver(pair, at(odoo), givenUp).map((over) => over.became);

Deno.test("only the note of a taking back is one", () => {
  assert.deepEqual(undoNotesIn([plain, note({ name: "7" })]).map(({ id }) => id), ["n"]);
});

Deno.test("an order may have been carried out where its record was written since it was noted, on that side", () => {
  const notes = undoNotesIn([note({ name: "7" })]);
  assert.equal(mayBeDone(notes, at("2"), change("7")), true);
  assert.equal(mayBeDone(notes, at("1"), change("7")), false, "nothing was written");
  assert.equal(mayBeDone(notes, at("2"), change("8")), false, "another order");
  assert.equal(mayBeDone(notes, at("2"), change("7", "plane")), false, "the other side");
});

Deno.test("what is given up may have been written; what is carried out is logged by who settles it", () => {
  const pair = pairWith([note({ name: "7" })], { name: "7" });
  assert.deepEqual(became(pair, "2", ["name"]), ["unknown"]);
  assert.deepEqual(became(pair, "1", ["name"]), ["settled"]);
  assert.deepEqual(became(pair, "2", []), ["settled"]);
  assert.deepEqual(became(pair, "2", null), ["unknown"]);
});

Deno.test("a note whose order is over says nothing any more", () => {
  assert.deepEqual(became(pairWith([note({ name: "7" })], { name: "8" }), "2", ["name"]), ["settled"]);
});

Deno.test("where a pair ends, a note is said when all of its changes are", () => {
  const attempts = [plain, note({ name: "7" })];
  assert.deepEqual([...undoNotesSaid(attempts, [change("7")])], ["n"]);
  assert.deepEqual([...undoNotesSaid(attempts, [change("7", "plane")])], []);
  assert.deepEqual([...undoNotesSaid([note({ name: "7", priority: "7" })], [change("7")])], []);
});
