/**
 * `task sim`: random edits on both sides under random faults, through the engine's own code, judged by the laws of the design.
 *
 *     task sim [--seeds 1000] [--seed 1] [--store memory|sql] [--trace]
 *     task sim --mutations          breaks the engine in known ways and says how soon each is found
 *
 * Each seed is one schedule and replays exactly: `--seed 1234 --seeds 1 --trace` shows what happened. The last line is
 * `N schedules, M failures`; the exit code is 1 when there is a failure. See docs/simulator.md.
 */
import { parseArgs } from "node:util";
import { beforeExit, runMain } from "./cleanup.ts";
import { startPostgres } from "./postgres.ts";
import { createProcessor } from "../shared/sync/process.ts";
import { type Failure, search, type SearchOptions } from "../tests/sim/search.ts";
import { findMutations } from "../tests/sim/mutant.ts";
import { MUTATIONS } from "../tests/sim/mutations.ts";
import { memorySimStore } from "../tests/sim/world/memory_sim_store.ts";
import { openSqlSimStores } from "../tests/sim/world/sql_sim_store.ts";

await runMain(async () => {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      "seeds": { type: "string", default: "1000" },
      "seed": { type: "string", default: "1" },
      "store": { type: "string", default: "memory" },
      "trace": { type: "boolean", default: false },
      "most-failures": { type: "string", default: "10" },
      "no-shrink": { type: "boolean", default: false },
      "mutations": { type: "boolean", default: false },
    },
  });
  if (values.mutations) {
    const missed = await findMutations(MUTATIONS, 2_000, (line) => console.log(line));
    console.log(`${MUTATIONS.length} mutations, ${missed.length} not found`);
    return missed.length === 0 ? 0 : 1;
  }
  const startedAt = performance.now();
  const report = await search({
    ...await storeOf(values.store),
    engine: createProcessor,
    seed: whole(values.seed, "seed"),
    seeds: whole(values.seeds, "seeds"),
    mostShrunk: values["no-shrink"] ? 0 : 3,
    mostFailures: whole(values["most-failures"], "most-failures"),
    onFailure: (failure) => describe(failure, values.trace),
    onProgress: (done) => {
      if (done % 1000 === 0) console.error(`sim: ${done} schedules`);
    },
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${report.edits} edits in ${seconds} s; ${report.inGap} fell between a reading and a writing and are not in the inbox; ` +
      `${report.circles} parents would be circles in Odoo; ${report.madeAgain} comments were made again that nobody knew of`,
  );
  console.log(`${report.schedules} schedules, ${report.failures.length} failures`);
  return report.failures.length === 0 ? 0 : 1;
});

async function storeOf(name: string): Promise<Pick<SearchOptions, "openStore" | "reset">> {
  if (name === "memory") return { openStore: memorySimStore };
  if (name !== "sql") throw new Error("--store is memory or sql");
  // The test database of tests/support is made on the server this names.
  if (Deno.env.get("TEST_POSTGRES_URL") === undefined) {
    Deno.env.set("TEST_POSTGRES_URL", (await startPostgres()).url);
  }
  const { createTestDatabase } = await import("../tests/support/database.ts");
  const database = await createTestDatabase();
  const stores = openSqlSimStores(database.url, { sweeps: true });
  beforeExit("drop the database", async () => {
    await stores.close();
    await database.drop();
  });
  return { openStore: stores.open, reset: stores.reset };
}

function describe({ seed, schedule, verdict }: Failure, trace: boolean): void {
  console.log(`\nseed ${seed} fails:`);
  for (const line of verdict.failures.slice(0, 10)) console.log(`  ${line}`);
  console.log(`  its smallest schedule: ${JSON.stringify(schedule)}`);
  for (const line of trace ? verdict.lines : []) console.log(`    ${line}`);
}

function whole(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes a whole number`);
  return Number(text);
}
