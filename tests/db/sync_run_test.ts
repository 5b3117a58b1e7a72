/** Long work goes on over many workers, one at a time, and ends once. */
import assert from "node:assert/strict";
import { createRunStore, type HeldRun, type RunStore } from "../../shared/store/runs/runs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { at } from "../support/queue.ts";
import { connect, slowly } from "../support/queue_races.ts";

const LEASE_MS = 60_000;

function onClock({ sql }: TestDatabase): { runs: RunStore; wait(seconds: number): void } {
  let seconds = 0;
  const runs = createRunStore(sql, { now: () => at(seconds) });
  return { runs, wait: (more) => void (seconds += more) };
}

async function claimed(runs: RunStore): Promise<HeldRun> {
  const run = await runs.claim("worker", LEASE_MS);
  if (run === null) throw new Error("there is no run");
  return run;
}

Deno.test("the oldest run that nobody works on is taken first", async () => {
  await using database = await createTestDatabase();
  const { runs, wait } = onClock(database);
  const first = await runs.create({
    kind: "backfill",
    scope: { project: "p" },
    dryRun: true,
    requestedBy: "me",
  });
  wait(1);
  const second = await runs.create({ kind: "undo", scope: {} });
  const taken = await claimed(runs);
  assert.deepEqual(
    [taken.id, taken.kind, taken.scope, taken.dry_run, taken.requested_by, taken.status, taken.progress],
    [first, "backfill", { project: "p" }, true, "me", "running", {}],
  );
  assert.equal((await claimed(runs)).id, second);
  assert.equal(await runs.claim("worker", LEASE_MS), null);
});

Deno.test("a run goes on where its progress says, also after its worker died", async () => {
  await using database = await createTestDatabase();
  const { runs, wait } = onClock(database);
  await runs.create({ kind: "backfill", scope: {} });
  const first = await claimed(runs);
  assert.equal(
    await runs.advance(first.id, first.fence, { status: "running", progress: { page: 3 } }, LEASE_MS),
    true,
  );
  wait(59);
  assert.equal(await runs.claim("worker", LEASE_MS), null);
  wait(1);
  const second = await claimed(runs);
  assert.deepEqual([second.id, second.progress, second.started_at], [
    first.id,
    { page: 3 },
    first.started_at,
  ]);
  assert.equal(
    await runs.advance(first.id, first.fence, { status: "done" }, LEASE_MS),
    false,
    "it is another's",
  );
  assert.equal(await runs.advance(second.id, second.fence, { status: "queued" }, LEASE_MS), true);
  assert.deepEqual((await claimed(runs)).progress, { page: 3 });
});

Deno.test("a run that ended has its report or its reason, and is not taken again", async () => {
  await using database = await createTestDatabase();
  const { runs, wait } = onClock(database);
  for (
    const step of [
      { status: "done", report: { differ: [] } },
      { status: "failed", error: "plane_forbidden" },
    ] as const
  ) {
    const id = await runs.create({ kind: "undo", scope: {} });
    const { fence } = await claimed(runs);
    assert.equal(await runs.advance(id, fence, step, LEASE_MS), true);
    wait(600);
    assert.equal(await runs.claim("worker", LEASE_MS), null);
    assert.equal(await runs.advance(id, fence, { status: "running" }, LEASE_MS), false);
    const run = await runs.read(id);
    assert.deepEqual([run?.status, run?.report, run?.error], [
      step.status,
      "report" in step ? step.report : null,
      "error" in step ? step.error : null,
    ]);
    assert.notEqual(run?.finished_at, null);
  }
  assert.deepEqual((await runs.list(10)).map(({ status }) => status), ["failed", "done"]);
  assert.equal((await runs.list(1)).length, 1);
});

Deno.test("a run is cancelled while it is queued or at work, and its worker notices", async () => {
  await using database = await createTestDatabase();
  const { runs } = onClock(database);
  const id = await runs.create({ kind: "backfill", scope: {} });
  const { fence } = await claimed(runs);
  assert.equal(await runs.cancel(id), true);
  assert.equal(await runs.cancel(id), false);
  assert.equal(await runs.advance(id, fence, { status: "running" }, LEASE_MS), false);
  assert.equal(await runs.claim("worker", LEASE_MS), null);
  assert.equal((await runs.read(id))?.status, "cancelled");
});

Deno.test("two workers look at once: each gets another run", async () => {
  await using database = await createTestDatabase();
  await using more = connect(database.url);
  const { runs } = onClock(database);
  const ids = [
    await runs.create({ kind: "backfill", scope: {} }),
    await runs.create({ kind: "backfill", scope: {} }),
  ];
  const taken: unknown[] = [];
  const first = slowly(more.sql, async (transaction) => {
    const [row] = await transaction`select id from plane.claim_run('one', '1 minute', ${at(1)})`;
    taken.push(row?.id);
  });
  await first.worked;
  taken.push((await claimed(runs)).id);
  assert.equal(await runs.claim("worker", LEASE_MS), null);
  await first.commit();
  assert.deepEqual(taken.toSorted(), ids.toSorted());
});

Deno.test("a run of a kind nobody makes is refused, and none is taken while everything is paused", async () => {
  await using database = await createTestDatabase();
  const { runs } = onClock(database);
  for (const kind of ["party", "sweep", "drift"]) {
    await assert.rejects(async () => await database.sql`select plane.create_run(${kind})`, { code: "23514" });
  }
  await runs.create({ kind: "backfill", scope: {} });
  await database.sql`select plane.pause('all')`;
  assert.equal(await runs.claim("worker", LEASE_MS), null);
});
