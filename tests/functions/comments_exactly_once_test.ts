/** One comment, one copy: whatever is lost on the way, and also when nobody remembers the pair. */
import assert from "node:assert/strict";
import {
  type CommentWorld,
  inOdoo,
  inPlane,
  letTimePass,
  nothingIsLeft,
  onlyComment,
  onlyNote,
  startCommentWorld,
  writeInOdoo,
  writeInPlane,
} from "../support/comment_world.ts";

/** The pair as a worker leaves it that dies between making the partner and saying so. */
async function forgetPartner({ world: { sql } }: CommentWorld, side: "plane_id" | "odoo_id"): Promise<void> {
  await sql`
    delete from plane.sync_snapshot s using plane.sync_mappings m
    where m.id = s.mapping_id and m.plane_type = 'issue_comment'`;
  await sql`update plane.sync_mappings set ${sql({ [side]: null })} where plane_type = 'issue_comment'`;
}

Deno.test("the answer to load() is lost: the note that was made is found and there is no second", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  world.sandboxOdoo.faults.add({ kind: "drop_after_effect", model: "mail.message", method: "load" });
  await writeInPlane(at, "<p>Once</p>");
  await world.arrive();
  await letTimePass(at);
  assert.match(String((await onlyNote(at)).body), /Once/);
  const loads = world.sandboxOdoo.calls.filter(({ model, method }) =>
    model === "mail.message" && method === "load"
  );
  assert.equal(loads.length, 1);
  await nothingIsLeft(at);
});

for (const policy of ["latest_wins", "plane_wins", "odoo_wins"]) {
  Deno.test(`the worker dies after load() and somebody deletes the note meanwhile: it stays deleted (${policy})`, async () => {
    const at = await startCommentWorld();
    await using world = at.world;
    await world.sql`update plane.sync_config set conflict_resolution = ${policy}`;
    world.dieBeforeSettling();
    await writeInPlane(at, "<p>Once</p>");
    await world.arrive();
    const note = await onlyNote(at);
    await world.odoo.write("mail.message", [note.id], { body: "" });
    await letTimePass(at);
    assert.doesNotMatch(String((await onlyNote(at)).body), /Once/);
    assert.match((await onlyComment(at)).comment_html, /deleted in Odoo.*Once/);
    await nothingIsLeft(at);
  });

  Deno.test(`the worker dies after the POST and somebody deletes the message meanwhile: it stays deleted (${policy})`, async () => {
    const at = await startCommentWorld();
    await using world = at.world;
    await world.sql`update plane.sync_config set conflict_resolution = ${policy}`;
    world.dieBeforeSettling();
    const id = await writeInOdoo(at, "<p>Once</p>");
    await world.odoo.write("mail.message", [id], { body: "" });
    await letTimePass(at);
    await world.arrive();
    await letTimePass(at);
    assert.doesNotMatch(String((await onlyNote(at)).body), /Once/);
    assert.match((await onlyComment(at)).comment_html, /deleted in Odoo.*Once/);
    await nothingIsLeft(at);
  });
}

