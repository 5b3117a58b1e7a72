import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStamp } from "../../shared/stamp.ts";

Deno.test("a stamp in any zone becomes UTC with six digits", () => {
  const expected = "2026-11-21T02:37:19.706780Z";
  assert.equal(parseStamp("2026-11-21T02:37:19.706780Z"), expected);
  assert.equal(parseStamp("2026-11-21T03:37:19.706780+01:00"), expected);
  assert.equal(parseStamp("2026-11-20T21:07:19.706780-0530"), expected);
  assert.equal(parseStamp("2026-11-21 02:37:19.70678+00"), expected);
  assert.equal(parseStamp("2026-11-21T02:37:19Z"), "2026-11-21T02:37:19.000000Z");
  assert.equal(parseStamp("2026-11-21 02:37:19"), "2026-11-21T02:37:19.000000Z", "Odoo means UTC");
});

Deno.test("what is no stamp is not guessed at", () => {
  const texts = [
    "",
    "None",
    "2026-11-21",
    "2026-13-40T02:37:19Z",
    "2026-02-31T02:37:19Z",
    "0000-01-01T00:00:00Z",
    "yesterday",
  ];
  for (const text of [...texts, null, 5, {}]) assert.equal(parseStamp(text), null);
});

Deno.test("stamps order as text as they order in time, whatever their zones", () => {
  const instant = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-01-01"), noInvalidDate: true });
  const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
  const shown = fc.tuple(instant, offset).map(([date, minutes]) => {
    const wall = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 23);
    const hours = String(Math.trunc(Math.abs(minutes) / 60)).padStart(2, "0");
    const rest = String(Math.abs(minutes) % 60).padStart(2, "0");
    return { time: date.getTime(), text: `${wall}${minutes < 0 ? "-" : "+"}${hours}:${rest}` };
  });
  fc.assert(fc.property(shown, shown, (left, right) => {
    const [first, second] = [parseStamp(left.text) ?? "", parseStamp(right.text) ?? ""];
    assert.equal(Math.sign(left.time - right.time), first < second ? -1 : first > second ? 1 : 0);
  }));
});
