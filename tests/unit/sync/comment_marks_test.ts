/** The lines above a comment's text: put there once, found again whatever an editor made of them, never taken for somebody's words. */
import assert from "node:assert/strict";
import {
  authorLineInOdoo,
  authorLineInPlane,
  isWithoutContent,
  markDeletedInOdoo,
  markDeletedInPlane,
  markTakenBackInOdoo,
  markTakenBackInPlane,
  readOdooText,
  readPlaneText,
} from "../../../shared/sync/comments/comment_marks.ts";

const TEXT = "<p>Hello <strong>you</strong></p>";

Deno.test("the author's line of a note is read back, and the text is as it was", () => {
  for (const name of ["Bob", "Ann & <Co>", "Jürgen: der Zweite"]) {
    const read = readOdooText(authorLineInOdoo(name) + TEXT);
    assert.deepEqual(read, { deleted: false, takenBack: false, author: name, html: TEXT });
  }
});

Deno.test("a text that begins like an author's line is somebody's own words", () => {
  const own = "<p><strong>Bob:</strong></p><p>says so</p>";
  assert.deepEqual(readOdooText(own), { deleted: false, takenBack: false, author: null, html: own });
  const typed = "<p><strong>Ann</strong> (Odoo)</p><p>says so</p>";
  assert.equal(readPlaneText(typed).author, null);
  assert.equal(readPlaneText(typed).html, typed);
});

Deno.test("an author's line that an editor turned to plain text is found by the name it had", () => {
  for (
    const body of [
      "Bob:<br>Hello",
      "<p>Bob:<br>Hello</p>",
      "<p>Bob:</p><p>Hello</p>",
      "<p><strong>Bob:</strong> Hello</p>",
      "Bob: Hello",
    ]
  ) {
    const { author, html } = readOdooText(body, "Bob");
    assert.equal(author, "Bob", body);
    assert.equal(html.replace(/<[^>]*>/g, "").trim(), "Hello", body);
  }
  assert.equal(readOdooText("<p>Bobby: Hello</p>", "Bob").author, null);
});

Deno.test("the author's line of a comment is read back after Plane's editor has changed its markup", () => {
  assert.deepEqual(readPlaneText(authorLineInPlane("Ann & Co", 7) + TEXT, true), {
    deleted: false,
    takenBack: false,
    author: "Ann & Co",
    html: TEXT,
  });
  const edited = '<p class="editor-paragraph-block"><strong>Ann</strong> (Odoo)</p>' + TEXT;
  assert.deepEqual(readPlaneText(edited, true), {
    deleted: false,
    takenBack: false,
    author: "Ann",
    html: TEXT,
  });
});

Deno.test("what says that the original is gone is put there once and keeps everything below it", () => {
  const note = authorLineInOdoo("Bob") + TEXT;
  const marked = markDeletedInOdoo(note);
  assert.match(marked, /\(deleted in Plane\)/);
  assert.deepEqual(readOdooText(marked), { deleted: true, takenBack: false, author: "Bob", html: TEXT });
  assert.equal(markDeletedInOdoo(marked), marked);

  const comment = authorLineInPlane("Ann", 7) + TEXT;
  const gone = markDeletedInPlane(comment);
  assert.match(gone, /\(deleted in Odoo\)/);
  assert.deepEqual(readPlaneText(gone, true), { deleted: true, takenBack: false, author: "Ann", html: TEXT });
  assert.equal(markDeletedInPlane(gone), gone);
});

Deno.test("what Odoo's web client leaves of a deleted message is without content, a picture is not", () => {
  for (const body of ["", '<span class="o-mail-Message-edited"></span>', "<p><br></p>", "<p>&nbsp;</p>"]) {
    assert(isWithoutContent(body), body);
  }
  for (const body of [TEXT, "x", '<p><img src="/web/image/7"></p>']) assert(!isWithoutContent(body), body);
});

Deno.test("a name cannot bring markup along", () => {
  const name = '<img src=x onerror="alert(1)">';
  assert(!authorLineInOdoo(name).includes("<img"));
  assert(!authorLineInPlane(name, 1).includes("<img"));
});

Deno.test("what says that a copy was taken back stands above the other lines, once; in Plane only in a comment of ours", () => {
  const note = markTakenBackInOdoo(markDeletedInOdoo(authorLineInOdoo("Bob") + TEXT));
  assert.equal(markTakenBackInOdoo(note), note);
  assert.deepEqual(readOdooText(note), { deleted: true, takenBack: true, author: "Bob", html: TEXT });
  const comment = markTakenBackInPlane(authorLineInPlane("Ann", 7) + TEXT);
  assert.deepEqual(readPlaneText(comment, true), {
    deleted: false,
    takenBack: true,
    author: "Ann",
    html: TEXT,
  });
  assert.equal(readPlaneText(comment).takenBack, false);
});
