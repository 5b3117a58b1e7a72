/** Reading a list by its number of rows, against a list that moves. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BEGINNING,
  type CreatedRow,
  listPositionSchema,
  maySkipRows,
  nextPage,
  PAGE_SIZE,
} from "../../../shared/plane/counted_pages.ts";

const row = (number: number): CreatedRow => ({
  id: `row${number}`,
  created_at: `2026-01-31T12:${String(Math.floor(number / 60)).padStart(2, "0")}:${
    String(number % 60).padStart(2, "0")
  }.000000Z`,
});
const BEGUN = "2026-01-31T13:00:00.000000Z";

/** Reads the whole list; `before` may change it before each request. As after a crash, the position goes through JSON. */
function readAll(list: CreatedRow[], before: (request: number, list: CreatedRow[]) => void = () => {}) {
  let position = BEGINNING;
  const found: string[] = [];
  for (let request = 0; request < 200; request++) {
    before(request, list);
    const first = position.page * PAGE_SIZE;
    const page = nextPage(position, {
      rows: list.slice(first, first + PAGE_SIZE),
      more: first + PAGE_SIZE < list.length,
      total: list.length,
      at: BEGUN,
    });
    found.push(...page.rows.map(({ id }) => id));
    position = listPositionSchema.parse(JSON.parse(JSON.stringify(page.position)));
    if (page.done) return { found, position, requests: request + 1 };
  }
  throw new Error("the list has no end");
}

const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index));

Deno.test("a list that rests is read in full pages: ten thousand rows in a hundred requests", () => {
  const list = Array.from(
    { length: 10_000 },
    (_, index) => ({ id: `row${index}`, created_at: row(Math.floor(index / 9)).created_at }),
  );
  const { found, requests, position } = readAll(list);
  assert.equal(found.length, 10_000);
  assert.equal(new Set(found).size, 10_000);
  assert.equal(requests, 100);
  assert.equal(maySkipRows(position), false);
});

Deno.test("rows that vanish meanwhile make no other row be missed, and none comes twice", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 450 }),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 449 })), { maxLength: 12 }),
    (count, removals) => {
      const removed = new Set<string>();
      const { found } = readAll(rows(count), (request, list) => {
        for (const [, at] of removals.filter(([when]) => when === request && request > 0)) {
          const [gone] = list.splice(at, 1);
          if (gone !== undefined) removed.add(gone.id);
        }
      });
      assert.equal(new Set(found).size, found.length);
      const missed = rows(count).filter(({ id }) => !removed.has(id) && !found.includes(id));
      assert.deepEqual(missed, []);
    },
  ));
});

Deno.test("a row that goes while another comes is noticed at the end", () => {
  const made = { id: "made", created_at: "2026-01-31T13:00:01.000000Z" };
  const { found, position } = readAll(rows(250), (request, list) => {
    if (request !== 1) return;
    list.shift();
    list.push(made);
  });
  assert(!found.includes("row100"), "the row at the edge was skipped");
  assert.equal(maySkipRows(position), true);
});

Deno.test("rows that only come are no reason to read again", () => {
  const { found, position } = readAll(rows(250), (request, list) => {
    if (request === 1) list.push({ id: "made", created_at: "2026-01-31T13:00:01.000000Z" });
  });
  assert(found.includes("made"));
  assert.equal(maySkipRows(position), false);
});

Deno.test("a Plane that does not say how many rows there are is read again", () => {
  assert.equal(maySkipRows({ ...BEGINNING, read: 5 }), true);
});
