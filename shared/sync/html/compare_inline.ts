import { isCustomElement, MEDIA_ELEMENTS } from "./rules.ts";
import { hasClass } from "./checklist.ts";
import { escapeText, type HtmlElement, type HtmlNode } from "./tree.ts";

/** Written between lines in a canonical form. */
export const BREAK = "<br>";

const SYNONYMS: Readonly<Record<string, string>> = { b: "strong", i: "em", del: "s" };
const IGNORED_ATTRIBUTES = new Set([
  "class",
  "rel",
  "target",
  "style",
  "colwidth",
  "background",
  "textcolor",
]);
const DEFAULTS = new Set(["colspan=1", "rowspan=1", "start=1"]);

/** True for an element that changes nothing about what is in it. */
export function isPlain(node: HtmlElement): boolean {
  if (node.name === "a") return node.attributes.href === undefined;
  return node.name === "label" || node.name === "span" && attributesOf(node) === "";
}

/** The attributes that mean something to a reader, canonically written. */
export function attributesOf(node: HtmlElement): string {
  const pairs = Object.entries(node.attributes)
    .filter(([name, value]) => !IGNORED_ATTRIBUTES.has(name) && !DEFAULTS.has(`${name}=${value}`))
    .map(([name, value]) => `${name}="${escapeText(value)}"`);
  const language = /(?:^| )language-(\S+)/.exec(node.attributes.class ?? "")?.[1];
  if (language !== undefined && node.attributes.language === undefined) {
    pairs.push(`language="${escapeText(language)}"`);
  }
  const mark = /plane-(node|format)-\w+/.exec(node.attributes.class ?? "")?.[0];
  if (mark !== undefined) pairs.push(mark);
  const style = styleOf(node.attributes.style ?? "");
  if (style !== "") pairs.push(`style="${style}"`);
  return pairs.sort().map((pair) => ` ${pair}`).join("");
}

/** Widths are left out (both editors invent them), and the alignment that holds anyway. */
function styleOf(style: string): string {
  return style.toLowerCase().split(";").map((part) => part.trim().replace(/\s*([:,])\s*/g, "$1"))
    .filter((part) => part !== "" && !/^(min-)?width:|^text-align:(left|start)$/.test(part)).sort().join(";");
}

/** Inline content with white space collapsed as a browser shows it; empty when nothing is to be seen. */
export function linesOf(nodes: readonly HtmlNode[]): string {
  const parts: string[] = [];
  let afterSpace = true;

  const write = (node: HtmlNode) => {
    if (typeof node === "string") return writeText(node);
    if (node.name === "br") {
      dropLastSpace(parts);
      parts.push(BREAK);
      afterSpace = true;
    } else if (isAtom(node)) {
      parts.push(atom(node));
      afterSpace = false;
    } else if (!MEDIA_ELEMENTS.has(node.name)) writeElement(node);
  };
  const writeText = (text: string) => {
    const collapsed = text.replace(/[\u200b\ufeff]/g, "").replace(/[\t\n\f\r ]+/g, " ");
    const visible = afterSpace && collapsed.startsWith(" ") ? collapsed.slice(1) : collapsed;
    if (visible === "") return;
    parts.push(escapeText(visible));
    afterSpace = visible.endsWith(" ");
  };
  const writeElement = (node: HtmlElement) => {
    if (isPlain(node)) return node.children.forEach(write);
    const name = SYNONYMS[node.name] ?? node.name;
    const at = parts.length;
    parts.push(`<${name}${attributesOf(node)}>`);
    node.children.forEach(write);
    // Formatting around nothing is not shown.
    if (parts.slice(at + 1).every((part) => part === BREAK)) parts.splice(at, 1);
    else parts.push(`</${name}>`);
  };

  nodes.forEach(write);
  dropLastSpace(parts);
  return parts.join("");
}

/** Elements that are one character to a reader. */
function isAtom(node: HtmlElement): boolean {
  return node.name === "img" || node.name === "input" || hasClass(node, "plane-node") ||
    isCustomElement(node.name);
}

function atom(node: HtmlElement): string {
  const name = hasClass(node, "plane-node") ? "node" : node.name;
  return `<${name}${attributesOf(node)}>${linesOf(node.children)}</${name}>`;
}

function dropLastSpace(parts: string[]): void {
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at] ?? "";
    if (part === BREAK || /^<(img|input|node|[a-z]+-)/.test(part)) return;
    if (part.startsWith("<")) continue;
    if (part === " ") parts.splice(at, 1);
    else if (part.endsWith(" ")) parts[at] = part.slice(0, -1);
    if (part !== " ") return;
  }
}

/** The content of `<pre>`: white space counts, except the line feeds next to its tags. */
export function preformatted(nodes: readonly HtmlNode[]): string {
  const write = (node: HtmlNode): string => {
    if (typeof node === "string") return escapeText(node.replace(/[\u200b\ufeff]/g, ""));
    if (node.name === "br") return "\n";
    if (isPlain(node)) return node.children.map(write).join("");
    const name = SYNONYMS[node.name] ?? node.name;
    return `<${name}${attributesOf(node)}>${node.children.map(write).join("")}</${name}>`;
  };
  return nodes.map(write).join("").replace(/^\n/, "").replace(/\n$/, "");
}
