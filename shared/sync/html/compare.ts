import { attributesOf, BREAK, isPlain, linesOf, preformatted } from "./compare_inline.ts";
import { hasClass, isChecked, isCheckList, itemContent } from "./checklist.ts";
import { sanitise } from "./sanitise.ts";
import { type HtmlElement, type HtmlNode, parseTree } from "./tree.ts";

/** HTML as the two APIs deliver it: Odoo says `false` for an empty field, Plane `null`. */
export type StoredHtml = string | null | undefined | false;

/**
 * True when both documents say the same to a reader, whatever the servers and their editors did to the
 * markup: wrappers, implied paragraphs, entities, white space between blocks, attribute order, ids, classes,
 * `rel`, quote marks of mails, empty paragraphs at the end. An equivalence: it compares canonical forms.
 */
export function sameHtml(a: StoredHtml, b: StoredHtml): boolean {
  return a === b || canonicalHtml(a) === canonicalHtml(b);
}

/** The form `sameHtml` compares: for fingerprints and for nothing else; it is not meant to be stored anywhere. */
export function canonicalHtml(html: StoredHtml): string {
  return typeof html === "string" ? flow(parseTree(sanitise(html, { target: "plane" }))) : "";
}

const ROW_GROUPS = ["thead", "tbody", "tfoot"];
const BLOCKS = new Set([
  ...["p", "div", ...ROW_GROUPS],
  ..."h1 h2 h3 h4 h5 h6 ul ol li blockquote pre table caption tr td th hr dl dt dd".split(" "),
  ..."figure figcaption details summary colgroup".split(" "),
]);
const EMPTY_PARAGRAPH = "<p></p>";

/** Blocks: loose inline content becomes the paragraph it looks like. */
function flow(nodes: readonly HtmlNode[]): string {
  const blocks: string[] = [];
  let line: HtmlNode[] = [];

  const endLine = (attributes: string) => {
    const content = linesOf(line);
    if (content === BREAK) blocks.push(EMPTY_PARAGRAPH);
    else if (content !== "") blocks.push(`<p${attributes}>${withoutLastBreak(content)}</p>`);
    line = [];
  };
  const add = (children: readonly HtmlNode[], attributes: string) => {
    for (const child of children) {
      if (typeof child === "string" || !holdsBlocks(child)) {
        line.push(child);
        continue;
      }
      endLine(attributes);
      if (!isWrapper(child)) {
        blocks.push(block(child));
        continue;
      }
      const before = blocks.length;
      add(child.children, attributesOf(child) || attributes);
      if (child.name === "p" && blocks.length === before) blocks.push(EMPTY_PARAGRAPH);
    }
    endLine(attributes);
  };

  add(nodes, "");
  while (blocks.at(-1) === EMPTY_PARAGRAPH) blocks.pop();
  return blocks.join("");
}

function block(node: HtmlElement): string {
  if (node.name === "hr") return "<hr>";
  // The widths of columns: both editors invent them.
  if (node.name === "colgroup") return "";
  if (node.name === "pre") return `<pre${attributesOf(node)}>${preformatted(node.children)}</pre>`;
  if (isCheckList(node)) {
    const items = node.children.filter((child) => typeof child !== "string")
      .map((item) => `<item checked=${isChecked(item)}>${flow(itemContent(item))}</item>`);
    return `<checklist>${items.join("")}</checklist>`;
  }
  return `<${node.name}${attributesOf(node)}>${flow(node.children)}</${node.name}>`;
}

/** A block that only groups what is in it. A callout is more than that. */
function isWrapper(node: HtmlElement): boolean {
  if (node.name === "div") return node.attributes["data-block-type"] === undefined;
  return node.name === "p" || ROW_GROUPS.includes(node.name) || isPlain(node);
}

function holdsBlocks(node: HtmlElement): boolean {
  if (hasClass(node, "plane-node")) return false;
  return BLOCKS.has(node.name) ||
    node.children.some((child) => typeof child !== "string" && holdsBlocks(child));
}

/** A line break at the end of a block is not shown. */
function withoutLastBreak(content: string): string {
  return content.endsWith(BREAK) ? content.slice(0, -BREAK.length) : content;
}
