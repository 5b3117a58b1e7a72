import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalHtml, sameHtml, type StoredHtml } from "../../../../shared/sync/html/compare.ts";
import { hostileHtml, planeDocument } from "./documents.ts";

/** Each row: forms of one document. */
const SAME: [string, ...StoredHtml[]][] = [
  [
    "nothing",
    null,
    undefined,
    false,
    "",
    " ",
    "<p></p>",
    "<p><br></p>",
    "<p> </p>",
    "<div></div>",
    "<div><p></p></div>",
    "<p><b><br></b></p>",
  ],
  [
    "plain text",
    "plain",
    "<p>plain</p>",
    "<div>plain</div>",
    "<span>plain</span>",
    "<div><p>plain</p></div>",
    "\n<p>\nplain </p>\n",
  ],
  ["entities", "<p>a & b</p>", "<p>a &amp; b</p>", "<p>a &#38; b</p>"],
  [
    "two paragraphs",
    "<p>a</p><p>b</p>",
    "<div><p>a</p><p>b</p></div>",
    "<p>a</p>\n\n<p>b</p>\n",
    "a<p>b</p>",
    "<div>a</div><div>b</div>",
    "<p>a<p>b",
  ],
  [
    "an empty line between",
    "<p>a</p><p></p><p>b</p>",
    '<p>a</p><p class="o-paragraph"><br></p><p>b</p>',
    "<div>a</div><div><br></div><div>b</div>",
  ],
  ["empty lines at the end", "<p>a</p>", "<p>a</p><p></p>", "<p>a</p><p><br></p><p></p>", "<p>a<br></p>"],
  ["line breaks", "<p>a<br>b</p>", "<p>a<br/>b</p>", "<p>a <br />\nb</p>"],
  [
    "formatting",
    "<p><b>a</b><i>b</i></p>",
    "<p><strong>a</strong><em>b</em></p>",
    "<p><b>a</b><em>b</em><u></u></p>",
  ],
  ["white space", "<p>a b</p>", "<p> a\n  b </p>", "<p>a <span>b</span></p>", "<p>a\ufeff b</p>"],
  [
    "list items",
    "<ul><li>a</li></ul>",
    "<ul>\n<li><p>a</p></li>\n</ul>",
    "<ul class='x'><li><div>a</div></li></ul>",
  ],
  [
    "cells",
    "<table><tr><td>a</td></tr></table>",
    '<table><colgroup><col style="width: 10px"></colgroup><tbody><tr><td colspan="1" colwidth="150"><p>a</p></td></tr></tbody></table>',
  ],
  [
    "links",
    '<a href="https://x.test">l</a>',
    '<p><a target="_blank" class="c" rel="noopener noreferrer" href="https://x.test">l</a></p>',
  ],
  ["links without an address", "l", "<a>l</a>", '<a href="">l</a>', '<a href="javascript:x">l</a>'],
  ["attribute order", '<img alt="a" src="https://x.test/i">', '<img src="https://x.test/i" alt="a">'],
  [
    "styles",
    '<p style="color:red;text-align:center">a</p>',
    '<p style="text-align: center; color: red;" id="i">a</p>',
  ],
  ["alignment that holds anyway", '<p style="text-align: left">a</p>', "<p>a</p>"],
  [
    "quotes of mails",
    "<blockquote><p>q</p></blockquote>",
    '<blockquote data-o-mail-quote-node="1" data-o-mail-quote="1">q</blockquote>',
  ],
  [
    "code",
    '<pre><code class="language-js">a\n b</code></pre>',
    '<pre class="x">\n<code class="language-js" spellcheck="false">a\n b</code></pre>',
  ],
  [
    "check lists",
    '<ul data-type="taskList"><li data-checked="true" data-type="taskItem"><p>a</p></li></ul>',
    '<ul class="o_checklist"><li class="o_checked">a</li></ul>',
    '<ul data-type="taskList"><li data-checked="true" data-type="taskItem"><label><input type="checkbox" checked><span></span></label><div><p>a</p></div></li></ul>',
  ],
  ["editor attributes", '<p data-last-history-steps="1">a</p>', '<p data-oe-version="2.0">a</p>', "<p>a</p>"],
];

