/** plane.claim_entities and plane.settle_entities as the worker calls them. */
import { type Claimed, claimEntities, settleEntities, type Settlement } from "../../shared/store/queue.ts";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { type Contender, Meter } from "./contender.ts";

const LEASE_MS = 120_000;

export interface OurOptions {
  name: string;
  meaning: string;
  url: string;
  /** How many entities one claim takes. */
  claim: number;
  /** How many workers claim at the same time, each over a connection of its own. */
  workers: number;
}

export function ourQueue({ name, meaning, url, claim, workers }: OurOptions): Contender {
  const sql = openDatabase({ databaseUrl: url, databasePrepare: "auto", databaseConnections: workers });
  return {
    name,
    meaning,
    async fill(jobs) {
      await fillQueue(sql, jobs);
      await sql`vacuum analyze plane.sync_queue`;
    },
    async run(ms) {
      const meter = new Meter();
      const endsAt = performance.now() + ms;
      await Promise.all(Array.from({ length: workers }, async (_, index) => {
        while (performance.now() < endsAt) {
          const claimed = await claimEntities(sql, `bench ${index}`, claim, LEASE_MS);
          if (claimed.length === 0) return;
          meter.finished((await settleEntities(sql, claimed.map(done))).size);
        }
      }));
      return meter.perSecond();
    },
    close: () => sql.end(),
  };
}

/** Fills the queue with entities that each have one hint, like the ones a sweep leaves: a million is no different. */
export async function fillQueue(sql: Sql, jobs: number): Promise<void> {
  await sql`
    insert into plane.sync_queue
      (entity_key, source_system, source_id, source_type, plane_project_id, next_attempt_at, read_first)
    select 'issue:' || id, 'plane', id, 'issue', id, clock_timestamp(), true
    from (
      select gen_random_uuid()::text as id
      from generate_series(1, ${jobs}::int - (select count(*) from plane.sync_queue)::int)
    ) entities`;
}

function done(claimed: Claimed): Settlement {
  return { claimed, outcome: { kind: "done" } };
}
