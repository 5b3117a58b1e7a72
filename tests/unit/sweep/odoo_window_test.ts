import assert from "node:assert/strict";
import fc from "fast-check";
import {
  markOf,
  nextWindow,
  odooStamp,
  type OdooWindow,
  OVERLAP_S,
  shifted,
  startWindow,
  stillRecent,
  windowQuery,
} from "../../../shared/sweep/odoo_window.ts";

interface Row {
  id: number;
  write_date: string;
}

const START = "2026-03-01 10:00:00";

/** What Odoo answers: whole seconds, the order and the page asked for. */
function answer(rows: readonly Row[], window: OdooWindow, pageRows: number): Row[] {
  const { domain, order } = windowQuery(window);
  const holds = (row: Row) =>
    domain.every((condition) => {
      if (typeof condition === "string") return true;
      const [field, operator, value] = condition;
      const own = field === "id" ? row.id : row.write_date;
      const wanted = value as typeof own;
      return operator === ">=" ? own >= wanted : operator === ">" ? own > wanted : own < wanted;
    });
  const byId = (left: Row, right: Row) => left.id - right.id;
  const byTime = (left: Row, right: Row) =>
    left.write_date < right.write_date ? -1 : left.write_date > right.write_date ? 1 : byId(left, right);
  return rows.filter(holds).sort(order.startsWith("id") ? byId : byTime).slice(0, pageRows);
}

/** One poll to its end; `between` runs after each page. Returns what was seen, and the newest stamp. */
function poll(rows: Row[], newest: string, pageRows: number, between: () => void = () => {}) {
  const seen = new Map<number, string>();
  let pages = 0;
  for (let window: OdooWindow | null = startWindow(newest); window !== null;) {
    const page = answer(rows, window, pageRows);
    for (const { id, write_date } of page) {
      seen.set(id, write_date);
      if (write_date > newest) newest = write_date;
    }
    window = nextWindow(window, page, pageRows);
    pages += 1;
    assert(pages < 1000, "the poll has no end");
    between();
  }
  return { seen, newest, pages };
}

Deno.test("a poll begins five minutes before the newest row it has seen", () => {
  assert.deepEqual(startWindow(START), { from: "2026-03-01 09:55:00", afterId: null });
  assert.equal(OVERLAP_S, 300);
});

Deno.test("a poll long after the newest row begins where nothing can appear any more", () => {
  assert.equal(startWindow(START, shifted(START, 86_400)).from, shifted(START, 86_400 - 900));
  assert.equal(startWindow(START, shifted(START, 60)).from, shifted(START, -300));
});

Deno.test("more rows of one second than a page holds are all seen, by id", () => {
  const rows = Array.from({ length: 25 }, (_, index) => ({ id: 100 - index, write_date: START }));
  const { seen, pages } = poll(rows, START, 10);
  assert.equal(seen.size, 25);
  // One page to come to the second, one to learn that it is all there is, three by id, one for what comes after.
  assert.equal(pages, 6);
});

Deno.test("a second read by id ends where the next begins", () => {
  const rows = [
    ...Array.from({ length: 12 }, (_, index) => ({ id: index + 1, write_date: START })),
    { id: 50, write_date: shifted(START, 1) },
  ];
  assert.equal(poll(rows, START, 5).seen.get(50), shifted(START, 1));
});

Deno.test("whatever is written while pages are read, the poll and the next one see every row's last write", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(59), fc.nat(5)), { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      (ages, writes, pageRows) => {
        const rows = ages.map((age, index) => ({ id: index + 1, write_date: shifted(START, age) }));
        let clock = shifted(START, 21);
        const pending = [...writes];
        const between = () => {
          const [index, seconds] = pending.shift() ?? [-1, 0];
          clock = shifted(clock, seconds);
          const row = rows[index];
          if (row !== undefined) row.write_date = clock;
        };
        const first = poll(rows, START, pageRows, between);
        const second = poll(rows, first.newest, pageRows);
        for (const { id, write_date } of rows) {
          assert.equal(second.seen.get(id) ?? first.seen.get(id), write_date, `row ${id}`);
        }
      },
    ),
  );
});

Deno.test("what is remembered of a row changes with its content, although its second stays the same", () => {
  const one = markOf({ id: 1, write_date: START, name: "a" });
  const other = markOf({ id: 1, write_date: START, name: "b" });
  assert.notEqual(one, other);
  assert.equal(one, markOf({ id: 1, write_date: START, name: "a" }));
  assert(one.startsWith(START));
});

Deno.test("rows are forgotten once no poll meets them again, the oldest first when there are too many", () => {
  const recent = { 1: `${shifted(START, -302)} aa`, 2: `${shifted(START, -300)} bb`, 3: `${START} cc` };
  assert.deepEqual(Object.keys(stillRecent(recent, START)), ["2", "3"]);
  const many = Object.fromEntries(
    Array.from({ length: 2500 }, (_, index) => [index, `${shifted(START, -(index % 200))} x`]),
  );
  assert.equal(Object.keys(stillRecent(many, START)).length, 2000);
});

Deno.test("stamps become Odoo's whole seconds in UTC", () => {
  assert.equal(odooStamp("2026-03-01T11:00:00.999+01:00"), START);
  assert.equal(odooStamp(false), null);
});
