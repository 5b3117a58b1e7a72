/** What people write on a task becomes a comment in Plane, over real SQL and both sandboxes. */
import assert from "node:assert/strict";
import {
  configure,
  inOdoo,
  inPlane,
  nothingIsLeft,
  onlyComment,
  onlyNote,
  startCommentWorld,
  writeInOdoo,
} from "../support/comment_world.ts";

Deno.test("a note is an internal comment that names its author and carries the message's external id", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const user = world.sandboxOdoo.addUser({ name: "Ann", login: "ann@example.test" });
  const [record] = await world.odoo.read("res.users", [user], ["partner_id"]);
  const [partner] = record?.partner_id as [number];
  const id = await writeInOdoo(at, "<p>Hello <b>you</b></p><script>alert(1)</script>", {
    author_id: partner,
  });
  const comment = await onlyComment(at);
  assert.match(
    comment.comment_html,
    /^<p data-odoo-message="\d+"><strong>Ann<\/strong> \(Odoo\)<\/p><p>Hello <(b|strong)>you/,
  );
  assert(!comment.comment_html.includes("script"));
  assert.equal(comment.access, "INTERNAL");
  assert.equal(comment.external_source, "odoo");
  assert.equal(comment.external_id, `mail.message,${id}`);
  await nothingIsLeft(at);
});

Deno.test("our own comment's webhook costs no call and is never copied back", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await writeInOdoo(at, "<p>Hello</p>");
  const [odooCalls, planeCalls] = [world.sandboxOdoo.calls.length, at.plane.requests.length];
  await world.arrive();
  assert.equal(world.sandboxOdoo.calls.length, odooCalls);
  assert.equal(at.plane.requests.length, planeCalls);
  assert.equal((await inOdoo(at)).length, 1);
  await nothingIsLeft(at);
});

Deno.test("edits go both ways, and the author's line stays in Plane", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInOdoo(at, "<p>One</p>");
  await world.arrive();
  await world.odoo.write("mail.message", [id], { body: "<p>Two</p>" });
  await world.hintOdoo("mail.message", id);
  const comment = await onlyComment(at);
  assert.match(comment.comment_html, /\(Odoo\)<\/p><p>Two<\/p>$/);
  await world.arrive();
  const html = comment.comment_html.replace("Two", "Three").replace(/ data-odoo-message="\d+"/, "");
  await at.plane.api("PATCH", `${at.comments}${comment.id}/`, { comment_html: html });
  await world.arrive();
  assert.equal((await onlyNote(at)).body, "<p>Three</p>");
  await world.hintOdoo("mail.message", id);
  assert.equal((await onlyComment(at)).comment_html, html);
  await nothingIsLeft(at);
});

Deno.test("what Odoo writes by itself stays there", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await world.odoo.write("project.task", [at.task], { priority: "1" });
  const notifications = world.sandboxOdoo.records("mail.message");
  assert(notifications.length > 0);
  for (const { id } of notifications) await world.hintOdoo("mail.message", Number(id));
  assert.deepEqual(await inPlane(at), []);
  await nothingIsLeft(at);
});

Deno.test("a customer's mail goes to Plane only when options.subtypes asks for it", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const [customer] = await world.odoo.create("res.partner", [{ name: "Customer" }]);
  const mail = { message_type: "email", subtype_xmlid: "mail.mt_comment", author_id: customer };
  const id = await writeInOdoo(at, "<p>Where is it?</p>", mail);
  assert.deepEqual(await inPlane(at), []);
  await configure(at, { subtypes: ["note", "comment", "customer"] });
  await world.hintOdoo("mail.message", id);
  assert.match((await onlyComment(at)).comment_html, /<strong>Customer<\/strong> \(Odoo\)/);
});

Deno.test("options.subtypes may leave out what colleagues write to customers, or their notes", async () => {
  const at = await startCommentWorld();
  await using _world = at.world;
  await configure(at, { subtypes: ["comment"] });
  await writeInOdoo(at, "<p>For us</p>");
  await writeInOdoo(at, "<p>For all</p>", { subtype_xmlid: "mail.mt_comment" });
  assert.match((await onlyComment(at)).comment_html, /For all/);
  await nothingIsLeft(at);
});

Deno.test("a message on a private task, or on something else than a task, stays in Odoo", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const [task = 0] = await world.odoo.create("project.task", [{ name: "Private" }]);
  await writeInOdoo({ ...at, task }, "<p>Mine</p>");
  const project = Number((await world.partner("project", at.project)).id);
  const answer = await world.odoo.call("project.project", "message_post", {
    ids: [project],
    body: "About the project",
    message_type: "comment",
  });
  await world.hintOdoo("mail.message", Number(Array.isArray(answer) ? answer[0] : answer));
  assert.deepEqual(await inPlane(at), []);
  await nothingIsLeft(at);
});

Deno.test("a message waits for its task's work item and arrives with it", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const project = Number((await world.partner("project", at.project)).id);
  const [task = 0] = await world.odoo.create("project.task", [{ name: "New in Odoo", project_id: project }]);
  await writeInOdoo({ ...at, task }, "<p>Early</p>");
  const [row] = await world.sql`
    select plane_id from plane.sync_mappings where odoo_model = 'project.task' and odoo_id = ${String(task)}`;
  const comments = `/projects/${at.project}/work-items/${row?.plane_id}/comments/`;
  assert.match((await onlyComment({ ...at, comments })).comment_html, /Early/);
});
