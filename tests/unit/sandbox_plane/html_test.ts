import assert from "node:assert/strict";
import fc from "fast-check";
import { storedHtml, strippedText } from "../../../dev/sandbox/plane/html.ts";

Deno.test("a description is stored under one top element", () => {
  const cases: [string, string][] = [
    ["<p>a</p>", "<p>a</p>"],
    ["plain text", "<p>plain text</p>"],
    ["text <b>bold</b>", "<p>text <b>bold</b></p>"],
    ["<b>bold</b> text", "<span><b>bold</b> text</span>"],
    ["<p>a</p><p>b</p>", "<div><p>a</p><p>b</p></div>"],
    ["text<p>b</p>", "<div><p>text</p><p>b</p></div>"],
    ["<p>a\nb</p>\n\n<p>c</p>\n", "<div><p>a\nb</p>\n\n<p>c</p></div>"],
  ];
  for (const [sent, stored] of cases) assert.equal(storedHtml(sent), stored);
});

Deno.test("what could run is removed, what the editor needs stays", () => {
  const cases: [string, string][] = [
    ['<p onclick="x()">a</p>', "<p>a</p>"],
    ["<p>a</p><script>alert(1)</script>", "<div><p>a</p></div>"],
    ['<p><a href="javascript:z">l</a></p>', '<p><a rel="noopener noreferrer">l</a></p>'],
    [
      '<p class="x" style="color:red" data-foo="1" id="z">t</p>',
      '<p class="x" style="color:red" id="z">t</p>',
    ],
    [
      '<ul data-type="taskList"><li data-checked="true">x</li></ul>',
      '<ul data-type="taskList"><li data-checked="true">x</li></ul>',
    ],
    [
      '<image-component src="abc" width="50%"></image-component>',
      '<image-component src="abc" width="50%"></image-component>',
    ],
    ["<p>a<!-- odoo:42 --></p>", "<p>a</p>"],
    ["<p>&euro; &#8217; &quot; &lt;x&gt; &amp;&nbsp;</p>", '<p>€ ’ " &lt;x&gt; &amp;&nbsp;</p>'],
  ];
  for (const [sent, stored] of cases) assert.equal(storedHtml(sent), stored);
});

Deno.test("nothing is no description", () => {
  assert.equal(storedHtml(""), undefined);
  assert.equal(storedHtml("  \n"), undefined);
});

Deno.test("the stored form is stable", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "<p>",
      "</p>",
      "<b>",
      "</b>",
      "<br>",
      "<ul><li>",
      "</li></ul>",
      "<script>",
      "</script>",
      "&nbsp;",
      "&lt;",
    ),
    fc.constantFrom(
      '<a href="https://x.test/?a=1&amp;b=2">',
      "</a>",
      "<!-- c -->",
      "<hr>",
      '<p style="x">',
      "\n",
    ),
    fc.string(),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    const stored = storedHtml(pieces.join(""));
    if (pieces.join("").trim() === "") assert.equal(stored, undefined);
    else assert.equal(storedHtml(stored ?? ""), stored);
  }));
});

Deno.test("the plain text of a description has no tags and no entities", () => {
  assert.equal(strippedText("<div><p>Grüße <b>fett</b> &amp; 日本</p></div>"), "Grüße fett & 日本");
  assert.equal(strippedText("<p></p>"), "");
});
