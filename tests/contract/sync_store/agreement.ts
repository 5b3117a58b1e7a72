/** Two stores that are driven through the same scripts must give the same answers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { play } from "./play.ts";
import { scripts } from "./script_arbitraries.ts";
import type { StoreWorld } from "./world.ts";

/**
 * Registers a test that plays random scripts on both stores.
 *
 * @param runs how many scripts; a failing one is shrunk, and printed with the seed that repeats it
 */
export function syncStoresAgree(
  name: string,
  openOne: () => Promise<StoreWorld>,
  openOther: () => Promise<StoreWorld>,
  { runs = 25, seed }: { runs?: number; seed?: number } = {},
): void {
  Deno.test(`${name}: whatever is done to both, they give the same answers`, async () => {
    await using one = await openOne();
    await using other = await openOther();
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        await Promise.all([one.reset(), other.reset()]);
        const [expected, actual] = await Promise.all([play(one, script), play(other, script)]);
        assert.deepEqual(actual, expected);
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
    );
  });
}
