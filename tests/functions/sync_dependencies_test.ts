/** Records that need each other, in whatever order they come. */
import assert from "node:assert/strict";
import {
  ISSUE,
  issueEnvelope,
  label,
  person,
  PROJECT,
  projectEnvelope,
  STATES,
} from "../support/plane_envelopes.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

const PARENT = "82bf3b73-f607-4d0b-9950-ccae760eb5aa";

async function queue(world: SyncWorld): Promise<Record<string, unknown>[]> {
  return await world.sql`select entity_key, status, last_error from plane.sync_queue order by entity_key`;
}

Deno.test("a work item waits for its project and is made as soon as the project is", async () => {
  await using world = await createSyncWorld();
  await world.deliver(issueEnvelope(2));
  await world.drain();
  assert.deepEqual([...await queue(world)], [{
    entity_key: `issue:${ISSUE}`,
    status: "pending",
    last_error: "waits_for_project",
  }]);
  await world.deliver(projectEnvelope(1));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "A work item");
  assert.deepEqual([...await queue(world)], []);
});

Deno.test("a project whose webhook was lost is read from Plane", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const { plane } = world;
  assert(plane !== undefined);
  const project = await plane.api("POST", "/projects/", { name: "Lost", identifier: "LOST" });
  const item = await plane.api("POST", `/projects/${project.id}/work-items/`, { name: "Found" });
  await world.deliver({
    version: "v2",
    event: "workitem.created",
    event_id: crypto.randomUUID(),
    webhook_id: crypto.randomUUID(),
    entity_id: item.id,
    entity_type: "issue",
    data: { project_id: project.id },
  });
  await world.drain();
  assert.equal((await world.partner("issue", String(item.id))).name, "Found");
  assert.equal((await world.partner("project", String(project.id))).name, "Lost");
  const stages = world.sandboxOdoo.records("project.task.type").map(({ name }) => name);
  assert.deepEqual(stages, ["Backlog", "Todo", "In Progress", "Done", "Cancelled"]);
});

Deno.test("a child that came before its parent gets the parent later, without a webhook of its own", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { parent: PARENT }));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).parent_id, false);
  await world.deliver(issueEnvelope(3, { id: PARENT, name: "Parent" }));
  await world.drain();
  const parent = await world.partner("issue", PARENT);
  assert.deepEqual((await world.partner("issue", ISSUE)).parent_id, [parent.id, "Parent"]);
});

Deno.test("a parent taken away in Plane is taken away in Odoo", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { id: PARENT }));
  await world.deliver(issueEnvelope(2, { parent: PARENT }));
  await world.drain();
  await world.deliver(issueEnvelope(4, { parent: null }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).parent_id, false);
});

Deno.test("an item that is its own parent is synchronised without one", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { parent: ISSUE }));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).parent_id, false);
  assert.deepEqual([...await queue(world)], []);
});

Deno.test("a person without Odoo user is reported once, and the rest of the record arrives", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { assignees: [person(1)], priority: "high" }));
  await world.drain();
  await world.deliver(issueEnvelope(3, { assignees: [person(1)], priority: "low" }, "updated"));
  await world.drain();
  const events = await world.sql`select message, metadata from ops.events where event_type = 'unmapped_user'`;
  assert.equal(events.length, 1);
  assert(!JSON.stringify(events).includes("example.test"), "no address in the event");
  assert.equal((await world.partner("issue", ISSUE)).priority, "0");
  const actions = await world.sql`select topic, subject from plane.v_next_actions`;
  assert.deepEqual([...actions], [{ topic: "unmapped_user", subject: "person1@example.test" }]);
});

Deno.test("a decision made by hand maps a person no address could", async () => {
  await using world = await createSyncWorld();
  const user = world.sandboxOdoo.addUser({ name: "Alice", login: "alice" });
  await world.sql`
    insert into plane.sync_value_map (kind, plane_value, odoo_model, odoo_id, decided_by)
    values ('user', ${person(1).id}, 'res.users', ${String(user)}, 'manual')`;
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { assignees: [person(1)] }));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, [user]);
});

Deno.test("an address two Odoo users share is nobody's", async () => {
  await using world = await createSyncWorld();
  world.sandboxOdoo.addUser({ name: "A", login: "a", email: "person1@example.test" });
  world.sandboxOdoo.addUser({ name: "B", login: "b", email: "Person1@example.test" });
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { assignees: [person(1)] }));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, []);
});

Deno.test("an underscore in an address is not a wildcard", async () => {
  await using world = await createSyncWorld();
  world.sandboxOdoo.addUser({ name: "Other", login: "firstXlast@example.test" });
  const right = world.sandboxOdoo.addUser({ name: "Right", login: "First_Last@example.test" });
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { assignees: [person(1, "first_last@example.test")] }));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).user_ids, [right]);
});

