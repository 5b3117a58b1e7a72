/** A hint and a settlement of the same entity that wait for each other's row. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { at, claim, claimOne, deliver, queueRow, settle } from "../support/queue.ts";

Deno.test("a settlement that waits for a hint to be stored does not take the hint with it", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await deliver(sql, "a", at(0));
  const held = await claimOne(sql, at(1));
  let settled: Promise<boolean> | undefined;
  await sql.begin(async (hinting) => {
    await deliver(hinting, "a", at(2));
    settled = settle(sql, held, "done", at(3));
    await eventually("the settlement waits for the hint", async () => {
      await hinting`select pg_stat_clear_snapshot()`;
      const [row] = await hinting`
        select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      return row?.waiting === 1;
    });
  });
  assert.equal(await settled, true);
  const row = await queueRow(sql, "issue:a");
  assert.deepEqual([row?.status, row?.generation], ["pending", "2"]);
  assert.equal((await claim(sql, at(4))).length, 1);
});
