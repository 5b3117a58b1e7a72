/** A comment's text goes both ways without its lines travelling back, piling up or getting lost. */
import assert from "node:assert/strict";
import type { Json } from "../../../shared/json.ts";
import type { OdooRecord } from "../../../shared/odoo/client.ts";
import type { CommentForm } from "../../../shared/sync/comments/comment_form.ts";
import { commentLens } from "../../../shared/sync/comments/comment_lens.ts";
import { sameHtml } from "../../../shared/sync/html/compare.ts";
import { type LensContext, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";

const FORM: CommentForm = {
  id: "c0000000-0000-4000-8000-000000000001",
  issue: "i",
  project: "p",
  comment_html: "<p>Hello</p>",
  actor: "a",
  updated_at: "2026-11-21T10:00:00.000000Z",
  archived_at: null,
  external_id: null,
  external_source: null,
};
const MADE = { external_source: "odoo", external_id: "mail.message,7" };
const message = (body: string): OdooRecord => ({ id: 7, body });

function context(changes: Partial<LensContext> = {}, author: string | null = null): LensContext {
  return {
    odooField: "body",
    capabilities: {
      version: { major: 19, text: "19.0" } as unknown as LensContext["capabilities"]["version"],
      taskFields: {},
      projectFields: {},
      priorities: [],
      taskStates: [],
      startDateField: undefined,
    },
    references: { ...NO_REFERENCES, author },
    planeBase: undefined,
    odooBase: undefined,
    placeholders: {},
    mayGo: { plane: true, odoo: true },
    today: "2026-11-21",
    ...changes,
  };
}

const lens = commentLens(undefined);
const toOdoo = (form: CommentForm, record: OdooRecord | null, at = context()) =>
  String(lens.toOdoo?.(form, record, at)?.value);
const toPlane = (record: OdooRecord, form: CommentForm | null, at = context()) =>
  String(lens.toPlane?.(record, form, at)?.value);

for (const author of ["Bob", null]) {
  Deno.test(`a Plane comment ${author === null ? "in the author's" : "in the bot's"} name: ten round trips change nothing`, () => {
    let body = toOdoo(FORM, null, context({}, author));
    let html = FORM.comment_html;
    const first = body;
    for (let trip = 0; trip < 10; trip++) {
      const odooBase: Json = body;
      html = toPlane(message(body), { ...FORM, comment_html: html }, context({ odooBase }));
      body = toOdoo({ ...FORM, comment_html: html }, message(body), context({ odooBase }));
    }
    assert(sameHtml(html, FORM.comment_html), html);
    assert(sameHtml(body, first), body);
    assert.equal(body.split("Bob:").length - 1, author === null ? 0 : 1);
  });
}

Deno.test("an Odoo note: ten round trips change nothing, and it never gets Plane's line", () => {
  const start = "<p>Hello from <b>Odoo</b></p>";
  let html = toPlane(message(start), null, context({}, "Ann"));
  const first = html;
  let body = start;
  for (let trip = 0; trip < 10; trip++) {
    const form = { ...FORM, ...MADE, comment_html: html };
    body = toOdoo(form, message(body));
    html = toPlane(message(body), form);
  }
  assert.match(html, /^<p data-odoo-message="7"><strong>Ann<\/strong> \(Odoo\)<\/p>/);
  assert(sameHtml(html, first), html);
  assert(sameHtml(body, start), body);
  assert(!body.includes("Ann"));
});

Deno.test("a line that Odoo's plain text editor has swallowed does not travel to Plane, however often it is edited", () => {
  let base = toOdoo(FORM, null, context({}, "Bob"));
  for (const text of ["one", "two", "three"]) {
    const record = message(`<p>Bob:<br>${text}</p>`);
    const at = context({ odooBase: base });
    assert(sameHtml(toPlane(record, FORM, at), `<p>${text}</p>`));
    base = String(lens.odooValue(record, at));
  }
});

Deno.test("what comes from Plane passes the sanitiser", () => {
  const body = toOdoo({ ...FORM, comment_html: "<p>a</p><script>alert(1)</script>" }, null);
  assert.equal(body, "<p>a</p>");
});

Deno.test("a mention stays a mention after an edit in Odoo", () => {
  const mention = '<mention-component entity_name="user_mention" entity_identifier="u1"></mention-component>';
  const form = { ...FORM, comment_html: `<p>${mention} look</p>` };
  const target = lens.toOdoo?.(form, null, context());
  const body = String(target?.value).replace("look", "see");
  const back = toPlane(message(body), form, context({ placeholders: target?.placeholders ?? {} }));
  assert.match(back, /<mention-component[^>]*entity_identifier="u1"/);
  assert.match(back, /see/);
});

Deno.test("a message emptied in Odoo marks Plane's comment, and the mark leaves the message deleted", () => {
  const emptied = message('<span class="o-mail-Message-edited"></span>');
  const marked = toPlane(emptied, FORM);
  assert(sameHtml(marked, "<p><em>(deleted in Odoo)</em></p><p>Hello</p>"), marked);
  const form = { ...FORM, comment_html: marked };
  assert.deepEqual(lens.toOdoo?.(form, emptied, context())?.values, {});
  assert.equal(toPlane(emptied, form), marked);
});

Deno.test("options.delete: ignore leaves Plane's comment alone, delete takes it away", () => {
  const emptied = message("");
  const ignoring = commentLens("ignore").toPlane?.(emptied, FORM, context());
  assert.deepEqual(ignoring, { values: {}, value: FORM.comment_html });
  assert.deepEqual(commentLens("delete").toPlane?.(emptied, FORM, context())?.values, { removed: true });
});

Deno.test("a comment of Plane's that quotes our marks cannot pass for one of our lines", () => {
  const quoted = toOdoo(FORM, null, context({}, "Boss"));
  const body = toOdoo({ ...FORM, comment_html: quoted }, null);
  assert(!body.includes("plane-node"), body);
  assert(body.includes("Boss:"));
});
