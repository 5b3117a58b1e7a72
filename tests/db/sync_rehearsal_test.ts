/** What a dry run imagines is kept with its run, by the worker that holds it, and forgotten when the run ends. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { createRehearsalShelves, type RehearsalChange } from "../../shared/store/runs/rehearsal.ts";
import { createRunStore, type HeldRun } from "../../shared/store/runs/runs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const LEASE_MS = 60_000;
const RUNNING = { status: "running", progress: { page: 3 } } as const;

async function held({ sql }: TestDatabase): Promise<HeldRun> {
  const runs = createRunStore(sql);
  await runs.create({ kind: "backfill", scope: {}, dryRun: true });
  const run = await runs.claim("worker", LEASE_MS);
  if (run === null) throw new Error("there is no run");
  return run;
}

const change = (part: string, key: string, value: unknown, place = 0): RehearsalChange => ({
  part,
  key,
  place,
  value: value === null ? null : JSON.stringify(value),
});

Deno.test("what is put away is there again, in its order, together with how far the run has come", async () => {
  await using database = await createTestDatabase();
  const [run, shelves, runs] = [
    await held(database),
    createRehearsalShelves(database.sql),
    createRunStore(database.sql),
  ];
  // What PostgreSQL's own text cannot hold is kept as well: both are escaped in JSON.
  const odd = { name: "a\u0000b \ud800", z: 1, a: [null] };
  assert.equal(
    await shelves.keep(
      run,
      [change("due", "b", odd, 1), change("due", "a", 2, 2), change("odoo", "a", 3)],
      RUNNING,
      LEASE_MS,
    ),
    true,
  );
  assert.equal(
    await shelves.keep(
      run,
      [change("due", "a", null), change("due", "c", 4, 3), change("odoo", "a", 5)],
      RUNNING,
      LEASE_MS,
    ),
    true,
  );
  assert.deepEqual(await shelves.all(run.id, "due"), [
    { key: "b", place: 1, value: odd },
    { key: "c", place: 3, value: 4 },
  ]);
  assert.deepEqual(await shelves.keys(run.id, "odoo"), ["a"]);
  assert.deepEqual(await shelves.some(run.id, "odoo", ["a", "missing"]), [{ key: "a", value: 5 }]);
  const row = await runs.read(run.id);
  assert.deepEqual([row?.status, row?.progress], ["running", { page: 3 }]);
});

Deno.test("a worker whose run is another's by now, or was cancelled, puts nothing away", async () => {
  await using database = await createTestDatabase();
  const [run, shelves, runs] = [
    await held(database),
    createRehearsalShelves(database.sql),
    createRunStore(database.sql),
  ];
  assert.equal(
    await shelves.keep({ id: run.id, fence: "0" }, [change("due", "a", 1)], RUNNING, LEASE_MS),
    false,
  );
  assert.equal(await runs.cancel(run.id), true);
  assert.equal(await shelves.keep(run, [change("due", "b", 1)], RUNNING, LEASE_MS), false);
  assert.deepEqual(await shelves.all(run.id, "due"), []);
});

for (const end of ["done", "failed", "cancelled"] as const) {
  Deno.test(`a run that is ${end} keeps the list of records, by their keys, and nothing else`, async () => {
    await using database = await createTestDatabase();
    const [run, shelves, runs] = [
      await held(database),
      createRehearsalShelves(database.sql),
      createRunStore(database.sql),
    ];
    const records = ["issue:b 1", "issue:B 2", "issue:a 3", "issue:a 10"];
    const lines = records.map((key, place) => change("record", key, { key }, place));
    await shelves.keep(run, [...lines, change("due", "a", 1)], RUNNING, LEASE_MS);
    if (end === "cancelled") await runs.cancel(run.id);
    else await runs.advance(run.id, run.fence, { status: end }, LEASE_MS);
    assert.deepEqual(await shelves.all(run.id, "due"), []);
    const listed = await shelves.records(run.id, 1, 2);
    assert.deepEqual(listed, [{ key: "issue:a 10" }, { key: "issue:a 3" }]);
    await database.sql`delete from plane.sync_run`;
    assert.deepEqual(await shelves.records(run.id, 0, 10), []);
  });
}

Deno.test("single things, and a page of the list, are found by the key, however much other runs have put away", async () => {
  await using database = await createTestDatabase();
  const run = await held(database);
  await database.sql`
    insert into plane.sync_rehearsal (run_id, part, key, place, value)
    select ${run.id}, case when n % 2 = 0 then 'record' else 'odoo' end, 'k' || n, n, '{}' from generate_series(1, 20000) n`;
  await database.sql`analyze plane.sync_rehearsal`;
  const notices: string[] = [];
  const sql = postgres(database.url, { max: 1, onnotice: ({ message = "" }) => notices.push(message) });
  try {
    await sql.unsafe(`
      load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
      set client_min_messages = log;`).simple();
    const shelves = createRehearsalShelves(sql);
    // After five calls PostgreSQL may change to a plan that does not know the parameters.
    for (let call = 1; call <= 7; call++) {
      await shelves.some(run.id, "odoo", ["k1", "k3"]);
      await shelves.records(run.id, 10, 5);
      await shelves.keep(run, [change("odoo", "k1", 1), change("odoo", "k5", null)], RUNNING, LEASE_MS);
    }
  } finally {
    await sql.end();
  }
  const plans = notices.filter((notice) => notice.includes("plan:")).join("\n");
  assert.match(plans, /sync_rehearsal_pkey/);
  assert.doesNotMatch(plans, /Seq Scan on sync_rehearsal/);
  assert.doesNotMatch(plans, /Sort Key: key/);
});
