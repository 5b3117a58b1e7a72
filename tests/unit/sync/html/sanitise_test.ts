import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_DEPTH, MAX_ELEMENTS, sanitise } from "../../../../shared/sync/html/sanitise.ts";
import { SHARED_ELEMENTS } from "../../../../shared/sync/html/rules.ts";
import { assertOnlyAllowed, browserElements, browserShape, browserText } from "./browser_view.ts";
import { escaped, hostileHtml, planeDocument } from "./documents.ts";

const TARGETS = ["everywhere", "plane"] as const;

Deno.test("sanitising twice is sanitising once, whatever the tag soup", () => {
  fc.assert(
    fc.property(hostileHtml, fc.constantFrom(...TARGETS), (html, target) => {
      const once = sanitise(html, { target });
      assert.equal(sanitise(once, { target }), once);
    }),
    { numRuns: 4000 },
  );
});

Deno.test("a browser finds only listed elements, attributes and addresses in what comes out", () => {
  fc.assert(
    fc.property(hostileHtml, fc.constantFrom(...TARGETS), (html, target) => {
      assertOnlyAllowed(sanitise(html, { target }), target);
    }),
    { numRuns: 4000 },
  );
});

Deno.test("what may go everywhere is unchanged on its way to Plane", () => {
  fc.assert(fc.property(hostileHtml, (html) => {
    const clean = sanitise(html);
    assert.equal(sanitise(clean, { target: "plane" }), clean);
  }));
});

Deno.test("no text of a Plane document is lost", () => {
  fc.assert(
    fc.property(planeDocument, fc.constantFrom(...TARGETS), (html, target) => {
      assert.equal(browserText(sanitise(html, { target })), browserText(html));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("what is allowed keeps its place in the tree, whatever is dropped beside it", () => {
  fc.assert(
    fc.property(planeDocument, (html) => {
      const toPlane = sanitise(html, { target: "plane" });
      assert.equal(browserShape(toPlane, () => true), browserShape(html, () => true));
      const shared = (name: string) => SHARED_ELEMENTS.has(name) && name !== "img";
      assert.equal(browserShape(sanitise(html), () => true), browserShape(html, shared));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a dropped element does not move the end of the next one", () => {
  assert.equal(sanitise('<div><img src="/a"><p>a</p> b</div>'), "<div><p>a</p> b</div>");
  assert.equal(
    sanitise("<div><x-y></x-y><b>a</b> b<button></button><i>c</i> d</div>"),
    "<div><b>a</b> b<i>c</i> d</div>",
  );
  const embed = '<p><iframe src="javascript:1"></iframe><b>a</b> b</p>';
  assert.equal(sanitise(embed, { target: "plane" }), "<p><span></span><b>a</b> b</p>");
});

Deno.test("plain text comes out as the text it was", () => {
  fc.assert(fc.property(escaped, (text) => {
    assert.equal(browserText(sanitise(text)), browserText(text));
  }));
});

Deno.test("ten megabytes of unclosed elements are reduced to their text without exhausting the stack", () => {
  for (const tag of ["<div>", "<x-y>", "<p><x>", "<a><b>", "<table><tr><td>", "<b></i>", "<svg><p>"]) {
    const html = tag.repeat(10_000_000 / tag.length) + "the end";
    for (const target of TARGETS) assert.equal(sanitise(html, { target }).trim(), "the end", tag);
  }
});

Deno.test("ten megabytes in one text, one attribute, one comment or many attributes are no special case", () => {
  const size = 10_000_000;
  assert.equal(sanitise("a".repeat(size)).length, size);
  assert.equal(sanitise(`<p style="${"color:red;".repeat(size / 10)}">x</p>`), '<p style="color: red">x</p>');
  assert.equal(sanitise("<!--".repeat(size / 4) + "x"), "");
  assert.equal(sanitise(`<p ${"a=1 ".repeat(size / 4)}>x</p>`), "<p>x</p>");
  assert.equal(sanitise(`<p title="${" ".repeat(size)}x">y</p>`).length, size + 18);
  assert.equal(
    sanitise(`<a href="${" ".repeat(size)}https://x.test">y</a>`),
    '<a href="https://x.test">y</a>',
  );
});

Deno.test("a document with too many elements crosses as text", () => {
  const wide = "<p>word</p>".repeat(MAX_ELEMENTS + 1);
  assert.deepEqual(browserElements(sanitise(wide)), []);
  assert.equal(sanitise(wide).match(/word/g)?.length, MAX_ELEMENTS + 1);
  const within = "<p>word</p>".repeat(1_000);
  assert.equal(sanitise(within), within);
});

Deno.test("elements below the depth both servers can read are dropped, their text is not", () => {
  const html = "<div>".repeat(300) + "deep" + "</div>".repeat(300);
  const clean = sanitise(html);
  assert.equal(browserElements(clean).length, MAX_DEPTH);
  assert.equal(browserText(clean), "deep");
});

Deno.test("a relative address is resolved against its origin, and dropped without one", () => {
  const html = '<a href="/web#id=1">l</a><img src="/web/image/5">';
  assert.equal(sanitise(html), "<a>l</a>");
  assert.equal(
    sanitise(html, { baseUrl: "https://odoo.test/x/" }),
    '<a href="https://odoo.test/web#id=1">l</a><img src="https://odoo.test/web/image/5" />',
  );
});

Deno.test("unknown containers keep their words apart", () => {
  assert.equal(
    sanitise("<section>a</section><section>b</section><font color=red>c</font>"),
    "<div>a</div><div>b</div><span>c</span>",
  );
});

Deno.test("classes, ids and data attributes of the pages around it are dropped, marks of ours are kept", () => {
  assert.equal(
    sanitise(
      '<p class="modal o_checked plane-node plane-node-0123456789abcdef" id="top" data-last-history-steps="1" data-oe-id="2">a</p>',
    ),
    '<p class="o_checked plane-node plane-node-0123456789abcdef">a</p>',
  );
});

Deno.test("a link that opens a new page cannot reach back", () => {
  assert.equal(
    sanitise('<a target="_blank" href="https://x.test" rel="opener">l</a>'),
    '<a href="https://x.test" target="_blank" rel="noopener noreferrer">l</a>',
  );
});

Deno.test("a scheme hides behind no kind of space in a component's attribute", () => {
  for (const space of [" ", "\t", "\u00a0", "\u2003", "\ufeff"]) {
    assert.equal(
      sanitise(`<image-component src="1" href="${space}javascript:alert(1)"></image-component>`, {
        target: "plane",
      }),
      '<image-component src="1"></image-component>',
      JSON.stringify(space),
    );
  }
});

Deno.test("characters that XML and PostgreSQL refuse are dropped", () => {
  assert.equal(sanitise("a\u0000b\u0007c&#1;d\ufffee\ud800f\r\ng"), "abcde\ufffdf\ng");
});
