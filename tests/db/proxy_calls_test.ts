import assert from "node:assert/strict";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const START = Date.parse("2026-02-01T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

async function client(database: TestDatabase, callsPerMinute: number | null, hash = "hash"): Promise<void> {
  await database.sql`
    insert into plane.proxy_client (name, kind, key_hash, calls_per_minute)
    values (${hash}, 'key', ${hash}, ${callsPerMinute})`;
}
async function admit(
  database: TestDatabase,
  seconds: number,
  hash = "hash",
): Promise<Record<string, unknown>> {
  const [row] = await database.sql`
    select plane.admit_proxy_call(p_key_hash => ${hash}, p_now => ${at(seconds)}) as verdict`;
  return row?.verdict;
}

Deno.test("a share is spent by admitted calls alone, and what was used in the minute before fades out", async () => {
  await using database = await createTestDatabase();
  await client(database, 6);
  for (let second = 30; second < 36; second++) {
    assert.equal((await admit(database, second)).verdict, "admitted");
  }
  assert.equal((await admit(database, 36)).verdict, "limited");
  assert.equal((await admit(database, 61)).verdict, "limited", "6 x 59/60 + 1 is more than 6");
  assert.equal((await admit(database, 70)).verdict, "admitted", "6 x 50/60 + 1 is 6");
  assert.equal((await admit(database, 71)).verdict, "limited");
  assert.equal((await admit(database, 200)).verdict, "admitted", "after a minute without calls all is free");
});

Deno.test("after exactly the wait that a refusal tells, the call is admitted", async () => {
  await using database = await createTestDatabase();
  for (const limit of [1, 3, 60]) {
    for (const offset of [0, 17, 59]) {
      const hash = `hash-${limit}-${offset}`;
      await client(database, limit, hash);
      for (let call = 0; call < limit; call++) {
        assert.equal((await admit(database, offset, hash)).verdict, "admitted");
      }
      const refused = await admit(database, offset + 0.5, hash);
      assert.equal(refused.verdict, "limited");
      const wait = Number(refused.retry_after_ms) / 1000;
      assert.equal(
        (await admit(database, offset + 0.5 + wait - 0.1, hash)).verdict,
        "limited",
        `${limit} ${offset}`,
      );
      assert.equal(
        (await admit(database, offset + 0.5 + wait, hash)).verdict,
        "admitted",
        `${limit} ${offset}`,
      );
    }
  }
});

Deno.test("many callers at the same time get no more than the share", async () => {
  await using database = await createTestDatabase();
  await client(database, 20);
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => admit(database, 10)));
  assert.equal(verdicts.filter(({ verdict }) => verdict === "admitted").length, 20);
});

Deno.test("a nonce is used up for its client, and forgotten only when its time has passed", async () => {
  await using database = await createTestDatabase();
  const made = await database.sql`
    insert into plane.proxy_client (name, kind) values ('one', 'signed'), ('two', 'signed') returning id`;
  const use = async (id: string, nonce: string, seconds: number) => {
    const [row] = await database.sql`
      select plane.admit_proxy_call(p_client_id => ${id}, p_nonce => ${nonce}, p_now => ${
      at(seconds)
    }) ->> 'verdict' as verdict`;
    return row?.verdict;
  };
  const [one, two] = made.map(({ id }) => String(id));
  assert.equal(await use(one ?? "", "a", 0), "admitted");
  assert.equal(await use(one ?? "", "a", 599), "replayed");
  assert.equal(await use(two ?? "", "a", 0), "admitted");
  assert.equal(await use(two ?? "", "b", 601), "admitted");
  const [left] = await database.sql`select count(*)::int as count from plane.proxy_nonce`;
  assert.equal(left?.count, 1, "what had passed went with the call");
});

Deno.test("a key's client never passes by its id, nor a signing client by a hash", async () => {
  await using database = await createTestDatabase();
  await client(database, null);
  const [row] = await database.sql`
    select plane.admit_proxy_call(p_client_id => id, p_nonce => 'n') ->> 'verdict' as verdict from plane.proxy_client`;
  const [none] = await database.sql`select plane.admit_proxy_call() ->> 'verdict' as verdict`;
  assert.deepEqual([row?.verdict, none?.verdict], ["unknown", "unknown"]);
});

Deno.test("the audit and the nonces are purged when their time has passed", async () => {
  await using database = await createTestDatabase();
  const calls = [{
    at: at(0),
    level: "info",
    client: "one",
    method: "GET",
    path: "users/me",
    status: 200,
    duration_ms: 1,
  }];
  await database.sql`select plane.record_proxy_calls(${JSON.stringify(calls)}::text::jsonb)`;
  const purge = async (days: number) => {
    const [row] = await database.sql`
      select plane.purge_proxy(p_now => now() + make_interval(days => ${days}))::int as gone`;
    return row?.gone;
  };
  assert.deepEqual([await purge(89), await purge(91), await purge(91)], [0, 1, 0]);
});

Deno.test("neither visitors nor signed-in users can read clients or let calls in", async () => {
  await using database = await createTestDatabase();
  for (const role of ["anon", "authenticated"]) {
    for (
      const statement of [
        "select * from plane.proxy_client",
        "select * from plane.proxy_nonce",
        "select * from plane.proxy_use",
        "select plane.admit_proxy_call(p_key_hash => 'hash')",
        "select plane.record_proxy_calls('[]')",
      ]
    ) {
      const attempt = database.sql.begin(async (sql) => {
        await sql.unsafe(`set local role ${role}`);
        await sql.unsafe(statement);
      });
      await assert.rejects(attempt, { code: "42501" }, `${role}: ${statement}`);
    }
  }
});
