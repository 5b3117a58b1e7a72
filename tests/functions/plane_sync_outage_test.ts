/** The database goes away and comes back under plane-sync. */
import assert from "node:assert/strict";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { issueEnvelope, projectEnvelope } from "../support/plane_envelopes.ts";
import { KEYS, startPlaneSync } from "../support/plane_sync.ts";

const body = (n: number) => JSON.stringify(projectEnvelope(n, { name: `Name ${n}` }, "updated"));

async function storedIn(database: TestDatabase): Promise<number> {
  const [row] = await database.sql<{ count: number }[]>`
    select count(*)::int as count from plane.webhook_delivery`;
  return row?.count ?? -1;
}

Deno.test("while the database is away a delivery is held; when it comes back, it is stored and answered 200", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { WEBHOOK_MAX_HELD_REQUESTS: "1" });
  await sync.line.cut();
  // Only one may be held: the refusal of the other shows that the first is.
  const answers = [sync.webhook("plane", body(1)), sync.webhook("plane", body(2))];
  const refused = await Promise.race(answers);
  assert.deepEqual([refused.status, (await refused.json()).code], [503, "too_busy"]);
  assert.equal(refused.headers.get("retry-after"), "30");
  sync.line.mend();
  const statuses = await Promise.all(answers.map(async (answer) => (await answer).status));
  assert.deepEqual(statuses.sort(), [200, 503]);
  const held = (await Promise.all(answers)).find(({ status }) => status === 200);
  assert.equal((await held?.json()).duplicate, false);
  assert.equal(await storedIn(database), 1);
});

Deno.test("a database that stays away is 503 in the end, and nothing is stored later", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { WEBHOOK_STORE_RETRY_MS: "250" });
  await sync.line.cut();
  const answer = await sync.webhook("plane", body(1));
  const { ok, success, code } = await answer.json();
  assert.deepEqual({ status: answer.status, ok, success, code }, {
    status: 503,
    ok: false,
    success: false,
    code: "database_unreachable",
  });
  assert.equal(answer.headers.get("retry-after"), "30");
  sync.line.mend();
  assert.equal((await sync.webhook("plane", body(2))).status, 200);
  assert.equal(await storedIn(database), 1);
});

Deno.test("a connection lost in the middle of storing costs no delivery and doubles none", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await (await sync.webhook("plane", body(0))).body?.cancel();
  const holder = await database.sql.reserve();
  await holder`begin`;
  await holder`lock table plane.webhook_delivery in exclusive mode`;
  const answers = [1, 2, 3, 4].map((n) => sync.webhook("plane", body(n)));
  await eventually("somebody waits to store", async () => {
    const [waiting] = await database.sql`
      select count(*)::int as count from pg_locks where relation = 'plane.webhook_delivery'::regclass and not granted`;
    return waiting?.count > 0;
  });
  await sync.line.cut();
  sync.line.mend();
  await holder`rollback`;
  holder.release();
  assert.deepEqual(
    await Promise.all(answers.map(async (answer) => (await answer).status)),
    Array(4).fill(200),
  );
  assert.equal(await storedIn(database), 5);
});

Deno.test("a management request meets a database that is away with 503, not with a fault of ours", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await sync.line.cut();
  const requests: [string, RequestInit][] = [
    ["?action=status", {}],
    ["?action=sync", { method: "POST" }],
    ["?action=replay", { method: "POST", body: '{"reason":"odoo_forbidden"}' }],
    ["?action=drain", { method: "POST" }],
  ];
  for (const [query, init] of requests) {
    const answer = await sync.request(query, { ...init, headers: { apikey: KEYS.manage } });
    assert.deepEqual([answer.status, (await answer.json()).code], [503, "database_unreachable"], query);
  }
});

Deno.test("what is wrong with a request is said at once, database or not", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await sync.line.cut();
  const unsigned = await sync.webhook("plane", body(1), { "x-plane-signature": "0".repeat(64) });
  assert.equal(unsigned.status, 401);
  assert.equal((await sync.webhook("plane", "not JSON")).status, 400);
  assert.equal((await sync.request("?action=status")).status, 401);
});

Deno.test("a fault of the statement is a 500 that says nothing, and the next delivery is stored", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await database.sql`alter table plane.webhook_delivery add constraint broken check (entity_type <> 'issue')`;
  const answer = await sync.webhook("plane", JSON.stringify(issueEnvelope(1, { name: "personal data" })));
  const text = await answer.text();
  assert.equal(answer.status, 500);
  assert.deepEqual(JSON.parse(text), {
    ok: false,
    success: false,
    error: "An unexpected fault; the log has the details.",
    code: "internal",
  });
  assert.equal((await sync.webhook("plane", body(1))).status, 200);
  const logged = sync.lines.join("\n");
  assert.match(logged, /PostgresError 23514/);
  assert.doesNotMatch(logged, /personal data/);
});