Deno.test("a tag that exists under another case is used", async () => {
  await using world = await createSyncWorld();
  const [tag] = await world.odoo.create("project.tags", [{ name: "bug" }]);
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { labels: [label(1, "Bug")] }));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).tag_ids, [tag]);
});

Deno.test("a tag deleted in Odoo is forgotten and made again", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { labels: [label(1, "Bug")] }));
  await world.drain();
  const task = await world.partner("issue", ISSUE);
  await world.odoo.call("project.tags", "unlink", { ids: task.tag_ids as number[] });
  await world.deliver(issueEnvelope(3, { labels: [label(1, "Bug"), label(2, "Later")] }, "updated"));
  await world.drain();
  const names = world.sandboxOdoo.records("project.tags").map(({ name }) => name);
  assert.deepEqual(names.sort(), ["Bug", "Later"]);
  assert.equal(((await world.partner("issue", ISSUE)).tag_ids as number[]).length, 2);
});

Deno.test("a stage the project has already is used for the state of that name", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.drain();
  const project = Number((await world.partner("project", PROJECT)).id);
  const [stage] = await world.odoo.create("project.task.type", [{
    name: "in progress",
    project_ids: [[6, 0, [project]]],
  }]);
  await world.deliver(issueEnvelope(2, { state: STATES.started }));
  await world.drain();
  assert.deepEqual((await world.partner("issue", ISSUE)).stage_id, [stage, "in progress"]);
});

Deno.test("a parent deleted in Odoo does not hold up its children: they arrive without it", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { id: PARENT }));
  await world.drain();
  await world.odoo.call("project.task", "unlink", { ids: [(await world.partner("issue", PARENT)).id] });
  await world.deliver(issueEnvelope(3, { parent: PARENT, priority: "high" }));
  await world.drain();
  const child = await world.partner("issue", ISSUE);
  assert.deepEqual([child.parent_id, child.priority], [false, "2"]);
  assert.deepEqual([...await queue(world)], []);
});

Deno.test("a work item of a project deleted in Odoo is given up with that reason, not asked for without end", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.drain();
  await world.odoo.call("project.project", "unlink", { ids: [(await world.partner("project", PROJECT)).id] });
  await world.deliver(issueEnvelope(2));
  await world.drain();
  const dead = await world.sql`select entity_key, reason from plane.v_dead_letters`;
  assert.deepEqual([...dead], [{ entity_key: `issue:${ISSUE}`, reason: "partner_deleted" }]);
});

Deno.test("a parent Odoo refuses for now holds up nothing else, and is set as soon as the parent has moved", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { name: "Former parent" }));
  await world.drain();
  await world.deliver(issueEnvelope(2, { id: PARENT, name: "Former child", parent: ISSUE }));
  await world.drain();
  // They changed places in Plane; the webhook that takes the former child away from its parent comes last.
  await world.deliver(issueEnvelope(5, { name: "New child", parent: PARENT }, "updated"));
  await world.drain();
  const waiting = await world.partner("issue", ISSUE);
  assert.deepEqual([waiting.name, waiting.parent_id], ["New child", false]);
  const [row] = await world.sql`
    select status, next_attempt_at > now() + interval '30 seconds' as rests from plane.sync_queue`;
  assert.deepEqual({ ...row }, { status: "pending", rests: true });
  // What else changes meanwhile does not wait for it.
  await world.deliver(issueEnvelope(6, { name: "Renamed child", parent: PARENT }, "updated"));
  await world.drain();
  assert.equal((await world.partner("issue", ISSUE)).name, "Renamed child");
  await world.deliver(issueEnvelope(4, { id: PARENT, name: "New parent", parent: null }, "updated"));
  await world.drain();
  const parent = await world.partner("issue", PARENT);
  assert.deepEqual((await world.partner("issue", ISSUE)).parent_id, [parent.id, "New parent"]);
  assert.deepEqual([...await queue(world)], []);
});

Deno.test("a parent that was given up for the day is tried again when the parent moves", async () => {
  await using world = await createSyncWorld();
  await world.deliver(projectEnvelope(1));
  await world.deliver(issueEnvelope(2, { name: "Former parent" }));
  await world.drain();
  await world.deliver(issueEnvelope(2, { id: PARENT, name: "Former child", parent: ISSUE }));
  await world.drain();
  await world.deliver(issueEnvelope(5, { parent: PARENT }, "updated"));
  await world.drain();
  while ((await queue(world)).length > 0) {
    await world.letRefusedRest();
    await world.drain();
  }
  assert.equal((await world.partner("issue", ISSUE)).parent_id, false);
  await world.deliver(issueEnvelope(6, { id: PARENT, name: "New parent", parent: null }, "updated"));
  await world.drain();
  const parent = await world.partner("issue", PARENT);
  assert.deepEqual((await world.partner("issue", ISSUE)).parent_id, [parent.id, "New parent"]);
});
