/** Deleted comments: the copy on the other side stays and says so, unless options.delete asks for something else. */
import assert from "node:assert/strict";
import {
  type CommentWorld,
  configure,
  inOdoo,
  inPlane,
  nothingIsLeft,
  onlyComment,
  onlyNote,
  startCommentWorld,
  writeInOdoo,
  writeInPlane,
} from "../support/comment_world.ts";

async function withPlaneComment(
  options: Record<string, string> = {},
): Promise<CommentWorld & { id: string }> {
  const at = await startCommentWorld();
  await configure(at, options);
  const id = await writeInPlane(at, "<p>Keep me</p>");
  await at.world.arrive();
  return { ...at, id };
}

/** As a sweep that misses it says. */
async function deleteInPlane({ plane, comments, id, world }: CommentWorld & { id: string }): Promise<void> {
  await plane.api("DELETE", `${comments}${id}/`);
  await world.sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'delete')`;
  await world.drain();
}

Deno.test("deleted in Plane: the note is marked and keeps its text, once", async () => {
  const at = await withPlaneComment();
  await using world = at.world;
  await deleteInPlane(at);
  const { body } = await onlyNote(at);
  assert.match(String(body), /^<div [^>]*><em>\(deleted in Plane\)<\/em><\/div>.*<p>Keep me<\/p>$/);
  await world.sql`select plane.enqueue_sync('plane', ${at.id}, 'issue_comment', 'delete')`;
  await world.drain();
  await world.hintOdoo("mail.message", (await onlyNote(at)).id);
  assert.equal((await onlyNote(at)).body, body);
  const [tombstone] = await world.sql`select reason from plane.sync_tombstone where plane_id = ${at.id}`;
  assert.equal(tombstone?.reason, "deleted_in_plane");
  await nothingIsLeft(at);
});

Deno.test("deleted in Plane while somebody edited the note: the edit stays under the mark", async () => {
  const at = await withPlaneComment({ delete: "delete" });
  await using _world = at.world;
  const note = await onlyNote(at);
  await at.world.odoo.write("mail.message", [note.id], { body: "<p>Edited</p>" });
  await deleteInPlane(at);
  assert.match(String((await onlyNote(at)).body), /\(deleted in Plane\).*Edited/);
});

Deno.test("a hint that a comment was deleted which Plane still shows changes nothing", async () => {
  const at = await withPlaneComment();
  await using world = at.world;
  const { body } = await onlyNote(at);
  await world.sql`select plane.enqueue_sync('plane', ${at.id}, 'issue_comment', 'delete')`;
  await world.drain();
  assert.equal((await onlyNote(at)).body, body);
  await nothingIsLeft(at);
});

Deno.test("deleted in Plane with options.delete: delete removes the note, ignore leaves it as it is", async () => {
  for (const option of ["delete", "ignore"]) {
    const at = await withPlaneComment({ delete: option });
    await using _world = at.world;
    const { body } = await onlyNote(at);
    await deleteInPlane(at);
    const left = (await inOdoo(at)).map((note) => note.body);
    assert.deepEqual(left, option === "delete" ? [] : [body]);
    await nothingIsLeft(at);
  }
});

for (const way of ["emptied in the web client", "unlinked over the API"] as const) {
  const remove = async ({ world }: CommentWorld, id: number) => {
    if (way === "unlinked over the API") await world.odoo.call("mail.message", "unlink", { ids: [id] });
    else {
      const body = '<span class="o-mail-Message-edited"></span>';
      await world.odoo.write("mail.message", [id], { body });
    }
    await world.hintOdoo("mail.message", id);
    await world.arrive();
  };

  Deno.test(`${way}: the comment in Plane is marked and keeps its text, once`, async () => {
    const at = await startCommentWorld();
    await using world = at.world;
    const id = await writeInOdoo(at, "<p>Keep me</p>");
    await world.arrive();
    await remove(at, id);
    const { comment_html } = await onlyComment(at);
    assert.match(comment_html, /^<p><em>\(deleted in Odoo\)<\/em><\/p>.*Keep me/);
    await world.hintOdoo("mail.message", id);
    await world.arrive();
    assert.equal((await onlyComment(at)).comment_html, comment_html);
    assert((await inOdoo(at)).every(({ body }) => !String(body).includes("Keep me")));
    await nothingIsLeft(at);
  });

  Deno.test(`${way}: the text of a comment that Plane's people wrote stays, marked`, async () => {
    const at = await withPlaneComment();
    await using _world = at.world;
    await remove(at, (await onlyNote(at)).id);
    assert.match(
      (await onlyComment(at)).comment_html,
      /^<p><em>\(deleted in Odoo\)<\/em><\/p><p>Keep me<\/p>/,
    );
    await nothingIsLeft(at);
  });

  Deno.test(`${way}, options.delete: delete removes the comment, ignore leaves it as it is`, async () => {
    for (const option of ["delete", "ignore"]) {
      const at = await startCommentWorld();
      await using world = at.world;
      await configure(at, { delete: option });
      const id = await writeInOdoo(at, "<p>Keep me</p>");
      await world.arrive();
      const { comment_html } = await onlyComment(at);
      await remove(at, id);
      const left = (await inPlane(at)).map((comment) => comment.comment_html);
      assert.deepEqual(left, option === "delete" ? [] : [comment_html]);
      await nothingIsLeft(at);
    }
  });
}

Deno.test("an edit in Plane of a comment whose message was emptied does not bring the message back", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInOdoo(at, "<p>Keep me</p>");
  await world.arrive();
  await world.odoo.write("mail.message", [id], { body: "" });
  await world.hintOdoo("mail.message", id);
  await world.arrive();
  const comment = await onlyComment(at);
  await at.plane.api("PATCH", `${at.comments}${comment.id}/`, {
    comment_html: comment.comment_html.replace("Keep me", "Changed"),
  });
  await world.arrive();
  assert.equal((await onlyNote(at)).body, "");
  await nothingIsLeft(at);
});

Deno.test("unlinked in Odoo with options.delete: delete, while somebody edited the comment: the edit stays, marked", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await configure(at, { delete: "delete" });
  const id = await writeInOdoo(at, "<p>Keep me</p>");
  await world.arrive();
  const comment = await onlyComment(at);
  await at.plane.api("PATCH", `${at.comments}${comment.id}/`, {
    comment_html: comment.comment_html.replace("Keep me", "Edited"),
  });
  await world.odoo.call("mail.message", "unlink", { ids: [id] });
  await world.hintOdoo("mail.message", id);
  assert.match((await onlyComment(at)).comment_html, /\(deleted in Odoo\).*Edited/);
});
