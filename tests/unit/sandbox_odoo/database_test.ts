/** The sandbox's tables: savepoints and indexes keep up with what is taken back. */
import assert from "node:assert/strict";
import { Database, type Touched } from "../../../dev/sandbox/odoo/database.ts";
import type { IndexDefinition } from "../../../dev/sandbox/odoo/row_index.ts";

const BY_COLOUR: IndexDefinition = { model: "thing", keyOf: (row) => String(row.colour) };

function idsOf(database: Database, colour: string): number[] {
  return database.rowsBy(BY_COLOUR, colour).map((row) => row.id);
}

Deno.test("an index follows rows that come, change and go, whenever it was first asked", () => {
  const database = new Database();
  database.insert("thing", { colour: "red" });
  assert.deepEqual(idsOf(database, "red"), [1]);
  database.insert("thing", { colour: "red" });
  database.update("thing", 1, { colour: "blue" });
  assert.deepEqual([idsOf(database, "red"), idsOf(database, "blue")], [[2], [1]]);
  database.remove("thing", 2);
  assert.deepEqual(idsOf(database, "red"), []);
});

Deno.test("a failed attempt leaves the rows, indexes and touches before it, and the transaction goes on", () => {
  const database = new Database();
  const seen: (readonly Touched[])[] = [];
  database.onTransaction = (touched) => seen.push(touched);
  database.transaction(() => {
    database.insert("thing", { colour: "red" });
    assert.throws(() =>
      database.attempt(() => {
        database.update("thing", 1, { colour: "blue" });
        database.insert("thing", { colour: "blue" });
        throw new Error("no");
      }), /no/);
    assert.deepEqual([idsOf(database, "red"), idsOf(database, "blue")], [[1], []]);
    database.insert("thing", { colour: "green" });
  });
  // An id is never used twice, not even one whose row was taken back.
  assert.deepEqual(idsOf(database, "green"), [3]);
  assert.deepEqual(seen.flat().map(({ id, kind }) => [id, kind]), [[1, "create"], [3, "create"]]);
});

Deno.test("a failed transaction takes back what attempts within it had done", () => {
  const database = new Database();
  let undone = 0;
  assert.throws(() =>
    database.transaction(() => {
      database.attempt(() => database.insert("thing", { colour: "red" }));
      database.onRollback(() => undone++);
      throw new Error("no");
    }), /no/);
  assert.deepEqual([idsOf(database, "red"), undone], [[], 1]);
});
