/** The database and the function are killed while webhooks come in: what was answered 200 is stored and gets done. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import postgres from "postgres";
import { startPostgres } from "../../dev/postgres.ts";
import { type Stack, startStack } from "../../dev/stack.ts";
import { eventually } from "../support/eventually.ts";
import { issueEnvelope, projectEnvelope } from "../support/plane_envelopes.ts";
import { assertNothingLeft } from "../support/plane_story.ts";

const POSTERS = 8;
const ITEMS = 40;

interface Load {
  /** Item -> the names that were answered 200, oldest first. */
  acknowledged: Map<string, number[]>;
  stop(): Promise<void>;
}

const itemId = (n: number) => `40000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Posts ever newer versions of the items until it is stopped. */
function startLoad(stack: Stack): Load {
  const load = { acknowledged: new Map<string, number[]>() };
  let version = 0;
  let stopped = false;
  const post = async () => {
    const mine = ++version;
    const id = itemId(mine % ITEMS);
    const at = new Date(Date.UTC(2026, 0, 31) + mine * 1000).toISOString().replace("Z", "000Z");
    const answered = await postWebhook(
      stack,
      issueEnvelope(1, { id, name: `Version ${mine}`, updated_at: at }, "updated"),
    );
    if (answered) load.acknowledged.set(id, [...load.acknowledged.get(id) ?? [], mine]);
  };
  const posters = Array.from({ length: POSTERS }, async () => {
    while (!stopped) await post();
  });
  return Object.assign(load, {
    stop: async () => {
      stopped = true;
      await Promise.all(posters);
    },
  });
}

/** True when the answer was 200. */
async function postWebhook(stack: Stack, envelope: object): Promise<boolean> {
  const body = JSON.stringify(envelope);
  const answer = await fetch(`${stack.functionUrl}?source=plane`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-plane-delivery": crypto.randomUUID(),
      "x-plane-signature": createHmac("sha256", stack.planeWebhookSecret).update(body).digest("hex"),
    },
    body,
  }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

async function drained(stack: Stack, sql: postgres.Sql): Promise<boolean> {
  const answer = await fetch(`${stack.functionUrl}?action=drain`, {
    method: "POST",
    headers: { apikey: stack.keys.cron },
  });
  await answer.body?.cancel();
  const [row] = await sql`select count(*)::int as left from plane.sync_queue`;
  return row?.left === 0;
}

const count = (load: Load) => [...load.acknowledged.values()].reduce((sum, names) => sum + names.length, 0);

Deno.test("database and function are killed under load: nothing that was acknowledged is lost, and nothing is stuck", async () => {
  const server = await startPostgres({ fsync: true, report: () => {} });
  const lines: string[] = [];
  const stack = await startStack({
    // Without a key Plane is not read: its webhooks are all there is.
    environment: { DATABASE_URL: server.url, PLANE_API_URL: "http://127.0.0.1:9" },
    functionEnvironment: {
      SYNC_LEASE_MS: "2500",
      ODOO_TIMEOUT_MS: "1000",
      SYNC_REST_AFTER_UNKNOWN_MS: "20",
      WEBHOOK_STORE_RETRY_MS: "10000",
    },
    report: () => {},
    log: (line) => lines.push(line),
  });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    assert(await postWebhook(stack, projectEnvelope(1)));
    const load = startLoad(stack);
    const more = async (what: string) => {
      const before = count(load);
      await eventually(`webhooks are acknowledged ${what}`, () => count(load) >= before + 150, 30_000);
    };
    await more("at first");
    for (let round = 1; round <= 2; round++) {
      await server.kill();
      await server.start();
      await more(`after crash ${round} of the database`);
    }
    await server.restart();
    await more("after a restart of the database");
    await stack.gateway.kill("plane-sync");
    await more("after a crash of the function");
    await load.stop();

    await eventually("everything is done", () => drained(stack, sql), 60_000);
    const stored = await sql<{ name: string }[]>`
      select body::json #>> '{data,name}' as name from plane.webhook_delivery where entity_type = 'issue'`;
    const names = new Set(stored.map(({ name }) => name));
    const lost = [...load.acknowledged.values()].flat().filter((version) => !names.has(`Version ${version}`));
    assert.deepEqual(lost, [], "acknowledged and not stored");
    await assertNothingLeft(sql);
    const failures = lines.filter((line) => line.includes('"drain_failed"')).length;
    assert(failures <= 20, `a drain that fails is told once, not ${failures} times`);

    const newest = new Map<string, number>();
    for (const { name } of stored) {
      const version = Number(name.replace("Version ", ""));
      const id = itemId(version % ITEMS);
      newest.set(id, Math.max(version, newest.get(id) ?? 0));
    }
    const mappings = await sql<{ plane_id: string; odoo_id: string }[]>`
      select plane_id, odoo_id from plane.sync_mappings where plane_type = 'issue' and status = 'active'`;
    const tasks = new Map(stack.odoo?.records("project.task").map(({ id, name }) => [String(id), name]));
    assert.deepEqual(
      new Map(mappings.map(({ plane_id, odoo_id }) => [plane_id, tasks.get(odoo_id)])),
      new Map([...newest].map(([id, version]) => [id, `Version ${version}`])),
    );
    assert.equal(tasks.size, newest.size, "one task each");
    assert.equal(stack.odoo?.records("project.project").length, 1);
    assert.equal(newest.size, ITEMS, "every item had its share of the load");
  } finally {
    await sql.end({ timeout: 1 });
    await stack.close();
    await server.stop();
  }
});
