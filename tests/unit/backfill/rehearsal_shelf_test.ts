/** What is put away can be taken up again, and what is fetched is the same thing for everybody. */
import assert from "node:assert/strict";
import { Shelf, Table } from "../../../shared/backfill/rehearsal/shelf.ts";
import type { RehearsalChange } from "../../../shared/store/runs/rehearsal.ts";

/** Where changes go, and come back from. */
function attic() {
  const rows = new Map<string, { place: number; value: string }>();
  return {
    asked: [] as (readonly string[])[],
    put(changes: readonly RehearsalChange[]): void {
      for (const { key, place, value } of changes) {
        if (value === null) rows.delete(key);
        else rows.set(key, { place, value });
      }
    },
    keys: () => [...rows.keys()],
    all: <Value>() =>
      [...rows].map(([key, { place, value }]) => ({ key, place, value: JSON.parse(value) as Value }))
        .toSorted((left, right) => left.place - right.place),
    fetch<Value>(keys: readonly string[]): Promise<{ key: string; value: Value }[]> {
      this.asked.push(keys);
      return Promise.resolve(this.all<Value>().filter(({ key }) => keys.includes(key)));
    },
  };
}

Deno.test("a table that is taken up again goes on in the same order, also after something left and came again", () => {
  const kept = attic();
  const table = new Table<number>();
  for (const key of ["a", "b", "c"]) table.set(key, 1);
  kept.put(table.changes("part"));
  table.kept();
  table.delete("a");
  table.set("a", 2);
  table.set("b", 3);
  table.delete("c");
  kept.put(table.changes("part"));
  const again = new Table<number>(kept.all());
  again.set("d", 4);
  assert.deepEqual([...again], [["b", 3], ["a", 2], ["d", 4]]);
  assert.deepEqual(again.changes("part"), [{ part: "part", key: "d", place: 5, value: "4" }]);
});

Deno.test("a shelf fetches only what was put away, once, and gives everybody the same thing", async () => {
  const kept = attic();
  const first = new Shelf<{ n: number }>();
  first.set("a", { n: 1 });
  first.set("b", { n: 2 });
  kept.put(first.changes("part"));
  const again = new Shelf<{ n: number }>(kept.keys(), (keys) => kept.fetch(keys));
  assert.deepEqual([again.has("a"), again.has("x")], [true, false]);
  const [one, other] = await Promise.all([again.get("a"), again.get("a")]);
  assert(one !== undefined && one === other);
  assert.equal(await again.get("x"), undefined);
  assert.deepEqual(kept.asked.flat(), ["a", "a"]);
  again.delete("b");
  assert.equal(await again.get("b"), undefined);
  again.set("a", { n: 3 });
  assert.deepEqual(again.changes("part"), [
    { part: "part", key: "b", place: 0, value: null },
    { part: "part", key: "a", place: 0, value: '{"n":3}' },
  ]);
});

Deno.test("what is taken away or made anew while it is fetched stays so", async () => {
  const kept = attic();
  const first = new Shelf<number>();
  first.set("gone", 1);
  first.set("new", 1);
  kept.put(first.changes("part"));
  const again = new Shelf<number>(kept.keys(), (keys) => kept.fetch(keys));
  const asked = again.some(["gone", "new"]);
  again.delete("gone");
  again.set("new", 2);
  assert.deepEqual([...await asked], [["new", 2]]);
});

Deno.test("a shelf keeps few things at hand, and finds all the others again", async () => {
  const kept = attic();
  const shelf = new Shelf<number>([], (keys) => kept.fetch(keys));
  for (let number = 0; number < 3_000; number++) shelf.set(String(number), number);
  kept.put(shelf.changes("part"));
  shelf.kept();
  const keys = kept.keys();
  const found = await shelf.some(keys);
  assert.deepEqual(keys.map((key) => found.get(key)), keys.map(Number));
  assert.deepEqual(kept.asked.map(({ length }) => length), [2_000]);
});
