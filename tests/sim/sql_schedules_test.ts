/** Schedules through the engine's code on real PostgreSQL keep the laws of the design. */
import assert from "node:assert/strict";
import { createProcessor } from "../../shared/sync/process.ts";
import { createTestDatabase } from "../support/database.ts";
import { search } from "./search.ts";
import { told } from "./told.ts";
import { openSqlSimStores } from "./world/sql_sim_store.ts";

Deno.test("200 schedules on PostgreSQL keep the laws", async () => {
  await using database = await createTestDatabase();
  const stores = openSqlSimStores(database.url);
  try {
    const report = await search({
      engine: createProcessor,
      openStore: stores.open,
      reset: stores.reset,
      seed: 100_001,
      seeds: 200,
      mostShrunk: 0,
      mostFailures: 3,
    });
    assert.deepEqual(told(report), []);
    assert.equal(report.schedules, 200);
  } finally {
    await stores.close();
  }
});
