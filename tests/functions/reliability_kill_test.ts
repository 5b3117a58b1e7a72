/** The worker dies by SIGKILL before, during and after every call on its way; another one finishes, and nobody notices. */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { announcement, assertToldOnce, beginStory, type Story } from "../support/plane_story.ts";
import type { FaultPlan } from "../support/programs/fault_worker.ts";
import { createReliabilityWorld, type ReliabilityWorld } from "../support/reliability_world.ts";

const PROGRAM = new URL("../support/programs/fault_worker.ts", import.meta.url).pathname;

type Kill = FaultPlan["kill"];

async function runProgram(world: ReliabilityWorld, kill?: Kill): Promise<Deno.CommandOutput> {
  const plan: FaultPlan = { target: world.target, ...(kill === undefined ? {} : { kill }) };
  return await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, JSON.stringify(plan)],
  }).output();
}

async function announceStory(world: ReliabilityWorld): Promise<Story> {
  // Nobody is known yet, so that the way is the same for each story.
  await world.worker.sql`delete from plane.sync_value_map`;
  const story = await beginStory(world.plane);
  await world.deliver(announcement(story));
  return story;
}

/** The calls of a run that nothing disturbs: no fault point can be forgotten. */
async function recordCalls(world: ReliabilityWorld): Promise<string[]> {
  const story = await announceStory(world);
  const { code, stdout, stderr } = await runProgram(world);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  await assertToldOnce(world.worker.sql, world.odoo, story);
  return JSON.parse(new TextDecoder().decode(stdout)) as string[];
}

async function killAndFinish(world: ReliabilityWorld, kill: NonNullable<Kill>): Promise<void> {
  const story = await announceStory(world);
  const { signal } = await runProgram(world, kill);
  assert.equal(signal, "SIGKILL", "the worker reached the fault point");
  await world.passTime();
  await world.worker.drain();
  // What the dead worker had sent may arrive after this: a claim that nobody is there to use.
  if (kill.when === "during") await eventually("the queue is empty", () => emptied(world));
  await assertToldOnce(world.worker.sql, world.odoo, story);
}

async function emptied(world: ReliabilityWorld): Promise<boolean> {
  await world.passTime();
  await world.worker.drain();
  const [row] = await world.worker.sql`select count(*)::int as left from plane.sync_queue`;
  return row?.left === 0;
}

Deno.test("a worker may die before, during or after any of its calls: one partner each, right in every field, nothing left", async () => {
  // Two worlds side by side, because each kill costs a process.
  await using first = await createReliabilityWorld();
  await using second = await createReliabilityWorld();
  const calls = await recordCalls(first);
  assert.deepEqual(await recordCalls(second), calls, "the way is the same each time");
  for (
    const part of [
      "store.claim",
      "store.openIntent",
      "odoo.load",
      "odoo.write",
      "plane.workItem",
      "store.settle",
    ]
  ) {
    assert(calls.some((name) => name.includes(part)), `${part} is on the way`);
  }

  const kills = calls.flatMap((
    _name,
    call,
  ) => [{ call, when: "before" as const }, { call, when: "after" as const }]);
  const failures: string[] = [];
  const lane = async (world: ReliabilityWorld) => {
    for (let kill = kills.shift(); kill !== undefined; kill = kills.shift()) {
      try {
        await killAndFinish(world, kill);
      } catch (thrown) {
        failures.push(`killed ${kill.when} ${calls[kill.call]} (${kill.call}): ${String(thrown)}`);
      }
    }
  };
  await Promise.all([first, second].map(lane));
  assert.deepEqual(failures, []);
});
