import fc from "fast-check";

/** Text that stresses escaping, without what only a tag could mean. */
const plainText = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "a & b",
    "1 < 2 > 0",
    "&amp; &lt;p&gt;",
    "\"q\" 's'",
    "日本 🚀",
    "  spaced  ",
    "a\u00a0b",
    "> quoted",
    "-- ",
    "@mention",
    "[image]",
  ),
).map((text) => text.replace(/[^\P{C}\t\n]/gu, ""));

export const escaped = plainText.map((text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
);

const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 8, maxLength: 8 });

const component = fc.oneof(
  hex.map((id) =>
    `<mention-component id="${id}" entity_identifier="${id}" entity_name="user_mention"></mention-component>`
  ),
  fc.constant('<input type="checkbox" checked>'),
);
const blockComponent = fc.oneof(
  hex.map((id) => `<image-component src="${id}" width="50%" height="auto"></image-component>`),
  hex.map((id) =>
    `<issue-embed-component entity_identifier="${id}" project_identifier="p"></issue-embed-component>`
  ),
  hex.map((id) => `<img src="/assets/${id}">`),
);

/** Inline and block content as Plane's editor writes it (no links in links: parsers disagree about them). */
const plane = fc.letrec<{ line: string; inline: string; block: string }>((tie) => ({
  inline: fc.oneof(
    { weight: 4, arbitrary: escaped },
    { weight: 2, arbitrary: component },
    fc.constant("<br>"),
    tie("line").map((content) => `<strong>${content}</strong>`),
    tie("line").map((content) => `<em class="x">${content}</em>`),
    escaped.map((content) =>
      `<a href="https://example.test/?a=1&amp;b=2" target="_blank" rel="noopener">${content}</a>`
    ),
    tie("line").map((content) => `<span data-text-color="peach" style="color: #ff0000">${content}</span>`),
    escaped.map((content) => `<code>${content}</code>`),
  ),
  line: fc.array(tie("inline"), { maxLength: 3 }).map((parts) => parts.join("")),
  block: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("line").map((content) => `<p class="editor-paragraph-block">${content}</p>`),
    tie("line").map((content) => `<h2 style="text-align: center">${content}</h2>`),
    blockComponent,
    fc.constant("<hr>"),
    escaped.map((content) => `<pre><code class="language-python">${content}</code></pre>`),
    tie("block").map((content) => `<blockquote>${content}</blockquote>`),
    fc.array(tie("block"), { minLength: 1, maxLength: 2 }).map((items) =>
      `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`
    ),
    fc.tuple(tie("line"), fc.boolean()).map(([content, checked]) =>
      `<ul data-type="taskList"><li data-checked="${checked}" data-type="taskItem"><label><input type="checkbox"${
        checked ? ' checked="checked"' : ""
      }><span></span></label><div><p>${content}</p></div></li></ul>`
    ),
    tie("block").map((content) =>
      `<table><tbody><tr><th><p>h</p></th><td colspan="2" background="#ff0000">${content}</td></tr></tbody></table>`
    ),
    tie("block").map((content) =>
      `<div data-block-type="callout-component" data-icon-name="Info">${content}</div>`
    ),
  ),
}));

/** A document as Plane stores it: one block, or several in a bare `<div>`. */
export const planeDocument = fc.array(plane.block, { maxLength: 4 }).map((blocks) =>
  blocks.length === 1 ? blocks.join("") : `<div>${blocks.join("")}</div>`
);

const fragments = [
  "<p>",
  "</p>",
  "<div>",
  "</div>",
  "<b>",
  "</b>",
  "<i>",
  "</a>",
  "<a href=",
  "<table>",
  "<tr>",
  "<td>",
  "<li>",
  "<ul>",
  "<select>",
  "<option>",
  "<button>",
  "<h1>",
  "<script>",
  "</script>",
  "<style>",
  "</style>",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<svg>",
  "<math>",
  "<mtext>",
  "<mglyph>",
  "<title>",
  "<textarea>",
  "</textarea>",
  "<noscript>",
  "</noscript>",
  "<xmp>",
  "<plaintext>",
  "<template>",
  "<iframe src='https://x.test'>",
  "</iframe>",
  "<img src=x onerror=alert(1)>",
  "<x-y onclick=alert(1) src='javascript:1'>",
  "</x-y>",
  "<mention-component>",
  "<form action=x>",
  "<input type=checkbox>",
  "<input autofocus onfocus=alert(1)>",
  "<p style='color:red;background:url(javascript:1)'>",
  '"',
  "'",
  "`",
  ">",
  "<",
  "=",
  "/",
  "&",
  "&lt;",
  "&#60;",
  "&#x3c;script&#x3e;",
  "javascript:alert(1)",
  "java\tscript:",
  " onload=x ",
  "\u0000",
  "\ud800",
  "\u00a0",
  "text",
  "<p\n",
  "<font color=red>",
  "<section>",
];

/** Tag soup: fragments an attacker would try, in any order. */
export const hostileHtml = fc.oneof(
  fc.array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...fragments) }, fc.string({ maxLength: 6 })), {
    maxLength: 30,
  })
    .map((parts) => parts.join("")),
  fc.tuple(planeDocument, fc.array(fc.constantFrom(...fragments), { maxLength: 6 }), fc.nat(400)).map((
    [document, parts, at],
  ) => document.slice(0, at) + parts.join("") + document.slice(at)),
);
