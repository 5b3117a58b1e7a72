/** Dead letters that are made due again. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at, claimOne, deliver, deliveries, queueRow, settle, type Sql } from "../support/queue.ts";

/** Three dead letters: a and b refused, c worn out; they died at seconds 10, 20 and 30. */
async function threeDead(sql: Sql): Promise<void> {
  for (
    const [id, reason, second] of [["a", "odoo_rejected", 10], ["b", "odoo_rejected", 20], [
      "c",
      "internal",
      30,
    ]] as const
  ) {
    await deliver(sql, id, at(0));
    await settle(sql, await claimOne(sql, at(1)), "dead", at(second), { reason });
  }
}

async function pending(sql: Sql): Promise<string[]> {
  const rows = await sql<
    { source_id: string }[]
  >`select source_id from plane.sync_queue where status = 'pending' order by 1`;
  return rows.map(({ source_id }) => source_id);
}

Deno.test("replay by id", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  const row = await queueRow(sql, "issue:b");
  const [count] = await sql`select plane.replay(p_ids => ${[row?.id ?? ""]}::uuid[]) as n`;
  assert.equal(count?.n, 1);
  assert.deepEqual(await pending(sql), ["b"]);
});

Deno.test("replay by entity", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  const [count] =
    await sql`select plane.replay(p_entity_keys => array['issue:a', 'issue:c', 'issue:none']) as n`;
  assert.equal(count?.n, 2);
  assert.deepEqual(await pending(sql), ["a", "c"]);
});

Deno.test("replay by reason", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  await sql`select plane.replay(p_reason => 'odoo_rejected')`;
  assert.deepEqual(await pending(sql), ["a", "b"]);
});

Deno.test("replay by the time of failure: from included, to not", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  await sql`select plane.replay(p_from => ${at(10)}, p_to => ${at(30)})`;
  assert.deepEqual(await pending(sql), ["a", "b"]);
});

Deno.test("all that is given must hold", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  await sql`select plane.replay(p_reason => 'odoo_rejected', p_from => ${at(15)})`;
  assert.deepEqual(await pending(sql), ["b"]);
});

Deno.test("a replay of everything by an empty request is refused", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  await assert.rejects(async () => await sql`select plane.replay()`, /replay needs/);
  assert.deepEqual(await pending(sql), []);
});

Deno.test("only dead letters are replayed", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "resting", at(0));
  await settle(sql, await claimOne(sql, at(0)), "retry", at(1), { next: at(90), reason: "odoo_timeout" });
  const [count] = await sql`select plane.replay(p_reason => 'odoo_timeout') as n`;
  assert.equal(count?.n, 0);
  assert.equal((await queueRow(sql, "issue:resting"))?.due, at(90));
});

Deno.test("a replayed entity has all its attempts again, and its success answers for its deliveries", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await threeDead(sql);
  await sql`select plane.replay(p_entity_keys => array['issue:a'], p_now => ${at(40)})`;
  const held = await claimOne(sql, at(40));
  assert.deepEqual([held.source_id, held.attempts, held.crashes], ["a", 1, 0]);
  await settle(sql, held, "done", at(41));
  assert.deepEqual(await deliveries(sql, "issue:a"), { processed: 1 });
});
