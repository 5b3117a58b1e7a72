/** Dry runs that take more than one request. */
import assert from "node:assert/strict";
import { SuiteError } from "../../shared/errors.ts";
import type { RehearsalShelves } from "../../shared/store/runs/rehearsal.ts";
import { createDryRunScene } from "../support/dry_run_scene.ts";

const ENOUGH = {};

Deno.test("a dry run ends with the same report however many requests it takes, and writes nothing", async () => {
  await using scene = await createDryRunScene();
  const before = await scene.everything();
  const requestsBefore = scene.plane.requests.length;
  const whole = await scene.rehearse(ENOUGH);
  const asked = scene.plane.requests.slice(requestsBefore);
  assert.deepEqual([whole.row.status, whole.row.error, whole.requests], ["done", null, 1]);
  const expected = await scene.comparable(whole.row);
  assert((expected.records as unknown[]).length > 10, JSON.stringify(expected.totals));
  const { plane: { reads } } = expected.calls as { plane: { reads: number } };
  assert(asked.length <= reads, `${asked.length} requests for ${reads} reads`);
  for (const share of [{ ticks: 2 }, { ticks: 3 }, { ticks: 20 }, { entities: 1 }, { entities: 5 }]) {
    const { row, requests } = await scene.rehearse(share);
    const cut = `${JSON.stringify(share)}, ${requests} requests`;
    assert.deepEqual([row.status, row.error], ["done", null], cut);
    assert(requests > 2, cut);
    assert.deepEqual(await scene.comparable(row), expected, cut);
  }
  assert.equal(await scene.everything(), before, "a dry run changed something");
});

for (const after of [false, true]) {
  Deno.test(`a worker that dies ${after ? "after" : "before"} it has put something away changes nothing in the report`, async () => {
    await using scene = await createDryRunScene();
    const expected = await scene.comparable((await scene.rehearse(ENOUGH)).row);
    for (let at = 0;; at += 5) {
      let calls = 0;
      const dying: RehearsalShelves = {
        ...scene.shelves,
        keep: async (...given) => {
          const mine = calls++;
          if (mine === at && after) await scene.shelves.keep(...given);
          if (mine === at) throw new Error("the worker died");
          return await scene.shelves.keep(...given);
        },
      };
      const { row, requests } = await scene.rehearse(ENOUGH, { shelves: dying });
      if (calls <= at) break;
      assert.deepEqual([row.status, requests], ["done", 2], `dead at ${at}`);
      assert.deepEqual(await scene.comparable(row), expected, `dead at ${at}`);
    }
  });
}

Deno.test("a side that is away when it is asked makes no record fail", async () => {
  await using scene = await createDryRunScene();
  const expected = await scene.comparable((await scene.rehearse(ENOUGH)).row);
  const { plane } = scene.rehearsal;
  const failed = new Set<string>();
  const send: typeof plane.send = async (request) => {
    if (failed.has(request.operation)) return await plane.send(request);
    failed.add(request.operation);
    throw new SuiteError("plane_unreachable");
  };
  const shaky = Object.create(plane, { send: { value: send } }) as typeof plane;
  const errors = new Set<string | null>();
  const { row, requests } = await scene.rehearse(ENOUGH, {
    source: { plane: shaky },
    afterRequest: async () => {
      const [latest] = await scene.runs.list(1);
      errors.add(latest?.error ?? null);
    },
  });
  assert.deepEqual([row.status, [...errors].toSorted()], ["done", [null, "plane_unreachable"]]);
  // Both what the steps ask and what the engine asks for a single record.
  assert(failed.has("list work items") && failed.has("list states"), [...failed].join());
  assert(requests > 2, `${requests} requests`);
  const { totals, records } = await scene.comparable(row);
  assert.deepEqual([totals, records], [expected.totals, expected.records]);
});

Deno.test("a dry run that was cancelled is not gone on with, and what it imagined is forgotten", async () => {
  await using scene = await createDryRunScene();
  const { row } = await scene.rehearse({ ticks: 20 }, {
    afterRequest: async () => {
      const [latest] = await scene.runs.list(1);
      const [kept] = await scene.world.sql`select count(*)::int as rows from plane.sync_rehearsal`;
      assert(kept?.rows > 0);
      if (latest !== undefined) await scene.runs.cancel(latest.id);
    },
  });
  assert.equal(row.status, "cancelled");
  const left = await scene.world.sql`select distinct part from plane.sync_rehearsal`;
  assert.deepEqual(left.filter(({ part }) => part !== "record"), []);
});
