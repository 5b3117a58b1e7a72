/** What is deleted by age and what is kept, and the nudge that starts a drain. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at, claimOne, deliver, settle, type Sql } from "../support/queue.ts";

const DAY = 86_400;

async function purge(sql: Sql, days: number, batch = 10_000): Promise<number> {
  const [row] = await sql<{ n: string }[]>`select plane.purge(${batch}, ${at(days * DAY)}) as n`;
  return Number(row?.n);
}

async function kept(sql: Sql): Promise<string[]> {
  const rows = await sql<{ entity_id: string }[]>`select entity_id from plane.webhook_delivery order by id`;
  return rows.map(({ entity_id }) => entity_id);
}

Deno.test("processed deliveries go after 30 days, not before", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  await settle(sql, await claimOne(sql, at(0)), "done", at(1));
  assert.equal(await purge(sql, 29.9), 0);
  assert.deepEqual(await kept(sql), ["a"]);
  assert.equal(await purge(sql, 30.1), 1);
  assert.deepEqual(await kept(sql), []);
});

Deno.test("a delivery nobody has processed is kept, however old", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "open", at(0));
  assert.equal(await purge(sql, 4000), 0);
  assert.deepEqual(await kept(sql), ["open"]);
});

Deno.test("a dead letter keeps the delivery with its observation: a replay needs it", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0), { observedAt: at(0), hash: "needed" });
  await deliver(sql, "a", at(1));
  await settle(sql, await claimOne(sql, at(2)), "dead", at(2), { reason: "odoo_rejected" });
  assert.equal(await purge(sql, 31), 1);
  await sql`select plane.replay(p_reason => 'odoo_rejected', p_now => ${at(31 * DAY)})`;
  const [claimed] =
    await sql`select body, observation_hash from plane.claim_entities('test', 1, '1 minute', ${
      at(32 * DAY)
    })`;
  assert.deepEqual({ ...claimed }, { body: "{}", observation_hash: "needed" });
});

Deno.test("one run deletes no more than its batch", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const id of ["a", "b", "c"]) {
    await deliver(sql, id, at(0));
    await settle(sql, await claimOne(sql, at(0)), "done", at(1));
  }
  assert.equal(await purge(sql, 31, 2), 2);
  assert.deepEqual(await kept(sql), ["c"], "the oldest go first");
});

Deno.test("the log goes after 180 days, our events after 90, other people's events never", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    insert into plane.sync_log (source_system, source_id, operation, success, created_at)
    values ('plane', 'old', 'update', true, ${at(0)}), ('plane', 'new', 'update', true, ${at(100 * DAY)})`;
  await sql`
    insert into ops.events (level, category, message, created_at)
    values ('info', 'plane-sync', 'ours', ${at(0)}), ('info', 'other', 'theirs', ${at(0)})`;
  await purge(sql, 91);
  const events = await sql`select message from ops.events`;
  assert.deepEqual(events.map(({ message }) => message), ["theirs"]);
  await purge(sql, 181);
  const log = await sql`select source_id from plane.sync_log`;
  assert.deepEqual(log.map(({ source_id }) => source_id), ["new"]);
});

Deno.test("runs go after 90 days, settled conflicts after 180; what is open or not finished stays", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    insert into plane.sync_run (kind, status, created_at, finished_at)
    values ('undo', 'done', ${at(0)}, ${at(0)}), ('backfill', 'running', ${at(0)}, null),
      ('undo', 'failed', ${at(0)}, ${at(10 * DAY)})`;
  await sql`insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id) values ('issue', 'a', 'project.task', '7')`;
  await sql`
    insert into plane.sync_conflict (mapping_id, field, status, created_at, resolved_at)
    select m.id, c.field, c.status, ${at(0)}, c.resolved_at
    from plane.sync_mappings m, (values ('old', 'gone', ${at(0)}::timestamptz), ('new', 'resolved', ${
    at(10 * DAY)
  }),
      ('waits', 'open', null)) as c (field, status, resolved_at)`;
  const left = async () => {
    const [row] = await sql`
      select (select array_agg(kind order by kind) from plane.sync_run) as runs,
        (select array_agg(field order by field) from plane.sync_conflict) as conflicts`;
    return [row?.runs, row?.conflicts];
  };
  assert.equal(await purge(sql, 89.9), 0);
  assert.equal(await purge(sql, 90.1), 1);
  assert.deepEqual(await left(), [["backfill", "undo"], ["new", "old", "waits"]]);
  assert.equal(await purge(sql, 180.1), 2);
  assert.deepEqual(await left(), [["backfill"], ["new", "waits"]]);
  await purge(sql, 4000);
  assert.deepEqual(await left(), [["backfill"], ["waits"]]);
});

async function nudge(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ sent: boolean }[]>`select plane.nudge() as sent`;
  return row?.sent === true;
}

Deno.test("without Vault or pg_net the nudge does nothing", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  assert.equal(await nudge(sql), false);
  await deliver(sql, "a", at(0));
  assert.equal(await nudge(sql), false);
});

/** What Supabase has, as far as the nudge sees it: requests are written down instead of sent. */
async function installStandIns(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create schema vault;
    create table vault.decrypted_secrets (name text, decrypted_secret text);
    create schema net;
    create table net.sent (url text, headers jsonb, body jsonb);
    create function net.http_post(url text, headers jsonb, body jsonb, timeout_milliseconds int) returns bigint
      language sql as $$ insert into net.sent values (url, headers, body); select 1::bigint $$;
  `).simple();
}

Deno.test("with both, it asks for a drain when something is due, and only then", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await installStandIns(sql);
  await deliver(sql, "a", new Date().toISOString());
  assert.equal(await nudge(sql), false, "no secrets yet");
  await sql`
    insert into vault.decrypted_secrets
    values ('plane_sync_url', 'https://example.test/functions/v1/plane-sync'), ('plane_sync_cron_key', 'sb_secret_cron')`;
  assert.equal(await nudge(sql), true);
  const sent = await sql`select url, headers ->> 'apikey' as key from net.sent`;
  assert.deepEqual({ ...sent[0] }, {
    url: "https://example.test/functions/v1/plane-sync?action=drain",
    key: "sb_secret_cron",
  });

  await sql`update plane.sync_queue set next_attempt_at = clock_timestamp() + interval '1 hour'`;
  assert.equal(await nudge(sql), false, "nothing is due");
  await sql`update plane.sync_queue set status = 'processing', next_attempt_at = clock_timestamp(), lock_until = clock_timestamp() + interval '1 hour'`;
  assert.equal(await nudge(sql), false, "it is being processed");
  await sql`update plane.sync_queue set lock_until = clock_timestamp() - interval '1 second'`;
  assert.equal(await nudge(sql), true, "an expired lease is due");
});

Deno.test("a sweep is asked for every time, but not while everything is paused or switched off; nor is a drain then", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await installStandIns(sql);
  await sql`insert into vault.decrypted_secrets values ('plane_sync_url', 'https://f'), ('plane_sync_cron_key', 'cron')`;
  const nudgeSweep = async () => (await sql`select plane.nudge_sweep() as sent`)[0]?.sent;
  assert.equal(await nudgeSweep(), true);
  const [sent] = await sql`select url, headers ->> 'apikey' as key from net.sent`;
  assert.deepEqual({ ...sent }, { url: "https://f?action=sweep", key: "cron" });

  await deliver(sql, "a", new Date().toISOString());
  await sql`select plane.pause('all')`;
  assert.deepEqual([await nudgeSweep(), await nudge(sql)], [false, false]);
  await sql`select plane.resume('all')`;
  await sql`update plane.sync_config set enabled = false`;
  assert.deepEqual([await nudgeSweep(), await nudge(sql)], [false, true]);
});
