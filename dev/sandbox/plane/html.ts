/**
 * The form in which Plane stores `description_html`: parsed, wrapped to one top element, sanitised, printed again.
 * The stored form is stable: storing it again changes nothing.
 */
import { parseDocument } from "htmlparser2";

type Node = ReturnType<typeof parseDocument>["children"][number];

const VOID = new Set(["br", "hr", "img", "input", "col", "wbr", "area"]);
const DROPPED_WITH_CONTENT = new Set(["script", "style", "noscript", "template"]);
// deno-fmt-ignore
const BLOCK = new Set(["address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset",
  "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
  "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "script"]);
// deno-fmt-ignore
const TAGS = new Set([...[...BLOCK].filter((name) => !["fieldset", "form", "main"].includes(name)), "a", "abbr", "b", "bdi", "bdo", "br", "caption", "cite", "code", "col", "colgroup", "data", "del",
  "dfn", "em", "figcaption", "i", "img", "input", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small",
  "span", "strike", "strong", "sub", "summary", "sup", "time", "tt", "u", "var", "wbr",
  "image-component", "mention-component", "issue-embed-component", "page-embed-component"]);
// deno-fmt-ignore
const ATTRIBUTES = new Set(["align", "alt", "aria-label", "aria-hidden", "checked", "class", "colspan", "colwidth", "data-background-color",
  "data-block-type", "data-checked", "data-emoji-unicode", "data-emoji-url", "data-icon-color", "data-icon-name",
  "data-logo-in-use", "data-text-color", "data-type", "dir", "disabled", "entity_identifier", "entity_name", "height", "href",
  "id", "lang", "role", "rowspan", "scope", "src", "start", "status", "style", "target", "title", "type", "width",
  "aspectratio", "alignment", "background", "hidecontent", "textcolor"]);

/** A form that needs more passes than this to come to rest is no description. */
const MOST_PASSES = 8;

/**
 * The stored form, or `undefined` for what Plane refuses ("Invalid HTML passed"). Markup so broken that storing its
 * stored form would change it again is brought to rest at once; nothing of it left is an empty paragraph.
 */
export function storedHtml(html: string): string | undefined {
  if (html.trim() === "") return undefined;
  let stored = pass(html);
  for (let count = 1; count < MOST_PASSES && stored.trim() !== ""; count += 1) {
    const again = pass(stored);
    if (again === stored) return stored;
    stored = again;
  }
  return "<p></p>";
}

function pass(html: string): string {
  const { wrapper, children } = singleTop(trimmed(parseDocument(html).children));
  const inner = children.map(print).join("");
  return wrapper === undefined ? inner : `<${wrapper}>${inner}</${wrapper}>`;
}

/** The text of a stored description, tags gone and characters plain (`description_stripped`). */
export function strippedText(html: string): string {
  return parseDocument(html).children.map(text).join("").trim();
}

function text(node: Node): string {
  if (node.type === "text") return node.data;
  return "children" in node ? (node.children as Node[]).map(text).join("") : "";
}

const isBlankText = (node: Node) => node.type === "text" && node.data.trim() === "";
const isBlock = (node: Node) => "name" in node && BLOCK.has(node.name);
const holdsBlock = (node: Node): boolean =>
  isBlock(node) || ("children" in node && (node.children as Node[]).some(holdsBlock));

function trimmed(nodes: Node[]): Node[] {
  const first = nodes.findIndex((node) => !isBlankText(node));
  const last = nodes.findLastIndex((node) => !isBlankText(node));
  return first < 0 ? [] : nodes.slice(first, last + 1);
}

/** Leading text gets a paragraph; several top elements get a `div`, or a `span` when none of them is a block. */
function singleTop(nodes: Node[]): { wrapper: string | undefined; children: (Node | Node[])[] } {
  const children: (Node | Node[])[] = [...nodes];
  if (nodes[0]?.type === "text") {
    const block = nodes.findIndex(isBlock);
    const leading = nodes.slice(0, block < 0 ? nodes.length : block);
    children.splice(0, leading.length, leading);
  }
  const elements = children.filter((node) => Array.isArray(node) || !isBlankText(node));
  if (elements.length === 1 && (Array.isArray(elements[0]) || elements[0]?.type !== "text")) {
    return { wrapper: undefined, children: elements };
  }
  const block = elements.some((node) => Array.isArray(node) || holdsBlock(node));
  return { wrapper: block ? "div" : "span", children };
}

function print(node: Node | Node[]): string {
  if (Array.isArray(node)) return `<p>${node.map(print).join("")}</p>`;
  if (node.type === "text") return escapeText(node.data);
  if (!("name" in node) || !("attribs" in node)) return "";
  const name = node.name.toLowerCase();
  if (DROPPED_WITH_CONTENT.has(name)) return "";
  const inner = (node.children as Node[]).map(print).join("");
  if (!TAGS.has(name)) return inner;
  const attributes = Object.entries(node.attribs).filter(([key, value]) => isAllowed(key, value));
  const rel: [string, string][] = name === "a" ? [["rel", "noopener noreferrer"]] : [];
  const opened = [...attributes, ...rel].map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join(
    "",
  );
  return VOID.has(name) ? `<${name}${opened}>` : `<${name}${opened}>${inner}</${name}>`;
}

function isAllowed(key: string, value: string): boolean {
  if (!ATTRIBUTES.has(key.toLowerCase())) return false;
  if (key !== "href" && key !== "src") return true;
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  return scheme === undefined || ["http", "https", "mailto", "tel"].includes(scheme);
}

const escapeText = (value: string) =>
  value.replaceAll("&", "&amp;").replaceAll("\u00a0", "&nbsp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  );
const escapeAttribute = (value: string) =>
  value.replaceAll("&", "&amp;").replaceAll("\u00a0", "&nbsp;").replaceAll('"', "&quot;");
