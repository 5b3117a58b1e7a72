/** Odoo fails in every way it can at every write: nothing is made twice, and in the end everything is there. */
import assert from "node:assert/strict";
import type { FaultKind } from "../../dev/sandbox/odoo/faults.ts";
import { eventually } from "../support/eventually.ts";
import { announcement, assertToldOnce, beginStory } from "../support/plane_story.ts";
import { createReliabilityWorld, type ReliabilityWorld } from "../support/reliability_world.ts";

const KINDS: readonly FaultKind[] = [
  "server_error",
  "serialization_failure",
  "bad_gateway_after_effect",
  "hang_before_effect",
  "hang_after_effect",
  "drop_before_effect",
  "drop_after_effect",
];
const WRITES = [
  ["project.project", "load"],
  ["project.task.type", "load"],
  ["project.tags", "create"],
  ["project.task", "load"],
  ["project.task", "write"],
] as const;

/** Only where Odoo hangs does anybody wait for a timeout; elsewhere a busy machine shall not look like one. */
function timeoutOf(kind: FaultKind, whenItHangsMs: number): { odooTimeoutMs?: number } {
  return kind.startsWith("hang") ? { odooTimeoutMs: whenItHangsMs } : {};
}

async function entityStates(world: ReliabilityWorld): Promise<Record<string, unknown>[]> {
  return [
    ...await world.worker.sql`
      select entity_key, status, last_error, next_attempt_at > clock_timestamp() + interval '30 seconds' as rests
      from plane.sync_queue order by entity_key`,
  ];
}

async function converged(world: ReliabilityWorld): Promise<boolean> {
  await world.worker.drain();
  const [row] = await world.worker.sql`select count(*)::int as left from plane.sync_queue`;
  return row?.left === 0;
}

for (const kind of KINDS) {
  Deno.test(`Odoo meets ${kind} at each of its writes: no duplicates, and everything arrives`, async () => {
    await using world = await createReliabilityWorld({ ...timeoutOf(kind, 500), restMs: 20 });
    for (const [model, method] of WRITES) {
      const story = await beginStory(world.plane);
      await world.deliver(announcement(story));
      world.odoo.faults.add({ kind, model, method, times: 2 });
      await eventually(`${model}/${method} has converged`, () => converged(world));
      assert(world.odoo.faults.left < 2, "the fault was met");
      world.odoo.faults.clear();
      // When the stages of a new project cannot be made at once, each is made when a work item needs it.
      await assertToldOnce(world.worker.sql, world.odoo, story, { allStages: model !== "project.task.type" });
    }
    assert.deepEqual(world.worker.settleFailures, []);
  });
}

for (const kind of KINDS) {
  const known = kind === "serialization_failure";
  Deno.test(`after ${kind} at the making of a task it ${known ? "is made at once" : "rests before the next look"}`, async () => {
    await using world = await createReliabilityWorld({ ...timeoutOf(kind, 3_000), restMs: 60_000 });
    const story = await beginStory(world.plane);
    await world.deliver(announcement(story));
    world.odoo.faults.add({ kind, model: "project.task", method: "load" });
    await world.worker.drain();
    if (!known) {
      const loads = () =>
        world.odoo.calls.filter(({ model, method }) => model === "project.task" && method === "load").length;
      const resting = (await entityStates(world)).filter(({ rests }) => rests === true);
      assert.equal(resting.length, 1);
      assert.equal(loads(), 2, "one that failed, one of the other work item");
      // Neither a webhook nor somebody's impatience ends the rest.
      await world.deliver(announcement(story));
      await world.worker.drain();
      assert.equal(loads(), 2);
      await world.passTime();
    }
    await eventually("the story is told", () => converged(world));
    await assertToldOnce(world.worker.sql, world.odoo, story);
  });
}

Deno.test("an Odoo that is away for long loses nothing and gives nothing up", async () => {
  await using world = await createReliabilityWorld({ restMs: 20 });
  const story = await beginStory(world.plane);
  await world.deliver(announcement(story));
  await world.worker.drain();
  world.odoo.faults.add({ kind: "drop_before_effect", times: 40 });
  const another = await beginStory(world.plane);
  await world.deliver(announcement(another));
  for (let round = 0; world.odoo.faults.left > 0; round++) {
    assert(round < 200, "the fault was met");
    await world.passTime();
    await world.worker.drain();
    assert((await entityStates(world)).every(({ status }) => status === "pending"));
  }
  await world.passTime();
  await world.worker.drain();
  await eventually("the story is told", () => converged(world));
  await assertToldOnce(world.worker.sql, world.odoo, another);
});

Deno.test("an Odoo that fails on one record for good makes a dead letter of it and lets the others pass", async () => {
  await using world = await createReliabilityWorld({ restMs: 1 });
  const story = await beginStory(world.plane);
  await world.deliver(announcement(story));
  await world.worker.drain();
  await assertToldOnce(world.worker.sql, world.odoo, story);
  await world.worker.sql`select plane.enqueue_sync('plane', ${story.child}, 'issue')`;
  await world.worker.sql`select plane.enqueue_sync('plane', ${story.parent}, 'issue')`;
  await world.worker.sql`update plane.sync_queue set max_attempts = 2 where source_id = ${story.child}`;
  await world.plane.api("PATCH", `/projects/${story.project}/work-items/${story.child}/`, {
    name: "Changed",
  });
  world.odoo.faults.add({ kind: "server_error", model: "project.task", method: "write", times: 100 });
  for (let round = 0; round < 2; round++) {
    await world.passTime();
    await world.worker.drain();
  }
  assert.deepEqual(
    (await entityStates(world)).map(({ entity_key, status, last_error }) => ({
      entity_key,
      status,
      last_error,
    })),
    [{ entity_key: `issue:${story.child}`, status: "failed", last_error: "odoo_server_error" }],
  );
  const [mapping] = await world.worker
    .sql`select status, last_error from plane.sync_mappings where plane_id = ${story.child}`;
  assert.deepEqual({ ...mapping }, { status: "error", last_error: "odoo_server_error" });

  world.odoo.faults.clear();
  await world.worker.sql`select plane.replay(p_reason => 'odoo_server_error')`;
  await world.worker.drain();
  const names = world.odoo.records("project.task").map(({ name }) => name);
  assert.deepEqual(names.sort(), ["Changed", `Parent ${story.tag}`]);
  assert.deepEqual(await entityStates(world), []);
});
