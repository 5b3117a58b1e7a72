/** A work item's way into Odoo, field by field, over real SQL and the sandbox Odoo. */
import assert from "node:assert/strict";
import { ISSUE, issueEnvelope, label, person, projectEnvelope, STATES } from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

async function withItem(world: SyncWorld, data: object = {}): Promise<Record<string, unknown>> {
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, data));
  await world.drain();
  return await world.partner("issue", ISSUE);
}

Deno.test("every mapped field of a new work item is in Odoo", async () => {
  await using world = await createSyncWorld();
  const alice = world.sandboxOdoo.addUser({ name: "Alice", login: "person1@example.test" });
  const task = await withItem(world, {
    name: "  Broken\ninvoice ",
    description_html: "<p>The <strong>total</strong></p><script>alert(1)</script>",
    priority: "high",
    state: STATES.started,
    assignees: [person(1)],
    labels: [label(1, "Bug"), label(2, "Finance")],
    target_date: "2026-11-30",
  });
  const project = world.sandboxOdoo.records("project.project")[0];
  const stage = world.sandboxOdoo.records("project.task.type").find(({ name }) => name === "In Progress");
  const tags = world.sandboxOdoo.records("project.tags").map(({ id }) => id);
  assert.equal(task.name, "Broken invoice");
  assert.equal(task.description, "<p>The <strong>total</strong></p>");
  assert.equal(task.priority, "2");
  assert.deepEqual(task.stage_id, [stage?.id, "In Progress"]);
  assert.equal(task.state, "01_in_progress");
  assert.deepEqual(task.user_ids, [alice]);
  assert.deepEqual([...task.tag_ids as number[]].sort(), [...tags].sort());
  assert.equal(tags.length, 2);
  assert.equal(task.date_deadline, "2026-11-30 12:00:00");
  assert.deepEqual(task.project_id, [project?.id, "Website"]);
  assert.equal(task.active, true);
});

Deno.test("a new work item without assignees is not assigned to the key's user", async () => {
  await using world = await createSyncWorld();
  assert.deepEqual((await withItem(world)).user_ids, []);
});

Deno.test("closing sets the flag with the stage, and reopening takes it back", async () => {
  await using world = await createSyncWorld();
  await withItem(world, { state: STATES.done });
  assert.equal((await world.partner("issue", ISSUE)).state, "1_done");
  await world.deliver(issueEnvelope(3, { state: STATES.cancelled }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).state, "1_canceled");
  await world.deliver(issueEnvelope(4, { state: STATES.todo }, "updated"));
  await world.drain();
  const task = await world.partner("issue", ISSUE);
  assert.equal(task.state, "01_in_progress");
  assert.equal((task.stage_id as unknown[])[1], "Todo");
});

Deno.test("an update writes only the field that changed, and leaves what somebody changed in Odoo", async () => {
  await using world = await createSyncWorld();
  const task = await withItem(world, { priority: "low" });
  await world.odoo.write("project.task", [Number(task.id)], { name: "Renamed in Odoo" });
  await world.deliver(issueEnvelope(3, { priority: "urgent" }, "updated"));
  await world.drain();
  const after = await world.partner("issue", ISSUE);
  assert.equal(after.priority, "3");
  assert.equal(after.name, "Renamed in Odoo");
});

Deno.test("labels and assignees added in Odoo stay when Plane's set changes", async () => {
  await using world = await createSyncWorld();
  const bob = world.sandboxOdoo.addUser({ name: "Bob", login: "bob@example.test" });
  const ada = world.sandboxOdoo.addUser({ name: "Ada", login: "person1@example.test" });
  const task = await withItem(world, { labels: [label(1, "Bug")], assignees: [] });
  const [own] = await world.odoo.create("project.tags", [{ name: "odoo only" }]);
  await world.odoo.write("project.task", [Number(task.id)], {
    tag_ids: [[6, 0, [...task.tag_ids as number[], own]]],
    user_ids: [[6, 0, [bob]]],
  });
  await world.deliver(issueEnvelope(3, { labels: [label(2, "Later")], assignees: [person(1)] }, "updated"));
  await world.drain();
  const after = await world.partner("issue", ISSUE);
  const names = world.sandboxOdoo.records("project.tags").filter(({ id }) =>
    (after.tag_ids as number[]).includes(Number(id))
  )
    .map(({ name }) => name);
  assert.deepEqual(names.sort(), ["Later", "odoo only"]);
  assert.deepEqual([...after.user_ids as number[]].sort(), [bob, ada].sort());
});

Deno.test("six webhooks of one change cause one write", async () => {
  await using world = await createSyncWorld();
  await withItem(world);
  const before = world.sandboxOdoo.calls.filter(({ method }) => method === "write").length;
  const changed = { name: "New", priority: "low", state: STATES.done, target_date: "2026-12-01" };
  for (const field of ["name", "priority", "state", "target_date", "labels", "assignees"]) {
    const envelope = issueEnvelope(3, changed, "updated") as { activity: object };
    await world.deliver({ ...envelope, activity: { ...envelope.activity, field } });
  }
  await world.drain();
  assert.equal(world.sandboxOdoo.calls.filter(({ method }) => method === "write").length - before, 1);
});

Deno.test("an old webhook that arrives late changes nothing and costs no write", async () => {
  await using world = await createSyncWorld();
  await withItem(world);
  await world.deliver(issueEnvelope(9, { name: "Newest" }, "updated"));
  await world.drain();
  const before = world.sandboxOdoo.calls.filter(({ method }) => method === "write").length;
  await world.deliver(issueEnvelope(5, { name: "Old" }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "Newest");
  assert.equal(world.sandboxOdoo.calls.filter(({ method }) => method === "write").length, before);
});

Deno.test("archiving and taking out of the archive follow Plane", async () => {
  await using world = await createSyncWorld();
  await withItem(world);
  await world.deliver(issueEnvelope(3, { archived_at: "2026-11-21" }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).active, false);
  await world.deliver(issueEnvelope(4, {}, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).active, true);
});

Deno.test("an Odoo with two priorities gets the highest it has, and the plan then rests", async () => {
  await using world = await createSyncWorld({ odooVersion: 18 });
  assert.equal((await withItem(world, { priority: "urgent" })).priority, "1");
  const before = world.sandboxOdoo.calls.length;
  await world.deliver(issueEnvelope(3, { priority: "high" }, "updated"));
  await world.drain();
  assert.equal(world.sandboxOdoo.calls.slice(before).filter(({ method }) => method === "write").length, 0);
});

Deno.test("a start date goes to the field the configuration names", async () => {
  await using world = await createSyncWorld();
  await world.sql`
    update plane.sync_config set field_mappings = field_mappings || '{"start_date": "date_deadline", "target_date": null}'
    where plane_type = 'issue' and odoo_model = 'project.task'`;
  assert.equal((await withItem(world, { start_date: "2026-11-23" })).date_deadline, "2026-11-23 12:00:00");
});
