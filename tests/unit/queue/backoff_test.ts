import assert from "node:assert/strict";
import fc from "fast-check";
import { FIRST_DELAY_MS, LONGEST_DELAY_MS, retryDelayMs } from "../../../shared/queue/backoff.ts";

const attempt = fc.integer({ min: 1, max: 1_000_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

Deno.test("a delay is between nothing and a bound that doubles with each attempt up to the longest", () => {
  fc.assert(fc.property(attempt, random, (attempt, random) => {
    const delay = retryDelayMs(attempt, random);
    const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
    assert(Number.isSafeInteger(delay));
    assert(delay >= 0 && delay < bound);
  }));
});

Deno.test("the whole range is used, so that what failed together does not come back together", () => {
  fc.assert(fc.property(attempt, (attempt) => {
    const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
    assert.equal(retryDelayMs(attempt, 0), 0);
    assert.equal(retryDelayMs(attempt, 0.5), bound / 2);
    assert.equal(retryDelayMs(attempt, 1 - 1e-12), bound - 1);
  }));
});

Deno.test("with the same luck no later attempt waits less", () => {
  fc.assert(fc.property(attempt, random, (attempt, random) => {
    assert(retryDelayMs(attempt + 1, random) >= retryDelayMs(attempt, random));
  }));
});
