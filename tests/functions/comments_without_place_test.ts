/** Comments whose work item or task is gone: they stay where they are, and nobody tries for ever. */
import assert from "node:assert/strict";
import {
  type CommentWorld,
  inOdoo,
  inPlane,
  letTimePass,
  nothingIsLeft,
  startCommentWorld,
  writeInOdoo,
  writeInPlane,
} from "../support/comment_world.ts";

async function deleteItem({ plane, project, item }: CommentWorld): Promise<void> {
  await plane.api("DELETE", `/projects/${project}/work-items/${item}/`);
}

/** As a sweep that misses it says. */
async function tellOfDeletion({ world, item }: CommentWorld): Promise<void> {
  await world.sql`select plane.enqueue_sync('plane', ${item}, 'issue', 'delete')`;
  await world.drain();
}

async function hintComment({ world }: CommentWorld, id: string, brought: object): Promise<void> {
  const payload = JSON.stringify(brought);
  await world
    .sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'update', ${payload}::text::jsonb)`;
  await world.drain();
}

Deno.test("a message on a task whose work item was deleted in Plane stays in Odoo", async () => {
  const at = await startCommentWorld();
  await using _world = at.world;
  await deleteItem(at);
  await tellOfDeletion(at);
  await writeInOdoo(at, "<p>Too late</p>");
  await nothingIsLeft(at);
});

Deno.test("a message on a task whose work item is gone waits until that is known, and then stays in Odoo", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await deleteItem(at);
  await writeInOdoo(at, "<p>Too late</p>");
  const [row] = await world.sql`select status, last_error from plane.sync_queue`;
  assert.deepEqual({ ...row }, { status: "pending", last_error: "waits_for_project" });
  await tellOfDeletion(at);
  await letTimePass(at);
  await nothingIsLeft(at);
});

Deno.test("a comment whose task was deleted while its note was to be made stays in Plane", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>Alone</p>");
  await world.arrive();
  await world.sql`
    delete from plane.sync_snapshot s using plane.sync_mappings m
    where m.id = s.mapping_id and m.plane_type = 'issue_comment'`;
  await world.sql`update plane.sync_mappings set odoo_id = null where plane_type = 'issue_comment'`;
  const observed = await at.plane.api("GET", `${at.comments}${id}/`);
  await world.odoo.call("project.task", "unlink", { ids: [at.task] });
  await world.hintOdoo("project.task", at.task);
  await hintComment(at, id, { observed });
  assert.deepEqual(await inOdoo(at), []);
  await nothingIsLeft(at);
  // Also for whoever speaks of it without its work item.
  await hintComment(at, id, { project_id: at.project });
  await nothingIsLeft(at);
});

Deno.test("a comment that was deleted before it had a note is no dead letter when somebody speaks of it without its work item", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  world.plane?.webhooks.list().forEach((webhook) => webhook.isActive = false);
  const id = await writeInPlane(at, "<p>Short</p>");
  const observed = await at.plane.api("GET", `${at.comments}${id}/`);
  await at.plane.api("DELETE", `${at.comments}${id}/`);
  await world.sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'delete', ${
    JSON.stringify({ observed })
  }::text::jsonb)`;
  await world.drain();
  await nothingIsLeft(at);
  await hintComment(at, id, { project_id: at.project });
  await nothingIsLeft(at);
});

Deno.test("a comment nobody had read before it and its message were deleted is no dead letter when somebody speaks of it without its work item", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  world.plane?.webhooks.list().forEach((webhook) => webhook.isActive = false);
  const message = await writeInOdoo(at, "<p>Short</p>");
  const id = String((await inPlane(at))[0]?.id);
  // Its worker died before it could say what it had made.
  await world.sql`
    delete from plane.sync_snapshot s using plane.sync_mappings m
    where m.id = s.mapping_id and m.plane_type = 'issue_comment'`;
  await at.plane.api("DELETE", `${at.comments}${id}/`);
  await world.odoo.call("mail.message", "unlink", { ids: [message] });
  await world.sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'delete')`;
  await world.drain();
  const tombstones = await world.sql`select reason from plane.sync_tombstone where plane_id = ${id}`;
  assert.deepEqual(tombstones.map(({ reason }) => reason), ["deleted_in_odoo"]);
  await nothingIsLeft(at);
  await hintComment(at, id, { project_id: at.project });
  await nothingIsLeft(at);
});

Deno.test("a message emptied before anybody knew of the comment made from it leaves that comment marked, and nothing waits", async () => {
  const at = await startCommentWorld({ odooAheadMs: 60_000 });
  await using world = at.world;
  const message = await writeInOdoo(at, "<p>Hasty</p>");
  const [comment] = await inPlane(at);
  // Its worker died before it could say so.
  await world.sql`
    delete from plane.sync_snapshot s using plane.sync_mappings m
    where m.id = s.mapping_id and m.plane_type = 'issue_comment'`;
  await world.sql`update plane.sync_mappings set plane_id = null where plane_type = 'issue_comment'`;
  await world.odoo.write("mail.message", [message], { body: "" });
  await hintComment(at, String(comment?.id), { project_id: at.project, observed: comment ?? {} });
  await letTimePass(at);
  assert.match((await inPlane(at))[0]?.comment_html ?? "", /deleted in Odoo/);
  await nothingIsLeft(at);
});
