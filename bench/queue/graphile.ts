/** Graphile Worker with the settings of its own performance page. */
import { Logger, run, runMigrations, type Runner } from "graphile-worker";
import postgres from "postgres";
import type { Contender } from "./contender.ts";

/** Those of its performance page. */
const SETTINGS = {
  logger: new Logger(() => () => {}),
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};

/**
 * @param namedQueues how many named queues the jobs are spread over: jobs of one queue run one after the other, which is
 *   its way to keep the order per key. 0 for jobs without order.
 */
export async function graphileWorker(
  { name, meaning, url, namedQueues }: { name: string; meaning: string; url: string; namedQueues: number },
): Promise<Contender> {
  await runMigrations({ connectionString: url, logger: SETTINGS.logger });
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  return {
    name,
    meaning,
    async fill(jobs) {
      await sql`
        select count(*) from (
          select graphile_worker.add_jobs(array_agg(json_populate_record(
            null::graphile_worker.job_spec,
            json_build_object(
              'identifier', 'nothing', 'payload', json_build_object('id', job),
              'queue_name', case when ${namedQueues}::int > 0 then 'entity ' || job % ${namedQueues}::int end
            )
          )))
          from generate_series(1, ${jobs}::int - (select count(*) from graphile_worker.jobs)::int) as job
        ) added`;
      await sql`vacuum analyze graphile_worker._private_jobs`;
    },
    async run(ms) {
      const before = await countJobs(sql);
      let first: () => void = () => {};
      const begun = new Promise<void>((resolve) => first = resolve);
      const runner: Runner = await run({
        preset: { worker: { ...SETTINGS, connectionString: url } },
        taskList: { nothing: () => first() },
        noHandleSignals: true,
      });
      await begun;
      const startedAt = performance.now();
      await new Promise((resolve) => setTimeout(resolve, ms));
      // What has run is not what is finished: completions are written in batches, so the table is asked.
      const finished = before - await countJobs(sql);
      const seconds = (performance.now() - startedAt) / 1000;
      await runner.stop();
      return finished / seconds;
    },
    close: () => sql.end(),
  };
}

async function countJobs(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int as count from graphile_worker._private_jobs`;
  return row?.count ?? NaN;
}
