import assert from "node:assert/strict";
import {
  explains,
  floorOf,
  itemCursorShape,
  passed,
  stillWithin,
} from "../../../shared/sweep/item_window.ts";

const WATERMARK = "2026-03-01T10:00:00.123456Z";

Deno.test("a list is read a minute further than the watermark", () => {
  assert.equal(floorOf(WATERMARK), "2026-03-01T09:59:00.123456Z");
});

Deno.test("rows within the overlap are remembered, older ones are not met again", () => {
  const recent = { a: "2026-03-01T09:59:00.123456Z", b: "2026-03-01T09:59:00.123455Z" };
  assert.deepEqual(stillWithin(recent, WATERMARK), { a: recent.a });
});

Deno.test("a place keeps the last rows and the greatest stamp, however many rows went by", () => {
  let place = passed(null, { id: "r0" }, "2026-03-01T10:00:00.000000Z");
  for (let n = 1; n < 300; n += 1) {
    place = passed(place, { id: `r${n}` }, n === 7 ? WATERMARK : "2026-03-01T09:00:00.000000Z");
  }
  assert.equal(place.offset, 300);
  assert.deepEqual([place.tail.length, place.tail[0], place.tail.at(-1)], [200, "r100", "r299"]);
  assert.equal(place.reached, WATERMARK);
});

Deno.test("an observation explains a stamp that Plane moved once more while saving, not a later one", () => {
  assert(explains("2026-03-01T10:00:00.100000Z", "2026-03-01T10:00:00.140000Z"));
  assert(!explains("2026-03-01T10:00:00.100000Z", "2026-03-01T10:00:00.900000Z"));
  assert(!explains(undefined, WATERMARK));
});

Deno.test("a cursor that somebody emptied is one that was never moved", () => {
  assert.deepEqual(itemCursorShape.parse({}), {});
});
