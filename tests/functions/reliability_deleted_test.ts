/** Records that people delete in Odoo and links that people cut: nothing comes back that was thrown away, nothing doubles. */
import assert from "node:assert/strict";
import {
  announcement,
  assertNothingLeft,
  assertToldOnce,
  beginStory,
  type Story,
} from "../support/plane_story.ts";
import { createReliabilityWorld, type ReliabilityWorld } from "../support/reliability_world.ts";

async function toldStory(world: ReliabilityWorld): Promise<Story> {
  const story = await beginStory(world.plane);
  await world.deliver(announcement(story));
  await world.worker.drain();
  await assertToldOnce(world.worker.sql, world.odoo, story);
  return story;
}

async function odooId(world: ReliabilityWorld, planeId: string): Promise<number> {
  const [row] = await world.worker.sql`select odoo_id from plane.sync_mappings where plane_id = ${planeId}`;
  return Number(row?.odoo_id);
}

async function deleteInOdoo(world: ReliabilityWorld, model: string, id: number): Promise<void> {
  const { url, apiKey, database } = world.odoo;
  const answer = await fetch(`${url}/json/2/${model}/unlink`, {
    method: "POST",
    headers: {
      authorization: `bearer ${apiKey}`,
      "content-type": "application/json",
      "x-odoo-database": database,
    },
    body: JSON.stringify({ ids: [id] }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function tombstones(world: ReliabilityWorld): Promise<Record<string, unknown>[]> {
  const rows = await world.worker
    .sql`select plane_id, odoo_id, reason from plane.sync_tombstone order by created_at`;
  return rows.map((row) => ({ ...row }));
}

const clearMapping = (world: ReliabilityWorld, id: string) =>
  world.worker.sql`delete from plane.sync_mappings where plane_id = ${id}`;

async function touch(world: ReliabilityWorld, story: Story, name: string): Promise<void> {
  await world.plane.api("PATCH", `/projects/${story.project}/work-items/${story.child}/`, { name });
  await world.deliver(announcement(story));
  await world.worker.drain();
}

Deno.test("a task deleted in Odoo is not made again by what happens in Plane, and its tombstone says so", async () => {
  await using world = await createReliabilityWorld();
  const story = await toldStory(world);
  const task = await odooId(world, story.child);
  await deleteInOdoo(world, "project.task", task);
  for (const name of ["Once", "Twice"]) await touch(world, story, name);
  assert.deepEqual(world.odoo.records("project.task").map(({ name }) => name), [`Parent ${story.tag}`]);
  assert.deepEqual(await tombstones(world), [
    { plane_id: story.child, odoo_id: String(task), reason: "deleted_in_odoo" },
  ]);
  await assertNothingLeft(world.worker.sql);
});

Deno.test("cutting the link of a task deleted in Odoo does not bring it back either, noticed before or not", async () => {
  for (const noticed of [true, false]) {
    await using world = await createReliabilityWorld();
    const story = await toldStory(world);
    await deleteInOdoo(world, "project.task", await odooId(world, story.child));
    if (noticed) await touch(world, story, "Noticed");
    await clearMapping(world, story.child);
    await touch(world, story, "After the cut");
    assert.deepEqual(world.odoo.records("project.task").map(({ name }) => name), [`Parent ${story.tag}`]);
    await assertNothingLeft(world.worker.sql);
  }
});

Deno.test("deleting the tombstone allows a new partner", async () => {
  await using world = await createReliabilityWorld();
  const story = await toldStory(world);
  await deleteInOdoo(world, "project.task", await odooId(world, story.child));
  await touch(world, story, "Noticed");
  await clearMapping(world, story.child);
  await world.worker.sql`delete from plane.sync_tombstone`;
  await touch(world, story, "Wanted again");
  const names = world.odoo.records("project.task").map(({ name }) => name);
  assert.deepEqual(names.sort(), [`Parent ${story.tag}`, "Wanted again"]);
});

Deno.test("a link that was cut is made again to the same record, whoever dies on the way", async () => {
  await using world = await createReliabilityWorld();
  const story = await toldStory(world);
  const task = await odooId(world, story.child);
  await clearMapping(world, story.child);
  assert.deepEqual(await tombstones(world), [
    { plane_id: story.child, odoo_id: String(task), reason: "mapping_deleted" },
  ]);
  await world.plane.api("PATCH", `/projects/${story.project}/work-items/${story.child}/`, {
    name: "Linked again",
  });
  await world.deliver(announcement(story));

  // A worker that stops for good after its intent, as if it had been killed there.
  const stuck = Promise.withResolvers<void>();
  const dying = world.addWorker({}, (name, call) => {
    if (name === "store.settle") {
      stuck.resolve();
      return new Promise(() => {});
    }
    return call();
  });
  void dying.drain();
  await stuck.promise;
  await world.passTime();
  await world.worker.drain();

  assert.equal(await odooId(world, story.child), task);
  assert.deepEqual(await tombstones(world), []);
  const names = world.odoo.records("project.task").map(({ name }) => name);
  assert.deepEqual(names.sort(), ["Linked again", `Parent ${story.tag}`]);
  await assertNothingLeft(world.worker.sql);
});

Deno.test("a task deleted in Odoo while its change is at work is not made again", async () => {
  await using world = await createReliabilityWorld();
  const story = await toldStory(world);
  const task = await odooId(world, story.child);
  await world.plane.api("PATCH", `/projects/${story.project}/work-items/${story.child}/`, {
    name: "Too late",
  });
  await world.deliver(announcement(story));
  const worker = world.addWorker({}, async (name, call) => {
    const result = await call();
    if (name === "odoo.read project.task") await deleteInOdoo(world, "project.task", task).catch(() => {});
    return result;
  });
  await worker.drain();
  await world.passTime();
  await world.worker.drain();
  assert.deepEqual(world.odoo.records("project.task").map(({ name }) => name), [`Parent ${story.tag}`]);
  const [mapping] = await world.worker.sql`
    select status, last_error from plane.sync_mappings where plane_id = ${story.child}`;
  assert.deepEqual({ ...mapping }, { status: "archived", last_error: "partner_deleted" });
  await assertNothingLeft(world.worker.sql);
});
