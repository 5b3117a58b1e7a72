/** Which state of a Plane record is believed. */
import assert from "node:assert/strict";
import { ISSUE, issueEnvelope, PROJECT, projectEnvelope } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

async function startPair(world: SyncWorld): Promise<void> {
  await world.deliver(projectEnvelope(1));
  await world.drain();
  await world.deliver(issueEnvelope(2));
  await world.drain();
}

const v2Update = (id: string, project: string) => ({
  version: "v2",
  event: "workitem.updated",
  event_id: crypto.randomUUID(),
  webhook_id: crypto.randomUUID(),
  entity_id: id,
  entity_type: "issue",
  data: { name: "New", project_id: project },
});

async function lastErrors(world: SyncWorld): Promise<unknown[]> {
  return [...await world.sql`select last_error from plane.sync_queue`].map((row) => row.last_error);
}

Deno.test("without Plane's API an update that carries no record is not settled with what was seen before", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world.deliver(v2Update(ISSUE, PROJECT));
  await world.drain();
  assert.deepEqual(await lastErrors(world), ["plane_not_configured"]);
});

Deno.test("without Plane's API a hint by hand goes by what was seen last", async () => {
  await using world = await createSyncWorld();
  await startPair(world);
  await world.sql`select plane.enqueue_sync('plane', ${ISSUE}, 'issue')`;
  await world.drain();
  assert.deepEqual(await lastErrors(world), []);
});

Deno.test("an announcement in a shape nobody knows is read from Plane, not replaced by what was seen before", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const project = await world.plane?.api("POST", "/projects/", { name: "P", identifier: "PP" });
  const item = await world.plane?.api("POST", `/projects/${project?.id}/work-items/`, { name: "Now" });
  await world.deliver(projectEnvelope(1, { id: project?.id }));
  await world.drain();
  await world.deliver(issueEnvelope(2, { id: item?.id, project: project?.id, name: "Before" }));
  await world.drain();
  await world.deliver(issueEnvelope(3, { id: item?.id, project: project?.id, labels: "drifted" }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", String(item?.id))).name, "Now");
});

Deno.test("a work item moved to another project is found there, not taken for deleted", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const one = await world.plane?.api("POST", "/projects/", { name: "One", identifier: "ONE" });
  const two = await world.plane?.api("POST", "/projects/", { name: "Two", identifier: "TWO" });
  const item = await world.plane?.api("POST", `/projects/${two?.id}/work-items/`, { name: "Moved" });
  await world.deliver(projectEnvelope(1, { id: one?.id, name: "One" }));
  await world.deliver(projectEnvelope(1, { id: two?.id, name: "Two" }));
  await world.drain();
  await world.deliver(issueEnvelope(2, { id: item?.id, project: one?.id, name: "Moved" }));
  await world.drain();
  await world.deliver(v2Update(String(item?.id), String(two?.id)));
  await world.drain();
  const task = await world.partner("issue", String(item?.id));
  assert.equal(task.active, true);
  const [mapping] = await world
    .sql`select plane_project_id from plane.sync_mappings where plane_type = 'issue'`;
  assert.equal(mapping?.plane_project_id, two?.id);
  assert.equal(
    Number((task.project_id as unknown[])[0]),
    Number((await world.partner("project", String(two?.id))).id),
    "its task moves with it",
  );
  assert.equal((task.stage_id as unknown[])[1], "Backlog", "in the column of the state it has there");
});
