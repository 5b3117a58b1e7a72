/** Two thousand random schedules through the engine's code keep the laws of the design; the same seed is the same run. */
import assert from "node:assert/strict";
import { ROOT } from "../../dev/root.ts";
import { createProcessor } from "../../shared/sync/process.ts";
import { runOnce, scheduleOf, search } from "./search.ts";
import { told } from "./told.ts";
import { memorySimStore } from "./world/memory_sim_store.ts";

const ENGINE = { engine: createProcessor, openStore: memorySimStore };

Deno.test("2,000 schedules keep the laws", async () => {
  // The other half as a user would run it, on another core.
  const other = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "dev/sim.ts",
      "--seed",
      "1001",
      "--seeds",
      "1000",
      "--most-failures",
      "3",
      "--no-shrink",
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const report = await search({ ...ENGINE, seed: 1, seeds: 1_000, mostShrunk: 0, mostFailures: 3 });
  assert.deepEqual(told(report), []);
  assert.equal(report.schedules, 1_000);
  assert.ok(report.edits > 5_000, `${report.edits} edits`);
  const printed = new TextDecoder().decode((await other).stdout);
  assert.equal(printed.trim().split("\n").at(-1), "1000 schedules, 0 failures", printed);
});

Deno.test("the same seed is the same run, to the last call", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const schedule = scheduleOf(seed);
    const [one, other] = [await runOnce(schedule, ENGINE, 0), await runOnce(schedule, ENGINE, 0)];
    assert.equal(one.fingerprint, other.fingerprint, `seed ${seed}`);
  }
});
