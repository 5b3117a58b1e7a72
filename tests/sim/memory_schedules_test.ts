/** Two thousand random schedules through the engine's code keep the laws of the design; the same seed is the same run. */
import assert from "node:assert/strict";
import { createProcessor } from "../../shared/sync/process.ts";
import { runOnce, scheduleOf, search } from "./search.ts";
import { told } from "./told.ts";
import { memorySimStore } from "./world/memory_sim_store.ts";

const ENGINE = { engine: createProcessor, openStore: memorySimStore };

Deno.test("2,000 schedules keep the laws", async () => {
  const report = await search({ ...ENGINE, seed: 1, seeds: 2_000, mostShrunk: 1, mostFailures: 3 });
  assert.deepEqual(told(report), []);
  assert.equal(report.schedules, 2_000);
  assert.ok(report.edits > 10_000, `${report.edits} edits`);
});

Deno.test("the same seed is the same run, to the last call", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const schedule = scheduleOf(seed);
    const [one, other] = [await runOnce(schedule, ENGINE, 0), await runOnce(schedule, ENGINE, 0)];
    assert.equal(one.fingerprint, other.fingerprint, `seed ${seed}`);
  }
});
