import assert from "node:assert/strict";
import { INTERVALS, isDue, planeInterval } from "../../../shared/sweep/schedule.ts";

const NOW = Date.parse("2026-03-01T10:00:00Z");

Deno.test("a reader is due when it never ran, and once its interval is over", () => {
  assert(isDue(null, 60_000, NOW));
  assert(isDue("2026-03-01T09:59:00.000Z", 60_000, NOW));
  assert(!isDue("2026-03-01T09:59:00.001Z", 60_000, NOW));
});

Deno.test("a clock that was set back does not stop a reader", () => {
  assert(isDue("2026-03-02T10:00:00Z", 60_000, NOW));
  assert(isDue("no stamp", 60_000, NOW));
});

Deno.test("many projects are swept more rarely, so that idle sweeps take a fifth of the request limit at most", () => {
  assert.equal(planeInterval(1, INTERVALS), 300_000);
  assert.equal(planeInterval(60, INTERVALS), 300_000);
  assert.equal(planeInterval(601, INTERVALS), 51 * 60_000);
  for (const calls of [1, 59, 200, 1234]) {
    assert(calls / (planeInterval(calls, INTERVALS) / 60_000) <= 12);
  }
});
