/** What Odoo makes of HTML. The stored form is what the synchronisation compares with, never what it sent. */
import assert from "node:assert/strict";
import { type ContractCase, newProject } from "./under_test.ts";

/** `[sent, stored]`; one value where the two are equal. */
const CASES: readonly (readonly [string, string] | readonly [string])[] = [
  ["<p>x</p>"],
  ["<p>a<br>b</p>"],
  ["<h1>A</h1><p></p>"],
  ["<p>a</p>tail"],
  ["<p>a</p>b<p>c</p>"],
  ["<b>x</b>"],
  ["<ul><li>a<ul><li>b</li></ul></li></ul>"],
  ['<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>'],
  ["<table><tr><td>1</td></tr></table>"],
  ['<pre><code class="language-js">a &lt; b</code></pre>'],
  ["<p><em>a</em><strong>b</strong><code>c</code><sub>d</sub><sup>e</sup></p>"],
  ['<a href="https://x.y/?a=1&amp;b=2" target="_blank" rel="noopener">l</a>'],
  ['<a href="mailto:a@b.c">m</a>'],
  ['<img src="data:image/png;base64,AAAA">'],
  ['<p style="position:fixed">s</p>'],
  ['<p class="editor-paragraph-block">Hi</p>'],
  ['<ul data-checked="1"><li>q</li></ul>'],
  ["<p hidden>h</p>"],
  ["<p>&nbsp;x &amp; y &lt;</p>"],
  ["<p>k<!-- d --></p>"],
  // A root is added where there is none.
  ["plain", "<p>plain</p>"],
  ["a < b", "<p>a &lt; b</p>"],
  ["line1\n\nline2", "<p>line1\n\nline2</p>"],
  ["text <b>mixed</b> tail", "<p>text <b>mixed</b> tail</p>"],
  ["text<p>b</p>", "<p>text</p><p>b</p>"],
  ["<b>x</b><i>y</i>", "<span><b>x</b><i>y</i></span>"],
  ["<mark>m</mark><s>s</s><u>u</u>", "<span><mark>m</mark><s>s</s><u>u</u></span>"],
  ["  ", ""],
  // Scripts, forms and unknown elements go; a root that goes becomes a division.
  ['<p onclick="x()">k</p>', "<p>k</p>"],
  ['<a href="javascript:alert(1)">x</a>', '<a href="">x</a>'],
  ["<script>alert(1)</script><p>k</p>", "<p>k</p>"],
  ["<p><script>x</script>in</p>", "<p>in</p>"],
  ["<style>p{}</style><p>k</p>", "<p>k</p>"],
  ["<form><p>f</p></form>", "<div><p>f</p></div>"],
  ["<button>b</button>", "<div></div>"],
  ["<custom-el>in</custom-el>", "<div>in</div>"],
  ['<image-component src="a"></image-component>', "<div></div>"],
  ['<p>x<image-component src="a"></image-component>y</p>', "<p>xy</p>"],
  ['<p>m <mention-component entity_identifier="u"></mention-component> n</p>', "<p>m  n</p>"],
  [
    '<ul data-type="taskList"><li data-checked="true"><label><input type="checkbox" checked="checked">' +
    "<span></span></label><div><p>todo</p></div></li></ul>",
    '<ul data-type="taskList"><li data-checked="true"><label><span></span></label><div><p>todo</p></div></li></ul>',
  ],
  ["<!-- c --><p>k</p>", "<p>k</p>"],
  ["<html><body><p>b</p></body></html>", "<p>b</p>"],
  // The parser tidies up.
  ["<p>un<b>closed", "<p>un<b>closed</b></p>"],
  ["<p>one<p>two", "<p>one</p><p>two</p>"],
  ["<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"],
  ["<p>a<br/>b</p>", "<p>a<br>b</p>"],
  ['<P CLASS="X">up</P>', '<p class="X">up</p>'],
  ["<p>&eacute; &copy; &hellip; &quot;q&quot; &#39;</p>", '<p>é © … "q" \'</p>'],
  ["<p>a\u00a0b</p>", "<p>a&nbsp;b</p>"],
  ['<p title="a&quot;b">t</p>', "<p title='a\"b'>t</p>"],
  ['<img src="/a b.png">', '<img src="/a%20b.png">'],
  // Quotations are marked for the mail client.
  [
    "<blockquote><p>q</p></blockquote>",
    '<blockquote data-o-mail-quote-node="1" data-o-mail-quote="1"><p>q</p></blockquote>',
  ],
];

export const HTML: readonly ContractCase[] = [
  ["HTML is stored sanitised and normalised, and stable from then on", async (odoo) => {
    const project = await newProject(odoo);
    const stored = async (sources: readonly string[]) => {
      const tasks = sources.map((description) => ({
        name: "h",
        project_id: project,
        user_ids: [],
        description,
      }));
      const ids = await odoo.client.create("project.task", tasks);
      return (await odoo.client.read("project.task", ids, ["description"])).map((task) => task.description);
    };
    const expected = CASES.map(([sent, kept]) => kept ?? sent);
    assert.deepEqual(await stored(CASES.map(([sent]) => sent)), expected);
    assert.deepEqual(await stored(expected), expected);
  }],
  ["no description is false, an empty one is empty", async (odoo) => {
    const project = await newProject(odoo, { description: "<p>x</p>" });
    for (const description of ["", false]) {
      await odoo.client.write("project.project", [project], { description });
      const [found] = await odoo.client.read("project.project", [project], ["description"]);
      assert.equal(found?.description, description);
    }
  }],
];