Deno.test("the worker dies after load(): what somebody wrote into the note since is not lost", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>Once</p>");
  await world.arrive();
  const note = await onlyNote(at);
  await forgetPartner(at, "odoo_id");
  await world.sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'update', ${
    JSON.stringify({ observed: await at.plane.api("GET", `${at.comments}${id}/`) })
  }::text::jsonb)`;
  await world.drain();
  assert.equal((await onlyNote(at)).id, note.id);
  assert.equal((await onlyNote(at)).body, note.body);
  await nothingIsLeft(at);
});

Deno.test("the worker dies after the POST: the item's comments are searched, and nothing is posted again", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInOdoo(at, "<p>Once</p>");
  await forgetPartner(at, "plane_id");
  const before = at.plane.requests.length;
  await world.hintOdoo("mail.message", id);
  const requests = at.plane.requests.slice(before).filter(({ path }) => path.includes("/comments/"));
  assert.deepEqual(requests.map(({ method }) => method), ["GET"]);
  assert.match((await onlyComment(at)).comment_html, /Once/);
  await world.arrive();
  assert.equal((await inPlane(at)).length, 1);
  await nothingIsLeft(at);
});

Deno.test("a first POST is not preceded by a search, and nobody is looked up twice for an edit", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const before = at.plane.requests.length;
  const id = await writeInOdoo(at, "<p>Once</p>");
  const methods = () => at.plane.requests.slice(before).map(({ method }) => method);
  assert.deepEqual(methods(), ["POST"]);
  const calls = world.sandboxOdoo.calls.length;
  await world.odoo.write("mail.message", [id], { body: "<p>Twice</p>" });
  await world.hintOdoo("mail.message", id);
  assert.deepEqual(methods(), ["POST", "GET", "PATCH"]);
  assert.deepEqual(world.sandboxOdoo.calls.slice(calls + 1).map(({ method }) => method), ["read"]);
});

Deno.test("a comment that lost its external id is found by the marker in its text", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInOdoo(at, "<p>Once</p>");
  const comment = await onlyComment(at);
  await at.plane.api("PATCH", `${at.comments}${comment.id}/`, { external_id: null, external_source: null });
  await forgetPartner(at, "plane_id");
  await world.hintOdoo("mail.message", id);
  assert.equal((await onlyComment(at)).id, comment.id);
});

Deno.test("with the mapping deleted, neither our note nor our comment is copied back: they are linked again", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  await writeInPlane(at, "<p>From Plane</p>");
  await world.arrive();
  await writeInOdoo(at, "<p>From Odoo</p>");
  await world.arrive();
  const [notes, comments] = [await inOdoo(at), await inPlane(at)];
  for (const forget of ["mapping", "mapping and tombstone"]) {
    await world.sql`delete from plane.sync_mappings where plane_type = 'issue_comment'`;
    if (forget !== "mapping") await world.sql`delete from plane.sync_tombstone`;
    for (const { id } of notes) await world.hintOdoo("mail.message", id);
    for (const comment of comments) {
      await world.sql`select plane.enqueue_sync('plane', ${comment.id}, 'issue_comment', 'update', ${
        JSON.stringify({ observed: await at.plane.api("GET", `${at.comments}${comment.id}/`) })
      }::text::jsonb)`;
    }
    await world.drain();
    await letTimePass(at);
    await world.arrive();
    await letTimePass(at);
    assert.deepEqual(
      (await inOdoo(at)).map(({ id, body }) => [id, body]),
      notes.map(({ id, body }) => [id, body]),
    );
    assert.deepEqual(
      (await inPlane(at)).map(({ id, comment_html }) => [id, comment_html]),
      comments.map(({ id, comment_html }) => [id, comment_html]),
    );
    const rows = await world
      .sql`select 1 from plane.sync_mappings where plane_type = 'issue_comment' and odoo_id is not null and plane_id is not null`;
    assert.equal(rows.length, 2, forget);
    await nothingIsLeft(at);
  }
});

Deno.test("a comment known by its id alone is read in the work item its message hangs on", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const id = await writeInPlane(at, "<p>One</p>");
  await world.arrive();
  await world.sql`delete from plane.sync_snapshot s using plane.sync_mappings m
    where m.id = s.mapping_id and m.plane_type = 'issue_comment'`;
  await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: "<p>Two</p>" });
  await world.sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'update')`;
  await world.sql`update plane.sync_queue set read_first = true`;
  await world.drain();
  assert.match(String((await onlyNote(at)).body), /<p>Two<\/p>$/);
});

Deno.test("a comment nobody knows the work item of is given up by name", async () => {
  const at = await startCommentWorld();
  await using world = at.world;
  const payload = JSON.stringify({ project_id: at.project });
  await world
    .sql`select plane.enqueue_sync('plane', ${crypto.randomUUID()}, 'issue_comment', 'update', ${payload}::text::jsonb)`;
  await world.drain();
  const rows = await world.sql`select reason from plane.v_dead_letters`;
  assert.deepEqual(rows.map(({ reason }) => reason), ["work_item_unknown"]);
});
