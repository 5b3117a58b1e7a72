import assert from "node:assert/strict";
import fc from "fast-check";
import { odooToPlane, planeToOdoo } from "../../../../shared/sync/html/placeholders.ts";
import { MAX_DEPTH, sanitise } from "../../../../shared/sync/html/sanitise.ts";
import { browserElements } from "./browser_view.ts";
import { hostileHtml } from "./documents.ts";

const MENTION = '<mention-component entity_identifier="u1" entity_name="user_mention"></mention-component>';
const IMAGE = '<image-component src="5f0e" width="50%"></image-component>';

/** The document in Odoo with what Plane's nodes look like there; ids shortened to their position. */
function seenInOdoo(html: string): string {
  const { html: sent, placeholders } = planeToOdoo(html);
  return Object.keys(placeholders).reduce((text, id, at) => text.replaceAll(id, `#${at + 1}`), sent);
}

function idOf(placeholders: Record<string, string>, part: string): string {
  const found = Object.entries(placeholders).find(([, original]) => original.includes(part));
  assert.ok(found, `no placeholder for ${part}`);
  return found[0];
}

Deno.test("a mention is a locked word in its sentence, an image a locked block of its own", () => {
  assert.equal(
    seenInOdoo(`<div><p>Hi ${MENTION}!</p>${IMAGE}</div>`).replace(/#\d/g, "#"),
    '<p>Hi <span class="plane-node plane-node-# o-contenteditable-false">@mention</span>!</p>' +
      '<div class="plane-node plane-node-# o-contenteditable-false">[image]</div>',
  );
});

Deno.test("a placeholder shows a name where the node has one", () => {
  const label = (html: string) => />([^<>]*)<\/(span|div)>/.exec(planeToOdoo(html).html)?.[1];
  assert.equal(label('<mention-component label="Ann"></mention-component>'), "@Ann");
  assert.equal(label("<mention-component>@Bob</mention-component>"), "@Bob");
  assert.equal(
    label('<attachment-component name="plan.pdf"></attachment-component>'),
    "[attachment: plan.pdf]",
  );
  assert.equal(label('<issue-embed-component entity_identifier="1"></issue-embed-component>'), "[issue]");
  assert.equal(label('<img src="/assets/1" alt="chart">'), "[image: chart]");
  assert.equal(label('<iframe src="https://video.test/1"></iframe>'), "[iframe]");
  assert.equal(label('<p><input type="checkbox" checked></p>'), "☑");
  assert.equal(label('<p><input type="checkbox"></p>'), "☐");
});

Deno.test("a placeholder inside a paragraph does not end the paragraph", () => {
  const { html } = planeToOdoo(`<p>a ${IMAGE} b</p>`);
  assert.match(html, /^<p>a <span class="plane-node [^>]*>\[image\]<\/span> b<\/p>$/);
});

Deno.test("Odoo never sees what a placeholder stands for", () => {
  const { html } = planeToOdoo('<image-component src="secret-asset"></image-component>');
  assert.doesNotMatch(html, /secret-asset/);
});

Deno.test("equal nodes share an id, different nodes do not", () => {
  const { placeholders } = planeToOdoo(`<p>${MENTION} and ${MENTION} and ${MENTION.replace("u1", "u2")}</p>`);
  assert.equal(Object.keys(placeholders).length, 2);
});

Deno.test("task lists are Odoo's check lists, and a box ticked in Odoo is ticked in Plane", () => {
  const plane =
    '<ul data-type="taskList"><li data-checked="true" data-type="taskItem"><p>a</p></li><li data-checked="false" data-type="taskItem"><p>b</p></li></ul>';
  const { html, placeholders } = planeToOdoo(plane);
  assert.equal(html, '<ul class="o_checklist"><li class="o_checked"><p>a</p></li><li><p>b</p></li></ul>');
  assert.deepEqual(placeholders, {});
  const ticked = html.replace("<li><p>b", '<li class="o_checked"><p>b');
  assert.equal(odooToPlane(ticked, {}).html, plane.replace('"false"', '"true"'));
});

Deno.test("the check box Plane's editor puts into a task item does not stay behind as text", () => {
  const { html } = planeToOdoo(
    '<ul data-type="taskList"><li data-type="taskItem" data-checked="true"><label><input type="checkbox" checked><span></span></label><div><p>a</p></div></li></ul>',
  );
  assert.equal(html, '<ul class="o_checklist"><li class="o_checked"><p>a</p></li></ul>');
});

Deno.test("formatting only Plane understands waits on our side and comes back to its element", () => {
  const plane = '<div data-block-type="callout-component" data-icon-name="Info"><p>note</p></div>' +
    '<p><span data-text-color="peach">b</span><a href="/acme/projects">c</a></p>';
  const { html, placeholders } = planeToOdoo(plane);
  assert.doesNotMatch(html, /data-|href/);
  const edited = html.replace("note", "a longer note");
  assert.equal(odooToPlane(edited, placeholders).html, plane.replace("note", "a longer note"));
  assert.deepEqual(
    odooToPlane("<p>note</p><p>b</p>", placeholders).missing,
    [],
    "formatting removed is an edit",
  );
});

Deno.test("a deleted placeholder is reported, the rest is restored", () => {
  const { html, placeholders } = planeToOdoo(`<p>${MENTION}</p>${IMAGE}`);
  const result = odooToPlane(html.replace(/<div.*<\/div>/, ""), placeholders);
  assert.deepEqual(result, { html: `<p>${MENTION}</p>`, missing: [idOf(placeholders, "image")] });
});

Deno.test("text typed at the edge of a placeholder is kept beside the node", () => {
  const { html, placeholders } = planeToOdoo(`<p>${MENTION}</p>`);
  const typed = html.replace("@mention", "see @mention");
  assert.deepEqual(odooToPlane(typed, placeholders), { html: `<p>see ${MENTION}</p>`, missing: [] });
  const after = html.replace("@mention", "\ufeff@mention now");
  assert.deepEqual(odooToPlane(after, placeholders), { html: `<p>${MENTION} now</p>`, missing: [] });
});

Deno.test("a placeholder whose own text was changed stays that text and is reported", () => {
  const { html, placeholders } = planeToOdoo(`<p>${MENTION}</p>`);
  const result = odooToPlane(html.replace("@mention", "@men<b>tal</b>"), placeholders);
  assert.deepEqual(result, { html: "<p>@men<b>tal</b></p>", missing: Object.keys(placeholders) });
});

Deno.test("a copied placeholder is a copied node", () => {
  const { html, placeholders } = planeToOdoo(`<p>${MENTION}</p>`);
  assert.equal(odooToPlane(html + html, placeholders).html, `<p>${MENTION}</p><p>${MENTION}</p>`);
});

Deno.test("a forged id gives nothing that was not this record's own", () => {
  const foreign = planeToOdoo('<image-component src="of-another-record"></image-component>');
  assert.deepEqual(odooToPlane(foreign.html, {}), {
    html: "[image]",
    missing: [],
  });
  for (const id of ["constructor", "__proto__", "0000000000000000"]) {
    const forged =
      `<p><span class="plane-node plane-node-${id}">x</span><b class="plane-format-${id}">y</b></p>`;
    assert.equal(odooToPlane(forged, {}).html, "<p>x<b>y</b></p>");
  }
});

Deno.test("a format id does not pass for a node, nor a node id for a format", () => {
  const { placeholders } = planeToOdoo(`<p>${MENTION}<span data-text-color="peach">b</span></p>`);
  const node = idOf(placeholders, "mention");
  const format = idOf(placeholders, "data-text-color");
  const forged =
    `<p><b class="plane-format-${node}">x</b><span class="plane-node plane-node-${format}">y</span></p>`;
  assert.deepEqual(odooToPlane(forged, placeholders), { html: "<p><b>x</b>y</p>", missing: [node] });
});

Deno.test("marks typed into Plane do not come out in Odoo", () => {
  const { html, placeholders } = planeToOdoo(
    '<p class="plane-format-0123456789abcdef"><span class="plane-node plane-node-0123456789abcdef">x</span></p>',
  );
  assert.equal(html, "<p><span>x</span></p>");
  assert.deepEqual(placeholders, {});
});

Deno.test("Odoo's own elements and attributes do not cross", () => {
  assert.equal(
    odooToPlane(
      '<p data-last-history-steps="1,2" data-oe-version="2.0" class="o-paragraph">a</p><mention-component entity_identifier="u"></mention-component>',
      {},
    ).html,
    "<p>a</p>",
  );
});

Deno.test("a restored node does not take the document below the depth both servers can read", () => {
  const node = `<x-y>${"<b>".repeat(60)}x${"</b>".repeat(60)}</x-y>`;
  const { html, placeholders } = planeToOdoo("<blockquote>".repeat(60) + node + "</blockquote>".repeat(60));
  const back = odooToPlane(html, placeholders).html;
  assert.equal(browserElements(back).length, MAX_DEPTH);
  assert.equal(sanitise(back, { target: "plane" }), back);
  const deeper = { [Object.keys(placeholders)[0] ?? ""]: node };
  assert.equal(browserElements(odooToPlane(html, deeper).html).length, MAX_DEPTH);
});

Deno.test("hostile HTML crosses both ways without an exception and stays a fixed point", () => {
  fc.assert(
    fc.property(hostileHtml, (html) => {
      const sent = planeToOdoo(html);
      assert.equal(sanitise(sent.html), sent.html);
      assert.deepEqual(planeToOdoo(html), sent);
      const back = odooToPlane(sent.html, sent.placeholders);
      assert.equal(sanitise(back.html, { target: "plane" }), back.html);
      assert.deepEqual(back.missing, []);
    }),
    { numRuns: 3000 },
  );
});
