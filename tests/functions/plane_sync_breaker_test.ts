/** A side that is down: not called any more, shown in the status, and tried again by one call. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { manage } from "../support/manage.ts";
import { startPlaneSync } from "../support/plane_sync.ts";

const ODOO = { ODOO_URL: "http://127.0.0.1:9", ODOO_API_KEY: "key", ODOO_PROTOCOL: "json2" };

interface Shown {
  upstream: string;
  state: string;
  reason: string;
  failures: number;
  since: string;
  next_probe_at: string;
}

async function breakers(sync: ReturnType<typeof startPlaneSync>): Promise<Shown[]> {
  return (await manage(sync, "status")).breakers as Shown[];
}

Deno.test("an Odoo that is down is not called any more; the status says since when, why, and when it is tried again", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { ...ODOO, SYNC_BREAKER_FAILURES: "3" });
  for (let time = 0; time < 3; time++) assert.deepEqual(await breakers(sync), []);
  const [odoo] = await breakers(sync);
  assert(odoo !== undefined);
  assert.deepEqual([odoo.upstream, odoo.state, odoo.reason, odoo.failures], [
    "odoo",
    "open",
    "odoo_unreachable",
    3,
  ]);
  assert.equal(Date.parse(odoo.next_probe_at) - Date.parse(odoo.since), 10_000);
  const attempts = sync.fetched.length;
  await breakers(sync);
  assert.equal(sync.fetched.length, attempts, "nothing is sent while it is open");
});

Deno.test("since when stays while probes fail, and another isolate knows it once its drain starts", async () => {
  await using database = await createTestDatabase();
  const settings = {
    ...ODOO,
    SYNC_BREAKER_FAILURES: "1",
    SYNC_BREAKER_FIRST_MS: "1",
    SYNC_BREAKER_LONGEST_MS: "60000",
  };
  await using sync = startPlaneSync(database.url, settings);
  await breakers(sync);
  const [first] = await breakers(sync);
  await database
    .sql`update plane.sync_switch set until = clock_timestamp() + interval '1 hour', failures = 7 where name = 'odoo'`;
  await using other = startPlaneSync(database.url, settings);
  await manage(other, "drain", {});
  const [seen] = await breakers(other);
  assert.deepEqual([seen?.since, seen?.failures], [first?.since, 7]);
  assert.equal(other.fetched.length, 0, "the other isolate sends nothing");
});
