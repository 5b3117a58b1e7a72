/** Comments and notes between the sandbox Plane and a real Odoo, over both protocols: what Odoo itself makes of them. */
import assert from "node:assert/strict";
import type { OdooClientConfig } from "../../shared/odoo/client.ts";
import {
  type CommentWorld,
  inOdoo,
  nothingIsLeft,
  onlyComment,
  onlyNote,
  startCommentWorld,
  writeInOdoo,
  writeInPlane,
} from "../support/comment_world.ts";

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = Deno.env.toObject();

async function scene(protocol: "json2" | "jsonrpc", user: number | null): Promise<CommentWorld> {
  const realOdoo: OdooClientConfig = {
    url: ODOO_URL ?? "",
    database: ODOO_DB ?? "",
    login: ODOO_LOGIN ?? "",
    apiKey: ODOO_API_KEY ?? "",
    protocol,
  };
  const at = await startCommentWorld({ realOdoo });
  // Decided by hand, so that it does not matter whom this Odoo knows.
  await at.world.sql`
    insert into plane.sync_value_map (kind, plane_value, odoo_model, odoo_id, decided_by)
    values ('user', ${at.plane.users.alice.id}, 'res.users', ${user === null ? null : String(user)}, 'manual')
    on conflict (kind, plane_value) do update set odoo_id = excluded.odoo_id, decided_by = 'manual'`;
  return at;
}

async function ownUser({ world }: CommentWorld): Promise<{ id: number; partner: unknown; name: string }> {
  const fields = ["partner_id", "name"];
  const [user] = await world.odoo.searchRead("res.users", [["login", "=", ODOO_LOGIN ?? ""]], fields);
  assert(user !== undefined);
  return { id: user.id, partner: user.partner_id, name: String(user.name) };
}

for (const protocol of ["json2", "jsonrpc"] as const) {
  Deno.test(`${protocol}: a comment is an internal note, follows its edits, and is marked when it is deleted`, async () => {
    const at = await scene(protocol, null);
    await using world = at.world;
    const id = await writeInPlane(at, "<p>Hello <strong>Grüße</strong></p><script>alert(1)</script>");
    await world.arrive();
    const note = await onlyNote(at);
    assert.match(
      String(note.body),
      /<strong>alice:<\/strong><\/div>\s*<p>Hello <strong>Grüße<\/strong><\/p>/,
    );
    assert.equal((note.subtype_id as unknown[])[1], "Note");
    assert.equal(note.message_type, "comment");
    assert.equal(note.is_internal, true);
    // Odoo notified nobody.
    assert.deepEqual(await world.odoo.search("mail.notification", [["mail_message_id", "=", note.id]]), []);

    await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: "<p>Second</p>" });
    await world.arrive();
    assert.match(String((await onlyNote(at)).body), /alice:.*<p>Second<\/p>/);

    await at.plane.api("DELETE", `${at.comments}${id}/`);
    await world.sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'delete')`;
    await world.drain();
    assert.match(String((await onlyNote(at)).body), /\(deleted in Plane\).*alice:.*Second/s);
    await nothingIsLeft(at);
  });

  Deno.test(`${protocol}: the author is a mapped user's partner, and ten edits from both sides leave no trace but the text`, async () => {
    const at = await scene(protocol, null);
    await using world = at.world;
    const user = await ownUser(at);
    await world.sql`update plane.sync_value_map set odoo_id = ${String(user.id)} where kind = 'user'`;
    const id = await writeInPlane(at, "<p>Text 0</p>");
    await world.arrive();
    const note = await onlyNote(at);
    assert.deepEqual(note.author_id, user.partner);
    for (let edit = 1; edit <= 10; edit++) {
      const now = `<p>Text ${edit}</p>`;
      if (edit % 2 === 0) await at.plane.api("PATCH", `${at.comments}${id}/`, { comment_html: now });
      else {
        await world.odoo.write("mail.message", [note.id], { body: now });
        await world.hintOdoo("mail.message", note.id);
      }
      await world.arrive();
      assert.equal((await onlyComment(at)).comment_html, now);
      assert.equal((await onlyNote(at)).body, now);
    }
    await nothingIsLeft(at);
  });

  Deno.test(`${protocol}: a note of Odoo's is a comment, follows its edits, and is marked when the web client empties it`, async () => {
    const at = await scene(protocol, null);
    await using world = at.world;
    const user = await ownUser(at);
    const id = await writeInOdoo(at, "<p>From <b>Odoo</b></p>");
    const comment = await onlyComment(at);
    assert(comment.comment_html.includes(`<strong>${user.name}</strong> (Odoo)</p>`), comment.comment_html);
    assert.equal(comment.external_id, `mail.message,${id}`);
    await world.arrive();
    assert.equal((await inOdoo(at)).length, 1);

    await world.odoo.write("mail.message", [id], { body: "<p>Edited</p>" });
    await world.hintOdoo("mail.message", id);
    assert.match((await onlyComment(at)).comment_html, /\(Odoo\)<\/p><p>Edited<\/p>$/);

    await world.odoo.write("mail.message", [id], { body: '<span class="o-mail-Message-edited"></span>' });
    await world.hintOdoo("mail.message", id);
    await world.arrive();
    assert.match((await onlyComment(at)).comment_html, /\(deleted in Odoo\).*Edited/);
    await nothingIsLeft(at);
  });

  Deno.test(`${protocol}: what Odoo writes by itself stays there, and a repeated create finds the first`, async () => {
    const at = await scene(protocol, null);
    await using world = at.world;
    await world.odoo.write("project.task", [at.task], { priority: "1" });
    const all = await world.odoo.search("mail.message", [["model", "=", "project.task"], [
      "res_id",
      "=",
      at.task,
    ]]);
    assert(all.length > 0);
    for (const id of all) await world.hintOdoo("mail.message", id);
    assert.deepEqual((await at.plane.api("GET", at.comments)).results, []);

    const id = await writeInPlane(at, "<p>Once</p>");
    await world.arrive();
    await world.sql`delete from plane.sync_mappings where plane_type = 'issue_comment'`;
    await world.sql`delete from plane.sync_tombstone`;
    const payload = JSON.stringify({ observed: await at.plane.api("GET", `${at.comments}${id}/`) });
    await world
      .sql`select plane.enqueue_sync('plane', ${id}, 'issue_comment', 'update', ${payload}::text::jsonb)`;
    await world.drain();
    assert.match(String((await onlyNote(at)).body), /Once/);
    await nothingIsLeft(at);
  });
}
