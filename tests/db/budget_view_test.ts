/** What people on call see of the budget, and how long its ledger is kept. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { at } from "../support/queue.ts";

type Sql = Awaited<ReturnType<typeof createTestDatabase>>["sql"];

/** Books now, by the database's own clock. */
async function book(sql: Sql, lane: string, times: number, longestWaitMs = 0): Promise<string[]> {
  const ids: string[] = [];
  for (let call = 0; call < times; call++) {
    const [row] = await sql<{ call_id: string }[]>`
      select call_id::text from plane.reserve_call('default', ${lane}, ${longestWaitMs})`;
    if (row?.call_id) ids.push(row.call_id);
  }
  return ids;
}

async function lanes(sql: Sql) {
  const rows = await sql`select * from plane.v_api_budget where credential = 'default'`;
  return Object.fromEntries(rows.map((row) => [String(row.lane), row]));
}

Deno.test("the view shows use per lane, who waits, when there is room, and how long people waited", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const interactive = await book(sql, "interactive", 40);
  for (const id of interactive.slice(0, 30)) await sql`select plane.settle_call(${id}, 200)`;
  await book(sql, "live", 20);
  await book(sql, "live", 2, 70_000);
  const view = await lanes(sql);
  assert.deepEqual(Object.keys(view), ["interactive", "live", "backfill", "foreign"]);
  assert.deepEqual([view.interactive?.share, view.live?.share, view.backfill?.share], [18, 27, 6]);
  assert.deepEqual([view.interactive?.in_window, view.interactive?.unconfirmed], ["40", "10"]);
  assert.deepEqual([view.live?.in_window, view.live?.waiting, view.live?.waited_last_hour], ["20", "2", "2"]);
  assert.equal(view.live?.free_now, "0");
  assert.equal(view.live?.free_in_15_s, "0");
  assert.ok(view.live?.wait_ms_max > 55_000);
  const [forecast] = await sql`
    select next_free_at between now() + interval '50 seconds' and now() + interval '65 seconds' as soon
    from plane.v_api_budget where lane = 'live'`;
  assert.equal(forecast?.soon, true);
});

Deno.test("the view shows Plane's refusals, the pause, and what others use", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const [first, second] = await book(sql, "live", 2);
  await sql`select plane.settle_call(${first ?? null}, 200, 20)`;
  await sql`select plane.settle_call(${second ?? null}, 429, null, 30000)`;
  const view = await lanes(sql);
  assert.equal(view.live?.refused_by_plane_last_hour, "1");
  assert.ok(Number(view.foreign?.in_window) >= 38);
  assert.notEqual(view.live?.paused_until, null);
});

Deno.test("the ledger forgets calls an hour after they ended, in batches", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (let call = 0; call < 3; call++) await sql`select plane.reserve_call('default', 'live', 0, ${at(0)})`;
  const purge = async (batch: number, seconds: number) => {
    const [row] = await sql`select plane.purge_api_calls(${batch}, ${at(seconds)})::int as gone`;
    return row?.gone;
  };
  assert.equal(await purge(100, 3600), 0);
  assert.equal(await purge(2, 3800), 2);
  assert.equal(await purge(2, 3800), 1);
});

Deno.test("a lane nobody knows, and settings that make no sense, are refused", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await assert.rejects(sql`select plane.reserve_call('default', 'foreign', 0)`, { code: "22023" });
  for (const setting of ["call_limit = 0", "live_percent = 80", "mode = 'off'", "margin = '-1 s'"]) {
    await sql`insert into plane.api_budget (credential) values ('default') on conflict do nothing`;
    await assert.rejects(sql.unsafe(`update plane.api_budget set ${setting}`), { code: "23514" }, setting);
  }
});
