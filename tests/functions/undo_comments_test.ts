/** Taking back what became of comments: an edited text, and a copy that was made. */
import assert from "node:assert/strict";
import {
  nothingIsLeft,
  onlyComment,
  onlyNote,
  startCommentWorld,
  writeInOdoo,
  writeInPlane,
} from "../support/comment_world.ts";
import { givenUp, logOf, makingOf, takeBack } from "../support/undo.ts";

Deno.test("an edit of a comment in Plane is taken back on both sides, the author's line stays", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: "<p>Two</p>" });
  await world.arrive();
  const edited = await logOf(world, "comment");
  const { run_id } = await takeBack(world, edited);
  await world.arrive();
  assert.equal((await onlyComment(at)).comment_html, "<p>One</p>");
  assert.match(String((await onlyNote(at)).body), /alice:<\/strong><\/div><p>One<\/p>$/);
  assert.deepEqual(await givenUp(world), []);
  await takeBack(world, { run_id });
  await world.arrive();
  assert.equal((await onlyComment(at)).comment_html, "<p>Two</p>");
  assert.match(String((await onlyNote(at)).body), /alice:<\/strong><\/div><p>Two<\/p>$/);
  await nothingIsLeft(at);
});

Deno.test("an edit of a message in Odoo is taken back on both sides", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const message = await writeInOdoo(at, "<p>One</p>");
  await world.arrive();
  await world.odoo.write("mail.message", [message], { body: "<p>Two</p>" });
  await world.hintOdoo("mail.message", message);
  await takeBack(world, await logOf(world, "comment"));
  await world.arrive();
  assert.match(String((await onlyNote(at)).body), /^<p>One<\/p>$/);
  assert.match(String((await onlyComment(at)).comment_html), /\(Odoo\)<\/p><p>One<\/p>$/);
  await nothingIsLeft(at);
});

Deno.test("emptying a message is taken back: the comment loses its mark and the message has its text again", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const message = await writeInOdoo(at, "<p>One</p>");
  await world.arrive();
  await world.odoo.write("mail.message", [message], { body: "" });
  await world.hintOdoo("mail.message", message);
  assert.match((await onlyComment(at)).comment_html, /deleted in Odoo/);
  await takeBack(world, await logOf(world, "comment"));
  await world.arrive();
  assert.doesNotMatch((await onlyComment(at)).comment_html, /deleted in Odoo/);
  const [record] = await world.odoo.read("mail.message", [message], ["body"]);
  assert.match(String(record?.body), /<p>One<\/p>$/);
});

Deno.test("a note that was made is marked, and only it; later edits reach it and the mark stays until somebody takes it away", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  const answer = await takeBack(world, await makingOf(world, "issue_comment"));
  assert.deepEqual(answer.not_undone, []);
  await world.arrive();
  await world.hintOdoo("mail.message", (await onlyNote(at)).id);
  assert.match(String((await onlyNote(at)).body), /\(taken back\).*<p>One<\/p>$/);
  assert.equal((await onlyComment(at)).comment_html, "<p>One</p>");
  await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: "<p>Two</p>" });
  await world.arrive();
  const note = await onlyNote(at);
  assert.match(String(note.body), /\(taken back\).*alice:.*<p>Two<\/p>$/);
  await world.odoo.write("mail.message", [note.id], { body: "<p>Three</p>" });
  await world.hintOdoo("mail.message", note.id);
  await world.arrive();
  assert.doesNotMatch(String((await onlyNote(at)).body), /taken back/);
  assert.equal((await onlyComment(at)).comment_html, "<p>Three</p>");
  await nothingIsLeft(at);
});

Deno.test("a comment that was made for a message is marked, the message is not; edits of the message keep the mark", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const message = await writeInOdoo(at, "<p>One</p>");
  await world.arrive();
  await takeBack(world, await makingOf(world, "issue_comment"));
  await world.arrive();
  await world.hintOdoo("mail.message", message);
  assert.match((await onlyComment(at)).comment_html, /^<p><em>\(taken back\)<\/em><\/p>.*<p>One<\/p>$/);
  assert.equal((await onlyNote(at)).body, "<p>One</p>");
  await world.odoo.write("mail.message", [message], { body: "<p>Two</p>" });
  await world.hintOdoo("mail.message", message);
  await world.arrive();
  assert.match((await onlyComment(at)).comment_html, /^<p><em>\(taken back\)<\/em><\/p>.*<p>Two<\/p>$/);
});

Deno.test("a mark is taken away by an undo of the undo, but not after a later edit", async () => {
  for (const edited of [false, true]) {
    const at = await startCommentWorld();
    await using world = at.world;
    const message = await writeInOdoo(at, "<p>One</p>");
    await world.arrive();
    const { run_id } = await takeBack(world, await makingOf(world, "issue_comment"));
    await world.arrive();
    if (edited) {
      await world.odoo.write("mail.message", [message], { body: "<p>Two</p>" });
      await world.hintOdoo("mail.message", message);
    }
    const answer = await takeBack(world, { run_id });
    assert.deepEqual(answer.not_undone.map(({ reason }) => reason), edited ? ["changed_since"] : []);
    assert.equal((await onlyComment(at)).comment_html.includes("taken back"), edited);
  }
});
