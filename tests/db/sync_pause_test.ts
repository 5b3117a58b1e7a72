/** Pauses as people on call make them: in SQL, with an end of their own, and without locking out who is at work. */
import assert from "node:assert/strict";
import { createSwitchStore } from "../../shared/store/operators/switches.ts";
import { createTestDatabase } from "../support/database.ts";
import { at, claim, claimOne, deliver, effect, settle } from "../support/queue.ts";
import { blocked, connect, slowly } from "../support/queue_races.ts";

Deno.test("a pause of everything ends by itself when it was given an end", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const switches = createSwitchStore(sql, { now: () => at(0) });
  assert.equal(await switches.pause({ scope: "all" }, { reason: "maintenance", until: at(60) }), 1);
  const [paused] = await switches.list();
  assert.deepEqual([paused?.name, paused?.state, paused?.reason], ["all", "paused", "maintenance"]);
  await deliver(sql, "a", at(0));
  assert.deepEqual(await claim(sql, at(59)), []);
  assert.equal((await claim(sql, at(60))).length, 1);
});

Deno.test("what cannot be paused or resumed is refused", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  for (const call of ["pause", "resume"]) {
    for (const scope of ["'everything'", "'pair'", "'entity', 'issue'"]) {
      await assert.rejects(async () => await sql.unsafe(`select plane.${call}(${scope})`), { code: "22023" });
    }
  }
});

Deno.test("all kinds of pairs of one Plane type are paused and resumed together, or one of them", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`update plane.sync_config set enabled = true`;
  const changed = async (call: string) => (await sql.unsafe(`select plane.${call} as n`))[0]?.n;
  assert.equal(await changed("pause('pair', 'issue', null, 'sale.order')"), 1);
  assert.equal(await changed("pause('pair', 'issue')"), 2);
  assert.equal(await changed("resume('pair', 'issue')"), 3);
});

Deno.test("resuming a record while it is being settled: neither ends the other", async () => {
  await using database = await createTestDatabase();
  await using more = connect(database.url);
  const { sql } = database;
  const mappings = await sql<{ id: string }[]>`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id, status)
    values ('issue', 'b', 'project.task', '8', 'active'), ('issue', 'a', 'project.task', '7', 'paused') returning id`;
  await deliver(sql, "a", at(0));
  const held = await claimOne(sql, at(0));
  // Settling is stopped between the queue's row, which it holds, and the mapping it writes last.
  const gate = slowly(
    more.sql,
    (transaction) => transaction`select 1 from plane.sync_mappings where plane_id = 'b' for update`,
  );
  await gate.worked;
  const effects = mappings.map(({ id }) => effect(held, { mapping_id: id }));
  const settling = settle(more.sql, held, "park", at(1), { reason: "paused", effects });
  await blocked(sql, 1);
  const resuming = more.sql`select plane.resume('entity', 'issue', 'a') as n`.then(([row]) => row?.n);
  await blocked(sql, 2);
  await gate.commit();
  assert.deepEqual(await Promise.all([settling, resuming]), [true, 1]);
  const [row] = await sql`select next_attempt_at < 'infinity' as due from plane.sync_queue`;
  assert.equal(row?.due, true);
});
