import assert from "node:assert/strict";
import fc from "fast-check";
import { isTooMuch } from "../../../shared/sweep/brake.ts";

Deno.test("a fifth may vanish, and always five", () => {
  assert.equal(isTooMuch(20, 100, undefined), false);
  assert.equal(isTooMuch(21, 100, undefined), true);
  assert.equal(isTooMuch(5, 5, undefined), false);
  assert.equal(isTooMuch(6, 6, undefined), true);
});

Deno.test("the share is configurable", () => {
  assert.equal(isTooMuch(30, 100, 0.5), false);
  assert.equal(isTooMuch(6, 1000, 0), true);
});

Deno.test("what more vanishes never lets the brake go", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), fc.double({ min: 0, max: 1, noNaN: true }), (one, more, share) => {
      if (isTooMuch(one, 1000, share)) assert(isTooMuch(one + more, 1000, share));
    }),
  );
});
