/** Plane lets two creations with one external id in when they come at the same moment. */
import assert from "node:assert/strict";
import { startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("a second item for one task is archived, and its announcement makes no second task", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane } = pair;
  const project = Number((await world.partner("project", pair.project)).id);
  const [task] = await world.odoo.create("project.task", [{
    name: "Once",
    project_id: project,
    user_ids: [],
  }]);
  await world.hintOdoo("project.task", Number(task));
  await world.arrive();

  const { id } = await plane.api("POST", `/projects/${pair.project}/work-items/`, { name: "Once" });
  await plane.idle();
  const stored = world.plane?.world.workItems.get(String(id)) ?? assert.fail("the item is gone");
  Object.assign(stored, { external_id: `project.task,${task}`, external_source: "odoo" });
  await world.sql`select plane.enqueue_sync('plane', ${String(id)}, 'issue', 'update', ${
    JSON.stringify({ project_id: pair.project })
  }::text::jsonb)`;
  await world.drain();
  assert.notEqual(stored.archived_at, null);

  await plane.idle();
  const { body } = plane.deliveries.at(-1) ?? assert.fail("nothing was announced");
  await world.deliver(JSON.parse(body));
  await world.drain();
  const named = [["name", "=", "Once"]] as const;
  const tasks = await world.odoo.search("project.task", [...named], {}, { context: { active_test: false } });
  assert.deepEqual(tasks, [task]);
});

Deno.test("while Plane fails, nobody decides that a second item is none", async () => {
  const pair = await start();
  await using world = pair.world;
  const { plane } = pair;
  const { id } = await plane.api("POST", `/projects/${pair.project}/work-items/`, { name: "Start" });
  const stored = world.plane?.world.workItems.get(String(id)) ?? assert.fail("the item is gone");
  Object.assign(stored, { external_id: `project.task,${pair.task}`, external_source: "odoo" });
  await plane.idle();
  const { body } = plane.deliveries.at(-1) ?? assert.fail("nothing was announced");
  const told = JSON.parse(body);
  Object.assign(told.data, { external_id: stored.external_id, external_source: "odoo" });
  await world.deliver(told);
  plane.faults.next({ kind: "status", status: 502 }, 20);
  await world.drain();
  const [row] = await world.sql`select status, last_error from plane.sync_queue`;
  assert.deepEqual({ ...row }, { status: "pending", last_error: "plane_server_error" });
});
