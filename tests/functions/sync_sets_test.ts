/** Labels and assignees over time: what each was in Odoo when both sides last agreed decides what is taken away. */
import assert from "node:assert/strict";
import { ISSUE, issueEnvelope, label, person, projectEnvelope } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

async function withItem(world: SyncWorld, data: object): Promise<void> {
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, data));
  await world.drain();
}

async function tagNames(world: SyncWorld): Promise<string[]> {
  const ids = (await world.partner("issue", ISSUE)).tag_ids as number[];
  const tags = world.sandboxOdoo.records("project.tags");
  return ids.map((id) => String(tags.find((tag) => tag.id === id)?.name)).sort();
}

const writes = (world: SyncWorld) =>
  world.sandboxOdoo.calls.filter(({ model, method }) => model === "project.task" && method === "write")
    .length;

Deno.test("an assignee who is mapped later arrives with the next hint, though Plane's set did not change", async () => {
  await using world = await createSyncWorld();
  await withItem(world, { assignees: [person(1)] });
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, []);
  const user = world.sandboxOdoo.addUser({ name: "Alice", login: "alice" });
  await world.sql`
    update plane.sync_value_map set odoo_id = ${String(user)}, decided_by = 'manual' where kind = 'user'`;
  await world.deliver(issueEnvelope(3, { assignees: [person(1)] }, "updated"));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, [user]);
});

Deno.test("an assignee who is mapped to somebody else is replaced", async () => {
  await using world = await createSyncWorld();
  world.sandboxOdoo.addUser({ name: "Wrong", login: "person1@example.test" });
  await withItem(world, { assignees: [person(1)] });
  const right = world.sandboxOdoo.addUser({ name: "Right", login: "right" });
  await world.sql`
    update plane.sync_value_map set odoo_id = ${String(right)}, decided_by = 'manual' where kind = 'user'`;
  await world.deliver(issueEnvelope(3, { assignees: [person(1)] }, "updated"));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, [right]);
});

Deno.test("an assignee nobody can match causes no write, hint after hint", async () => {
  await using world = await createSyncWorld();
  await withItem(world, { assignees: [person(1)] });
  const before = writes(world);
  for (const n of [3, 4, 5]) {
    await world.deliver(issueEnvelope(n, { assignees: [person(1)] }, "updated"));
    await world.drain();
  }
  assert.equal(writes(world), before);
});

Deno.test("an assignee whose match is lost stays, and goes when Plane takes the person away", async () => {
  await using world = await createSyncWorld();
  const user = world.sandboxOdoo.addUser({ name: "Alice", login: "person1@example.test" });
  await withItem(world, { assignees: [person(1)] });
  await world.deliver(
    issueEnvelope(3, { assignees: [person(1, "unknown@example.test")], priority: "high" }, "updated"),
  );
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, [user]);
  await world.deliver(issueEnvelope(4, { assignees: [], priority: "high" }, "updated"));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, []);
});

Deno.test("a label renamed in Plane has its new tag only, and none once it is taken away", async () => {
  await using world = await createSyncWorld();
  await withItem(world, { labels: [label(1, "bug")] });
  await world.deliver(issueEnvelope(3, { labels: [label(1, "defect")] }, "updated"));
  await world.drain();
  assert.deepEqual(await tagNames(world), ["defect"]);
  await world.deliver(issueEnvelope(4, { labels: [] }, "updated"));
  await world.drain();
  assert.deepEqual(await tagNames(world), []);
});

Deno.test("a label renamed by another work item's webhook still takes its old tag with it", async () => {
  await using world = await createSyncWorld();
  await withItem(world, { labels: [label(1, "bug")] });
  const other = "82bf3b73-f607-4d0b-9950-ccae760eb5aa";
  await world.deliver(issueEnvelope(3, { id: other, labels: [label(1, "defect")] }));
  await world.drain();
  await world.deliver(issueEnvelope(4, { labels: [] }, "updated"));
  await world.drain();
  assert.deepEqual(await tagNames(world), []);
});

Deno.test("fields that are switched off look nothing up and make nothing in Odoo", async () => {
  await using world = await createSyncWorld();
  await world.sql`
    update plane.sync_config set field_mappings = '{"name": "name"}'
    where plane_type = 'issue' and odoo_model = 'project.task'`;
  const parent = "82bf3b73-f607-4d0b-9950-ccae760eb5aa";
  await withItem(world, { labels: [label(1, "bug")], assignees: [person(1)], parent });
  assert.equal((await world.partner("issue", ISSUE)).name, "A work item");
  for (const model of ["project.tags", "project.task.type"]) {
    assert.deepEqual(world.sandboxOdoo.records(model), []);
  }
  assert(!world.sandboxOdoo.calls.some(({ model }) => model === "res.users"));
  assert.deepEqual([...await world.sql`select entity_key from plane.sync_waiting`], []);
});
