/**
 * `task bench ingest|queue|proxy|latency|budget|calls|backfill [--json]`: measures on this machine, against a PostgreSQL of its own, within 50 s (backfill: two
 * minutes).
 * Progress goes to the standard error stream, the result to the standard output.
 */
import { runMain } from "../dev/cleanup.ts";
import { asJson, asTable, type Bench, missed } from "./report.ts";

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ingest: async () => (await import("./ingest.ts")).ingest,
  queue: async () => (await import("./queue.ts")).queue,
  budget: async () => (await import("./budget.ts")).budget,
  proxy: async () => (await import("./proxy.ts")).proxy,
  latency: async () => (await import("./latency.ts")).latency,
  calls: async () => (await import("./calls.ts")).calls,
  backfill: async () => (await import("./backfill.ts")).backfill,
};

const COUNTED: ReadonlySet<string> = new Set(["calls"]);

async function main(): Promise<number> {
  const json = Deno.args.includes("--json");
  const names = Deno.args.filter((argument) => argument !== "--json");
  const name = names[0] ?? "";
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (load === undefined || names.length !== 1) {
    console.error("usage: task bench ingest|queue|proxy|latency|budget|calls|backfill [--json]");
    return 2;
  }
  const startedAt = performance.now();
  const report = (line: string) =>
    console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const bench = await load();
  const result = await bench(report);
  console.log(json ? asJson(name, result) : `\n${asTable(name, result)}`);
  report("done");
  // What is counted is the same on every machine: a target that is missed is a fault.
  return COUNTED.has(name) && missed(result).length > 0 ? 1 : 0;
}

if (import.meta.main) await runMain(main);
