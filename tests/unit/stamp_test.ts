import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStamp } from "../../shared/stamp.ts";

Deno.test("every way both products and PostgreSQL write a moment gives one text in UTC with microseconds", () => {
  const forms: [string, string][] = [
    ["2026-11-21T02:36:36.940020Z", "2026-11-21T02:36:36.940020Z"],
    ["2026-11-21T03:36:36.940020+01:00", "2026-11-21T02:36:36.940020Z"],
    ["2026-11-20T21:06:36.94002-05:30", "2026-11-21T02:36:36.940020Z"],
    ["2026-11-21 02:36:36.94002+00", "2026-11-21T02:36:36.940020Z"],
    ["2026-11-21 02:36:36+0000", "2026-11-21T02:36:36.000000Z"],
    ["2026-11-21 02:36:36", "2026-11-21T02:36:36.000000Z"],
    ["2026-11-21T02:36:36.5", "2026-11-21T02:36:36.500000Z"],
    ["2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"],
  ];
  for (const [text, expected] of forms) assert.equal(parseStamp(text), expected, text);
});

Deno.test("what is no moment is null", () => {
  const wrong = [
    undefined,
    null,
    5,
    true,
    {},
    [],
    "",
    "None",
    "now",
    "infinity",
    "2026-11-21",
    "2026-02-31T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-11-21T24:00:00Z",
    "2026-11-21T23:60:00Z",
    "2026-11-21T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "12026-11-21T00:00:00Z",
    "+2026-11-21T00:00:00Z",
    "2026-11-21T00:00:00.1234567Z",
    "2026-11-21T00:00:00.Z",
    "2026-11-21T00:00:00+16:00",
    "2026-11-21T00:00:00+23:59",
    "2026-11-21T00:00:00+01:60",
    "2026-11-21T00:00:00+1",
    "9999-12-31T23:59:59-01:00",
    " 2026-11-21T00:00:00Z",
    "2026-11-21T00:00:00Z\n",
    "2026-11-21T00:00:00Z; drop table",
    "٢٠٢٦-11-21T00:00:00Z",
  ];
  for (const value of wrong) assert.equal(parseStamp(value), null, String(value));
});

/** A moment of this century in ms, and an offset in minutes. */
const shown = fc.record({
  at: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2099, 0) }),
  minutes: fc.integer({ min: -15 * 60, max: 15 * 60 }),
}).map(({ at, minutes }) => {
  const wall = new Date(at + minutes * 60_000).toISOString().slice(0, 23);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return { at, text: `${wall}${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}` };
});

Deno.test("a moment keeps its time in every zone, and texts order as moments do", () => {
  fc.assert(fc.property(shown, shown, (left, right) => {
    const [first, second] = [parseStamp(left.text), parseStamp(right.text)];
    assert.ok(first !== null && second !== null);
    assert.equal(Date.parse(first), left.at);
    assert.equal(first < second, left.at < right.at);
    assert.equal(first === second, left.at === right.at);
  }));
});

Deno.test("what it gives it reads again unchanged, and nothing makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.string(), shown.map(({ text }) => text)), (value) => {
    const stamp = parseStamp(value);
    if (stamp !== null) assert.equal(parseStamp(stamp), stamp);
  }));
});
