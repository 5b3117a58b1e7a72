/** Plane hides the comments of an archived project: they are 404, as if they had been deleted. */
import assert from "node:assert/strict";
import { createSyncWorld } from "../support/sync_world.ts";

Deno.test("a comment that is looked at while its project is archived keeps its message", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const { plane, sql, odoo } = world;
  assert(plane !== undefined);
  await sql`update plane.sync_config set enabled = true where plane_type = 'issue_comment'`;
  const project = String((await plane.api("POST", "/projects/", { name: "Board", identifier: "BOARD" })).id);
  const items = `/projects/${project}/work-items/`;
  const item = String((await plane.api("POST", items, { name: "Item" })).id);
  const comment = String(
    (await plane.api("POST", `${items}${item}/comments/`, { comment_html: "<p>Said</p>" })).id,
  );
  await world.arrive();
  await world.arrive();
  const bodies = async () =>
    (await odoo.searchRead("mail.message", [["message_type", "=", "comment"]], ["body"])).map(({ body }) =>
      String(body)
    );
  const before = await bodies();
  assert.match(before.join(), /Said/);
  await plane.api("POST", `/projects/${project}/archive/`);
  await sql`select plane.enqueue_sync('plane', ${comment}, 'issue_comment', 'update', ${
    sql.json({ project_id: project, issue_id: item })
  }, 3)`;
  await sql`update plane.sync_queue set read_first = true where source_id = ${comment}`;
  await world.drain();
  assert.deepEqual(await bodies(), before);
});
