/** Breaking what keeps the laws makes the simulator fail, soon: the list is printed. */
import assert from "node:assert/strict";
import { findMutations } from "./mutant.ts";
import { MUTATIONS } from "./mutations.ts";

Deno.test("a broken merge, fence, echo test or intent is found within 2,000 schedules", async () => {
  const mutations = MUTATIONS.filter(({ always }) => always);
  assert.deepEqual(await findMutations(mutations, 2_000, (line) => console.log(line)), []);
});
