/** Somebody edits one side after an undo has reached the other, and before it is settled: the edit stays. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";
import { givenUp, logOf, lookAgain, takeBack } from "../support/undo.ts";

const start = startPairIn({});

/** `[side, from, to, rule]` of what was written of the priority, less the first synchronisation and what nobody knows the outcome of. */
async function logged({ world }: Pair): Promise<unknown[]> {
  const rows = await world.sql<{ side: string; from: unknown; to: unknown; why: string }[]>`
    select c ->> 'side' as side, c -> 'from' as "from", c -> 'to' as "to", c ->> 'why' as why
    from plane.sync_log l, jsonb_array_elements(l.changes) with ordinality as o (c, place)
    where l.success and c ->> 'field' = 'priority' and c ->> 'why' <> 'created' order by l.id, place`;
  return rows.slice(1).map(({ side, from, to, why }) => [side, from, to, why]);
}

/** What Odoo had set is taken back in Plane; meanwhile somebody edits the task, and carrying the undo to it fails. */
async function editAsPlaneIsTakenBack(pair: Pair, priority: string, then = () => {}): Promise<void> {
  const { world } = pair;
  await editOdoo(pair, { priority: "3" });
  await world.hintOdoo("project.task", pair.task);
  world.beforePlaneWrite = async () => {
    await editOdoo(pair, { priority });
    world.sandboxOdoo.faults.add({ kind: "server_error", model: "project.task", method: "write" });
    then();
  };
  await takeBack(world, await logOf(world, "priority"));
  await lookAgain(world);
}

/** What Plane had set is taken back in Odoo; meanwhile somebody edits the work item, and carrying the undo to it fails. */
async function editAsOdooIsTakenBack(pair: Pair, priority: string): Promise<void> {
  const { world } = pair;
  await editPlane(pair, { priority: "urgent" });
  await world.arrive();
  world.beforePlaneWrite = async () => {
    await editPlane(pair, { priority });
    world.plane?.faults.next({ kind: "status", status: 500 });
  };
  await takeBack(world, await logOf(world, "priority"));
  await lookAgain(world);
}

/** The next changes sent to Plane fail, and have no effect. */
function breakPlane({ world }: Pick<Pair, "world">, times: number): void {
  world.beforePlaneWrite = () => {
    world.plane?.faults.next({ kind: "status", status: 500 });
    if (times > 1) breakPlane({ world }, times - 1);
    return Promise.resolve();
  };
}

for (const policy of ["latest_wins", "plane_wins", "odoo_wins", "manual"] as const) {
  Deno.test(`an edit in Odoo stays, made after its undo has reached Plane (${policy})`, async () => {
    const pair = await start();
    await using world = pair.world;
    await world.sql`update plane.sync_config set conflict_resolution = ${policy} where plane_type = 'issue'`;
    await editAsPlaneIsTakenBack(pair, "2");
    assert.deepEqual(await givenUp(world), ["priority"]);
    assert.equal((await world.partner("issue", pair.item)).priority, "2");
    assert.equal((await inPlane(pair)).priority, "high");
    assert.deepEqual(await logged(pair), [
      ["plane", "urgent", "none", "undone"],
      ["plane", "none", "high", "conflict_odoo_won"],
    ]);
    const left = await world.sql`select field from plane.sync_conflict where status = 'open'`;
    assert.deepEqual([...left], []);
  });

  Deno.test(`an edit in Plane stays, made after its undo has reached Odoo (${policy})`, async () => {
    const pair = await start();
    await using world = pair.world;
    await world.sql`update plane.sync_config set conflict_resolution = ${policy} where plane_type = 'issue'`;
    await editAsOdooIsTakenBack(pair, "high");
    assert.deepEqual(await givenUp(world), ["priority"]);
    assert.equal((await world.partner("issue", pair.item)).priority, "2");
    assert.equal((await inPlane(pair)).priority, "high");
    assert.deepEqual(await logged(pair), [
      ["odoo", "3", "0", "undone"],
      ["odoo", "0", "2", "conflict_plane_won"],
    ]);
  });
}

Deno.test("who edits one side as an undo was about to edit it does not stop the undo", async () => {
  const pair = await start();
  await using world = pair.world;
  await editAsPlaneIsTakenBack(pair, "0");
  assert.deepEqual(await givenUp(world), []);
  assert.equal((await world.partner("issue", pair.item)).priority, "0");
  assert.equal((await inPlane(pair)).priority, "none");
});

Deno.test("an undo that an edit overtook is in the log once, however often Plane fails after it", async () => {
  const pair = await start();
  await using world = pair.world;
  await editAsPlaneIsTakenBack(pair, "2", () => breakPlane(pair, 2));
  for (let tries = 0; tries < 3; tries += 1) await lookAgain(world);
  assert.equal(world.beforePlaneWrite, undefined, "both failed");
  assert.equal((await inPlane(pair)).priority, "high");
  const [first, ...others] = await logged(pair);
  assert.deepEqual(first, ["plane", "urgent", "none", "undone"]);
  assert.deepEqual(others.length, 1);
});

Deno.test("where people had edited both sides before anybody began with an undo, the policy decides", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'plane_wins' where plane_type = 'issue'`;
  await editOdoo(pair, { priority: "3" });
  await world.hintOdoo("project.task", pair.task);
  await editPlane(pair, { priority: "none" });
  await editOdoo(pair, { priority: "2" });
  await takeBack(world, await logOf(world, "priority"));
  assert.deepEqual(await givenUp(world), ["priority"]);
  assert.equal((await world.partner("issue", pair.item)).priority, "0");
  assert.deepEqual(await logged(pair), [["odoo", "2", "0", "conflict_plane_won"]]);
});

/** One row that says that Odoo's name went to Plane and Plane's priority to Odoo, to be taken back as a whole. */
async function changeBoth(pair: Pair): Promise<{ log_id: string }> {
  const { world } = pair;
  await editOdoo(pair, { name: "from Odoo" });
  await editPlane(pair, { priority: "urgent" });
  await world.hintOdoo("project.task", pair.task);
  const log = await logOf(world, "name");
  assert.deepEqual(await logOf(world, "priority"), log, "one row has both");
  return log;
}

Deno.test("an edit in Odoo stays that comes after it was read, and before Plane is given its former value", async () => {
  const pair = await start();
  await using world = pair.world;
  const log = await changeBoth(pair);
  const write = world.odoo.write.bind(world.odoo);
  world.odoo.write = async (...given) => {
    world.odoo.write = write;
    await write("project.task", [pair.task], { name: "edited since" });
    await write(...given);
  };
  await takeBack(world, log);
  await lookAgain(world);
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.name, task.priority], ["edited since", "0"]);
  const item = await inPlane(pair);
  assert.deepEqual([item.name, item.priority], ["edited since", "none"]);
  assert.deepEqual(await givenUp(world), ["name"]);
});

Deno.test("an edit in Plane stays that comes after it was read, and after Odoo was given its former value", async () => {
  const pair = await start();
  await using world = pair.world;
  const log = await changeBoth(pair);
  world.beforePlaneWrite = async () => void await editPlane(pair, { priority: "high" });
  await takeBack(world, log);
  await lookAgain(world);
  const item = await inPlane(pair);
  assert.equal(item.priority, "high");
  assert.notEqual(item.name, "from Odoo");
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.name, task.priority], [item.name, "2"]);
  assert.deepEqual(await givenUp(world), ["priority"]);
});