/** Each row: documents that differ, pair by pair. */
const DIFFERENT: [string, ...string[]][] = [
  ["text", "a", "b", "a b", "ab", "A", "a&nbsp;b", ""],
  ["paragraphs", "<p>a b</p>", "<p>a</p><p>b</p>", "<p>a<br>b</p>", "<p>a</p><p></p><p>b</p>"],
  [
    "formatting",
    "<p>a</p>",
    "<p><b>a</b></p>",
    "<p><i>a</i></p>",
    "<h1>a</h1>",
    "<h2>a</h2>",
    "<blockquote>a</blockquote>",
    "<pre>a</pre>",
    "<ul><li>a</li></ul>",
    "<ol><li>a</li></ol>",
  ],
  ["links", "l", '<a href="https://x.test">l</a>', '<a href="https://y.test">l</a>'],
  [
    "components",
    "",
    '<mention-component entity_identifier="u1"></mention-component>',
    '<mention-component entity_identifier="u2"></mention-component>',
    '<image-component src="u1"></image-component>',
  ],
  [
    "boxes",
    '<ul class="o_checklist"><li>a</li></ul>',
    '<ul class="o_checklist"><li class="o_checked">a</li></ul>',
    "<ul><li>a</li></ul>",
  ],
  [
    "colours",
    "<p>a</p>",
    '<p style="color: red">a</p>',
    '<p style="color: blue">a</p>',
    '<p><span data-text-color="peach">a</span></p>',
  ],
  [
    "code",
    "<pre>a b</pre>",
    "<pre>a  b</pre>",
    "<pre>a\nb</pre>",
    '<pre><code class="language-js">a b</code></pre>',
    '<pre><code class="language-ts">a b</code></pre>',
  ],
  ["tags in text", "&lt;b&gt;a&lt;/b&gt;", "<b>a</b>", "a"],
  [
    "lists",
    "<ul><li>a</li><li>b</li></ul>",
    "<ul><li>a<ul><li>b</li></ul></li></ul>",
    '<ol start="2"><li>a</li></ol>',
    "<ol><li>a</li></ol>",
  ],
  [
    "cells",
    "<table><tr><td>a</td></tr></table>",
    "<table><tr><th>a</th></tr></table>",
    '<table><tr><td colspan="2">a</td></tr></table>',
  ],
];

Deno.test("forms the two servers and their editors make of one document are the same", () => {
  for (const [name, ...forms] of SAME) {
    for (const a of forms) {
      for (const b of forms) {
        assert.ok(sameHtml(a, b), `${name}: ${a} = ${b}: ${canonicalHtml(a)} = ${canonicalHtml(b)}`);
      }
    }
  }
});

Deno.test("documents that a reader can tell apart are not the same", () => {
  for (const [name, ...documents] of DIFFERENT) {
    for (const a of documents) {
      for (const b of documents) {
        assert.equal(sameHtml(a, b), a === b, `${name}: ${a} | ${b}: ${canonicalHtml(a)}`);
      }
    }
  }
});

Deno.test("a document is the same as itself, and sameness has no direction", () => {
  fc.assert(fc.property(hostileHtml, planeDocument, (a, b) => {
    assert.ok(sameHtml(a, a));
    assert.ok(sameHtml(b, b));
    assert.equal(sameHtml(a, b), sameHtml(b, a));
  }));
});

Deno.test("one changed word is seen anywhere in a document", () => {
  fc.assert(fc.property(planeDocument, planeDocument, (before, after) => {
    assert.ok(!sameHtml(`${before}<p>one</p>${after}`, `${before}<p>two</p>${after}`));
  }));
});
