/** Records deleted in Plane, with and without access to Plane's API. */
import assert from "node:assert/strict";
import { ISSUE, issueEnvelope, PROJECT, projectEnvelope } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

const deletedProject = (n: number) => ({ ...projectEnvelope(n, {}, "deleted"), data: { id: PROJECT } });
const deletedIssue = (n: number) => ({ ...issueEnvelope(n, {}, "deleted"), data: { id: ISSUE } });

async function startPair(world: SyncWorld): Promise<number> {
  await world.deliver(projectEnvelope(1));
  await world.drain();
  await world.deliver(issueEnvelope(2));
  await world.drain();
  return Number((await world.partner("issue", ISSUE)).id);
}

for (const withPlane of [false, true]) {
  const access = withPlane ? "with Plane's API" : "without Plane's API";

  Deno.test(`${access}, a project deleted in Plane is archived in Odoo, never deleted`, async () => {
    await using world = await createSyncWorld({ withPlane });
    await startPair(world);
    await world.deliver(deletedProject(3));
    await world.drain();
    assert.equal(world.sandboxOdoo.records("project.project")[0]?.active, false);
    assert(!world.sandboxOdoo.calls.some(({ method }) => method === "unlink"));
    const [mapping] = await world.sql`select status from plane.sync_mappings where plane_type = 'project'`;
    assert.equal(mapping?.status, "archived");
    assert.deepEqual([...await world.sql`select entity_key from plane.sync_queue`], []);
  });

  Deno.test(`${access}, a late update does not bring back what was deleted in Plane`, async () => {
    await using world = await createSyncWorld({ withPlane });
    await startPair(world);
    await world.deliver(deletedIssue(5));
    await world.drain();
    await world.deliver(issueEnvelope(4, { name: "Late" }, "updated"));
    await world.drain();
    const task = await world.partner("issue", ISSUE);
    assert.equal(task.active, false);
    assert.equal(task.name, "A work item");
    assert.deepEqual([...await world.sql`select entity_key from plane.sync_queue`], []);
  });
}
