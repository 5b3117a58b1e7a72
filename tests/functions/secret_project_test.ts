/** Plane says of a secret project that it is not there when the integration's user is no member: the same as of a deleted one. */
import assert from "node:assert/strict";
import { createSyncWorld } from "../support/sync_world.ts";

Deno.test("a project that became secret, and is none of the integration's, is not taken for deleted", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const { plane, sql } = world;
  assert(plane !== undefined);
  const made = await plane.api("POST", "/projects/", { name: "Board", identifier: "BOARD" });
  await world.arrive();
  const id = String(made.id);
  assert.equal((await world.partner("project", id)).active, true);
  const project = plane.world.projects.get(id);
  assert(project !== undefined);
  project.network = 0;
  project.members.splice(0);
  await sql`select plane.enqueue_sync('plane', ${id}, 'project', 'update', ${
    sql.json({ project_id: id })
  }, 3)`;
  await sql`update plane.sync_queue set read_first = true where source_id = ${id}`;
  await world.drain();
  const [row] = await sql`select last_error from plane.sync_queue where source_id = ${id}`;
  assert.deepEqual([(await world.partner("project", id)).active, row?.last_error], [true, "plane_forbidden"]);
});
