/** What the ledger costs without us: the same rows from a bare client, same connections, same number on their way. */
import postgres from "postgres";
import { z } from "zod";
import { sha256 } from "../../shared/crypto/hmac.ts";
import { answerTask } from "../child.ts";
import { bodyAt, readCaptures } from "./bodies.ts";

const bareTask = z.object({
  databaseUrl: z.string(),
  databaseConnections: z.number(),
  entities: z.number(),
  inFlight: z.number(),
  from: z.number(),
  count: z.number(),
  seconds: z.number(),
});
export type BareTask = z.infer<typeof bareTask>;

export const bareResult = z.object({ inserts: z.number(), seconds: z.number() });

async function insertRows(given: unknown): Promise<z.infer<typeof bareResult>> {
  const task = bareTask.parse(given);
  const file = new URL("../../tests/fixtures/plane/webhooks.jsonl", import.meta.url);
  const captures = readCaptures(await Deno.readTextFile(file));
  const rows = Array.from({ length: task.count }, (_, index) => {
    const body = bodyAt(captures, task.from + index, task.entities);
    const { event, action, data } = JSON.parse(body);
    return {
      dedup: `plane:body:${sha256(body)}`,
      delivery: crypto.randomUUID(),
      type: `${event}.${action}`,
      event,
      id: data.id,
      key: `${event}:${data.id}`,
      at: data.updated_at,
      body,
    };
  });
  const sql = postgres(task.databaseUrl, {
    max: task.databaseConnections,
    types: { text: { to: 1184, from: [], serialize: String, parse: String } },
  });
  await Promise.all(Array.from({ length: task.databaseConnections }, () => sql`select pg_sleep(0.05)`));
  const startedAt = performance.now();
  const endsAt = startedAt + task.seconds * 1000;
  let next = 0;
  let inserts = 0;
  await Promise.all(Array.from({ length: task.inFlight }, async () => {
    for (let row = rows[next++]; row !== undefined; row = rows[next++]) {
      if (performance.now() >= endsAt) return;
      await sql`
        insert into bench.bare_delivery
          (dedup_key, delivery_id, source, envelope, event_type, entity_type, entity_id, entity_key, observed_at, body)
        values (${row.dedup}, ${row.delivery}, 'plane', 'plane_v1', ${row.type}, ${row.event}, ${row.id}, ${row.key},
          ${row.at}, ${row.body})`;
      inserts += 1;
    }
  }));
  const seconds = (performance.now() - startedAt) / 1000;
  await sql.end();
  return { inserts, seconds };
}

if (import.meta.main) await answerTask(insertRows);
