/**
 * How fast entities are claimed and settled, beside two well-known queues on PostgreSQL, on the same server in the same run.
 *
 * Everybody has a database of their own and a backlog of 100,000, filled up again before each round; the jobs do nothing.
 * Ours keeps the order per entity by design: the row is the entity, so a claim of it is all of its work.
 */
import denoJson from "../deno.json" with { type: "json" };
import { cloneDatabase, startDatabase } from "./database.ts";
import { measureClaims, openBacklog } from "./queue/claim_cost.ts";
import type { Contender } from "./queue/contender.ts";
import { graphileWorker } from "./queue/graphile.ts";
import { ourQueue } from "./queue/ours.ts";
import { pgBoss } from "./queue/pgboss.ts";
import type { Bench, Figure, Target } from "./report.ts";
import { median } from "./statistics.ts";

const BACKLOG = 100_000;
const ROUNDS = 3;
const ROUND_MS = 800;
/** No round begins later than this after the start, so that a slow machine gets fewer rounds, not a longer bench. */
const LAST_ROUND_AT_MS = 38_000;

export const queue: Bench = async (report) => {
  const startedAt = performance.now();
  const database = await startDatabase(report);
  const closers: (() => Promise<void>)[] = [];
  const closed = <Closable extends { close(): Promise<void> }>(closable: Closable) => {
    closers.push(() => closable.close());
    return closable;
  };
  try {
    const clone = (name: string) => cloneDatabase(database, name);
    report("a claim of 100 at backlogs of 1,000 and 1,000,000");
    const smallBacklog = closed(await openBacklog(await clone("small"), 1_000));
    const largeBacklog = closed(await openBacklog(await clone("large"), 1_000_000));
    const cost = await measureClaims(smallBacklog, largeBacklog);

    report(`a backlog of ${BACKLOG} for each`);
    const ourUrl = await clone("ours");
    const contenders: Contender[] = [
      closed(ourQueue({
        name: "keyed_per_s",
        meaning: "ours, claims of 100, in order per entity",
        url: ourUrl,
        claim: 100,
        workers: 4,
      })),
      closed(
        ourQueue({ name: "single_per_s", meaning: "ours, claims of 1", url: ourUrl, claim: 1, workers: 8 }),
      ),
      closed(
        await graphileWorker({
          name: "graphile_keyed_per_s",
          meaning: "Graphile Worker, in order per key: 1,000 named queues",
          url: await clone("graphile_keyed"),
          namedQueues: 1_000,
        }),
      ),
      closed(
        await graphileWorker({
          name: "graphile_batched_per_s",
          meaning: "Graphile Worker, no order",
          url: await clone("graphile_batched"),
          namedQueues: 0,
        }),
      ),
      closed(
        await pgBoss({
          name: "pgboss_per_s",
          meaning: "pg-boss, no order, fetches of 100",
          url: await clone("boss"),
        }),
      ),
    ];
    const results = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
    let rounds = 0;
    while (rounds === 0 || (rounds < ROUNDS && performance.now() - startedAt < LAST_ROUND_AT_MS)) {
      report(`round ${++rounds} of ${ROUNDS}`);
      for (const contender of contenders) {
        await contender.fill(BACKLOG);
        results.get(contender.name)?.push(await contender.run(ROUND_MS));
      }
    }
    const targets: Record<string, Target[]> = {
      keyed_per_s: [
        { atLeast: 30_000 },
        ...["graphile_keyed_per_s", "graphile_batched_per_s", "pgboss_per_s"].map((above) => ({ above })),
      ],
      single_per_s: [{ atLeast: 1_500 }],
    };
    const figures: Figure[] = contenders.map(({ name, meaning }) => ({
      name,
      value: median(results.get(name) ?? []),
      meaning,
      targets: targets[name] ?? [],
    }));
    return {
      figures: [
        ...figures,
        { name: "claim_ms_1k", value: cost.smallMs, meaning: "a claim of 100 at a backlog of 1,000" },
        { name: "claim_ms_1m", value: cost.largeMs, meaning: "a claim of 100 at a backlog of 1,000,000" },
        {
          name: "claim_ratio_1m_over_1k",
          value: cost.largeMs / cost.smallMs,
          targets: [{ atMost: 1.5 }],
          meaning: "claim_ms_1m / claim_ms_1k",
        },
      ],
      versions: {
        postgres: database.version,
        "graphile-worker": versionOf("graphile-worker"),
        "pg-boss": versionOf("pg-boss"),
      },
      remarks: [
        `Medians of ${rounds} interleaved rounds. Rounds, per s: ${
          [...results].map(([name, values]) => `${name} ${values.map((value) => value.toFixed(0)).join(" ")}`)
            .join("; ")
        }.`,
      ],
    };
  } finally {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    await database.server.stop();
  }
};

/** The version deno.json pins. */
function versionOf(name: "graphile-worker" | "pg-boss"): string {
  return denoJson.imports[name].split("@").at(-1) ?? "unknown";
}
