/** Comments of Plane become notes in Odoo, over real SQL and both sandboxes. */
import assert from "node:assert/strict";
import {
  configure,
  inOdoo,
  nothingIsLeft,
  onlyComment,
  onlyNote,
  startCommentWorld,
  writeInPlane,
} from "../support/comment_world.ts";

Deno.test("a comment is an internal note on the task, sanitised, in its author's own name, at its own time", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const alice = world.sandboxOdoo.addUser({ name: "Alice", login: at.plane.users.alice.email });
  const id = await writeInPlane(at, "<p>Hello <strong>you</strong></p><script>alert(1)</script>");
  await world.arrive();
  const note = await onlyNote(at);
  assert.equal(note.body, "<p>Hello <strong>you</strong></p>");
  assert.equal((note.subtype_id as unknown[])[1], "Note");
  assert.equal(note.message_type, "comment");
  assert.equal(note.is_internal, true);
  const [user] = await world.odoo.read("res.users", [alice], ["partner_id"]);
  assert.deepEqual(note.author_id, user?.partner_id);
  const stored = await onlyComment(at) as unknown as { created_at: string };
  const madeAt = new Date(stored.created_at).toISOString().slice(0, 19).replace("T", " ");
  assert.equal(note.date, madeAt);
  const names = world.sandboxOdoo.records("ir.model.data").map(({ name }) => name);
  assert.equal(names.filter((name) => name === `issue_comment_${id}`).length, 1);
  await nothingIsLeft(at);
});

Deno.test("who has no Odoo user is named above the text, and reported once", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  assert.match(
    String((await onlyNote(at)).body),
    /^<div class="plane-node [^>]*><strong>alice:<\/strong><\/div><p>One<\/p>$/,
  );
  await writeInPlane(at, "<p>Two</p>");
  await world.arrive();
  const events = await world.sql`select 1 from ops.events where event_type = 'unmapped_user'`;
  assert.equal(events.length, 1);
});

Deno.test("an edit in Plane reaches the note with one write, and the author's line stays one line", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  const before = world.sandboxOdoo.calls.length;
  await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: "<p>Two</p>" });
  await world.arrive();
  const body = String((await onlyNote(at)).body);
  assert.match(body, /<p>Two<\/p>$/);
  assert.equal(body.split("alice:").length - 1, 1);
  const writes = world.sandboxOdoo.calls.slice(before).filter(({ method }) => method === "write");
  assert.equal(writes.length, 1);
});

Deno.test("an edit of the note in Odoo reaches the comment without the author's line, and its echo costs no call", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  const note = await onlyNote(at);
  await world.odoo.write("mail.message", [note.id], { body: String(note.body).replace("One", "Two") });
  await world.hintOdoo("mail.message", note.id);
  assert.equal((await onlyComment(at)).comment_html, "<p>Two</p>");
  const [odooCalls, planeCalls] = [world.sandboxOdoo.calls.length, at.plane.requests.length];
  await world.arrive();
  assert.equal(world.sandboxOdoo.calls.length, odooCalls);
  assert.equal(at.plane.requests.length, planeCalls);
  await nothingIsLeft(at);
});

Deno.test("an old or repeated webhook of a comment costs no call", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  const created = JSON.parse(at.plane.deliveries.at(-1)?.body ?? "{}");
  await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: "<p>Two</p>" });
  await world.arrive();
  const calls = world.sandboxOdoo.calls.length + at.plane.requests.length;
  await world.deliver({ ...created, webhook_id: crypto.randomUUID() });
  await world.drain();
  assert.equal(world.sandboxOdoo.calls.length + at.plane.requests.length, calls);
  assert.match(String((await onlyNote(at)).body), /Two/);
});

Deno.test("a comment waits for its work item and arrives with it", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const path = `/projects/${at.project}/work-items/`;
  const item = String((await at.plane.api("POST", path, { name: "Second" })).id);
  await at.plane.idle();
  await at.plane.api("POST", `${path}${item}/comments/`, { comment_html: "<p>Early</p>" });
  await at.plane.idle();
  const last = JSON.parse(at.plane.deliveries.at(-1)?.body ?? "{}");
  assert.equal(last.event, "issue_comment");
  await world.deliver(last);
  await world.drain();
  const task = Number((await world.partner("issue", item)).id);
  assert.match(String((await onlyNote({ ...at, task })).body), /Early/);
  await world.arrive();
  await nothingIsLeft(at);
});

Deno.test("a comment on a work item of another model's stays in Plane, without an error", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await world.sql`update plane.sync_mappings set odoo_model = 'sale.order' where plane_type = 'issue'`;
  await writeInPlane(at, "<p>One</p>");
  await at.plane.idle();
  await world.deliver(JSON.parse(at.plane.deliveries.at(-1)?.body ?? "{}"));
  await world.drain();
  assert.deepEqual(await inOdoo(at), []);
  const rows = await world.sql`select 1 from plane.sync_mappings where plane_type = 'issue_comment'`;
  assert.equal(rows.length, 0);
  assert.deepEqual([...await world.sql`select reason from plane.v_dead_letters`], []);
});

Deno.test("with the pair switched off nothing is copied either way", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await configure(at, {});
  await world.sql`update plane.sync_config set enabled = false where plane_type = 'issue_comment'`;
  await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  assert.deepEqual(await inOdoo(at), []);
});
