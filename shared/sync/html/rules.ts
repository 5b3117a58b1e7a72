/**
 * What may cross between Plane and Odoo, as data: elements, attributes with the shape of their values,
 * style properties, classes, URL schemes. Everything that is not named here is dropped.
 *
 * Not here on purpose: `id` (it can shadow page globals), free class names (a class of the receiving
 * application can cover its page), `background` attributes and `url()` (they fetch), and positions.
 */

/** Elements that exist in both applications. */
export const SHARED_ELEMENTS = words(`
  p div span br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code kbd samp var
  b strong i em u s del ins mark small sub sup abbr cite q time a img
  table caption colgroup col thead tbody tfoot tr th td dl dt dd figure figcaption details summary
`);

/** Elements only Plane gets, and only out of what it once gave us; custom elements (`x-y`) come on top. */
export const PLANE_ELEMENTS = words("input label iframe video audio");

/** Elements that are taken for their nearest shared relative; `div` keeps the words of two blocks apart. */
export const RENAMED_ELEMENTS: ReadonlyMap<string, string> = new Map([
  ["font", "span"],
  ["big", "span"],
  ["strike", "s"],
  ["tt", "code"],
  ["acronym", "abbr"],
  ["listing", "pre"],
  ["dir", "ul"],
  ["menu", "ul"],
  ...[...words("section article main header footer nav aside center address form fieldset hgroup search")]
    .map((name): [string, string] => [name, "div"]),
]);

/** Elements whose text is no prose: it goes with them. */
export const ELEMENTS_WITHOUT_TEXT = ["script", "style"];

export const VOID_ELEMENTS = words("br hr img input col");

export const URL_SCHEMES = ["http", "https", "mailto", "tel"];

/** Returns the value to keep, or undefined to drop the attribute. */
export type Check = (value: string) => string | undefined;
export type Checks = Readonly<Record<string, Check>>;

const COLOUR =
  /^(#[0-9a-f]{3,8}|(?!null|none)[a-z]{3,25}|(rgb|hsl)a?\([\d.,%/ deg-]{1,60}\)|var\(--[\w-]{1,60}\))$/i;
const SIZE = /^\d{1,4}(\.\d{1,4})?(px|%|em|rem)?$/i;
const WORDS = /^[\w .,#()%+-]{1,80}$/;

const matching = (pattern: RegExp): Check => (value) => pattern.test(value.trim()) ? value.trim() : undefined;
const count = matching(/^\d{1,4}$/);
const size = matching(SIZE);
const widths = matching(/^\d{1,5}(,\d{1,5}){0,20}$/);
const text: Check = (value) => value;

/** Attributes of every shared element. Odoo strips other `data-*` in most of its fields, so none is here. */
export const GLOBAL_ATTRIBUTES: Checks = {
  title: text,
  dir: matching(/^(ltr|rtl|auto)$/i),
};

/** The attributes in which Plane's editor keeps formatting, on any element; only Plane gets them. */
export const PLANE_GLOBAL_ATTRIBUTES: Checks = {
  "data-type": matching(/^(taskList|taskItem|emoji)$/),
  "data-checked": matching(/^(true|false)$/),
  "data-name": matching(WORDS),
  "data-text-color": matching(WORDS),
  "data-background-color": matching(WORDS),
  "data-block-type": matching(/^callout-component$/),
  "data-icon-name": matching(WORDS),
  "data-icon-color": matching(WORDS),
  "data-background": matching(WORDS),
  "data-emoji-unicode": matching(WORDS),
  "data-logo-in-use": matching(/^(emoji|icon)$/),
};

/** Attributes of one element. */
export const ELEMENT_ATTRIBUTES: Readonly<Record<string, Checks>> = {
  a: { target: matching(/^_blank$/i) },
  img: { alt: text, width: size, height: size },
  ol: { start: count, type: matching(/^[1aAiI]$/), reversed: () => "" },
  li: { value: count },
  td: { colspan: count, rowspan: count },
  th: { colspan: count, rowspan: count },
  col: { span: count },
  colgroup: { span: count },
  time: { datetime: matching(/^[\w:. +-]{1,40}$/) },
  details: { open: () => "" },
};

/** Attributes that hold an address. */
export const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  img: ["src"],
};

/** More attributes of one element, for Plane only. */
export const PLANE_ELEMENT_ATTRIBUTES: Readonly<Record<string, Checks>> = {
  input: { type: matching(/^checkbox$/i), checked: () => "checked", disabled: () => "disabled" },
  img: { aspectratio: size, alignment: matching(/^(left|center|right)$/) },
  td: { background: matching(COLOUR), textcolor: matching(COLOUR), colwidth: widths },
  th: { background: matching(COLOUR), textcolor: matching(COLOUR), colwidth: widths },
  tr: { background: matching(COLOUR), textcolor: matching(COLOUR) },
  pre: { language: matching(WORDS) },
  code: { language: matching(WORDS) },
  iframe: { width: size, height: size, title: text, allowfullscreen: () => "" },
  video: { width: size, height: size, controls: () => "" },
  audio: { controls: () => "" },
};

/** Media Plane may get back, from https addresses only. */
export const MEDIA_ELEMENTS = words("iframe video audio");

export const STYLES: Checks = {
  "color": matching(COLOUR),
  "background-color": matching(COLOUR),
  "text-align": matching(/^(left|right|center|justify|start|end)$/i),
  "vertical-align": matching(/^(top|middle|bottom|baseline|sub|super)$/i),
  "font-weight": matching(/^(bold|bolder|normal|lighter|[1-9]00)$/i),
  "font-style": matching(/^(italic|oblique|normal)$/i),
  "text-decoration": matching(/^(underline|line-through|none)$/i),
  "text-decoration-line": matching(/^(underline|line-through|none)$/i),
  "width": matching(/^\d{1,4}(\.\d{1,4})?(px|%|em|rem)$/i),
  "min-width": matching(/^\d{1,4}(\.\d{1,4})?(px|%|em|rem)$/i),
};

/** Odoo's check lists, our placeholders, the language of a code block. */
export const CLASSES =
  /^(o_checklist|o_checked|plane-node|plane-(node|format)-[0-9a-f]{16}|o-contenteditable-false|language-[\w+#.-]{1,40})$/;

/** A custom element's name; names that SVG and MathML reserve are none. */
export function isCustomElement(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name) &&
    !/^(annotation-xml|color-profile|font-face.*|missing-glyph)$/.test(name);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
