/**
 * `task bench ingest|queue|proxy|latency|budget|backfill [--json]`: measures on this machine, against a PostgreSQL of its own, within 50 s.
 * Progress goes to the standard error stream, the result to the standard output.
 */
import { runMain } from "../dev/cleanup.ts";
import { asJson, asTable, type Bench } from "./report.ts";

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ingest: async () => (await import("./ingest.ts")).ingest,
  queue: async () => (await import("./queue.ts")).queue,
  budget: async () => (await import("./budget.ts")).budget,
  proxy: async () => (await import("./proxy.ts")).proxy,
  latency: async () => (await import("./latency.ts")).latency,
  backfill: async () => (await import("./backfill.ts")).backfill,
};

async function main(): Promise<number> {
  const json = Deno.args.includes("--json");
  const names = Deno.args.filter((argument) => argument !== "--json");
  const name = names[0] ?? "";
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (load === undefined || names.length !== 1) {
    console.error("usage: task bench ingest|queue|proxy|latency|budget|backfill [--json]");
    return 2;
  }
  const startedAt = performance.now();
  const report = (line: string) =>
    console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const bench = await load();
  const result = await bench(report);
  console.log(json ? asJson(name, result) : `\n${asTable(name, result)}`);
  report("done");
  return 0;
}

if (import.meta.main) await runMain(main);
