/** A dry run has to end within one request; one that does not says so, and how far it came. */
import assert from "node:assert/strict";
import { createBackfillWorld } from "../support/backfill_world.ts";

interface Report {
  partial: boolean;
  totals: Record<string, number>;
}

const ITEMS = Array.from({ length: 40 }, (_, index) => `Item ${index}`);

Deno.test("a dry run that takes too long ends with what it has found, and does not begin again", async () => {
  await using scene = await createBackfillWorld();
  await scene.project("Website", ITEMS);
  const id = await scene.request({}, true);
  // Each look at the clock is one tick later.
  let ticks = 0;
  assert.deepEqual(await scene.work({ now: () => ticks++, wallClockMs: 5 }), { run: id, more: false });
  const run = await scene.runs.read(id);
  assert.deepEqual([run?.status, run?.error], ["failed", "dry_run_too_long"]);
  const { partial, totals } = run?.report as unknown as Report;
  assert.equal(partial, true);
  const found = Object.values(totals).reduce((sum, count) => sum + count, 0);
  assert(found > 0 && found < ITEMS.length, `${found} of them`);
  assert.deepEqual(await scene.work(), { run: null, more: false });
  assert.equal((await scene.world.sql`select from plane.sync_mappings`).length, 0);
});

Deno.test("a dry run with time enough is whole", async () => {
  await using scene = await createBackfillWorld();
  await scene.project("Website", ITEMS);
  const run = await scene.finish(await scene.request({}, true));
  assert.equal(run.status, "done");
  assert.equal((run.report as unknown as Report).partial, false);
});
