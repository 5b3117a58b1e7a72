/** pg-boss: fetch and complete a hundred at a time, which is what its guide advises for throughput. */
import { PgBoss } from "pg-boss";
import postgres from "postgres";
import { type Contender, Meter } from "./contender.ts";

const QUEUE = "nothing";
const BATCH = 100;
const CONSUMERS = 4;
const INSERT_AT_ONCE = 10_000;

export async function pgBoss(
  { name, meaning, url }: { name: string; meaning: string; url: string },
): Promise<Contender> {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on("error", (error) => console.error(`pg-boss: ${error.message}`));
  await boss.start();
  await boss.createQueue(QUEUE);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  return {
    name,
    meaning,
    async fill(jobs) {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from pgboss.job where name = ${QUEUE} and state = 'created'`;
      for (let missing = jobs - (row?.count ?? 0); missing > 0; missing -= INSERT_AT_ONCE) {
        const length = Math.min(missing, INSERT_AT_ONCE);
        await boss.insert(QUEUE, Array.from({ length }, (_, id) => ({ data: { id } })));
      }
      await sql`vacuum analyze pgboss.job`;
    },
    async run(ms) {
      const meter = new Meter();
      const endsAt = performance.now() + ms;
      await Promise.all(Array.from({ length: CONSUMERS }, async () => {
        while (performance.now() < endsAt) {
          const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
          if (jobs.length === 0) return;
          await boss.complete(QUEUE, jobs.map(({ id }) => id));
          meter.finished(jobs.length);
        }
      }));
      return meter.perSecond();
    },
    async close() {
      await boss.stop({ graceful: false });
      await sql.end();
    },
  };
}
