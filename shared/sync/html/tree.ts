import { Parser } from "htmlparser2";
import { VOID_ELEMENTS } from "./rules.ts";
import type { Attributes } from "./attributes.ts";

/** A parsed document: text, or an element with children. */
export type HtmlNode = string | HtmlElement;

export interface HtmlElement {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: HtmlNode[];
}

export function element(name: string, attributes: Attributes = {}, children: HtmlNode[] = []): HtmlElement {
  return { name, attributes, children };
}

/** Parses sanitised HTML. Give it nothing else: only sanitised HTML has bounded depth and no scripts. */
export function parseTree(html: string): HtmlNode[] {
  const root: HtmlNode[] = [];
  const open: HtmlElement[] = [];
  const children = () => open.at(-1)?.children ?? root;
  const parser = new Parser({
    onopentag(name, attributes) {
      const node = element(name, { ...attributes });
      children().push(node);
      open.push(node);
    },
    ontext(text) {
      const siblings = children();
      const last = siblings.at(-1);
      if (typeof last === "string") siblings[siblings.length - 1] = last + text;
      else siblings.push(text);
    },
    onclosetag() {
      open.pop();
    },
  });
  parser.end(html);
  return root;
}

/** The one way this folder writes HTML; it is how the sanitiser writes it, too. */
export function writeTree(nodes: readonly HtmlNode[]): string {
  return nodes.map(writeNode).join("");
}

function writeNode(node: HtmlNode): string {
  if (typeof node === "string") return escapeText(node);
  const attributes = Object.entries(node.attributes)
    .map(([name, value]) =>
      value === "" && name !== "alt"
        ? ` ${name}`
        : ` ${name}="${escapeText(value).replaceAll('"', "&quot;")}"`
    )
    .join("");
  if (VOID_ELEMENTS.has(node.name)) return `<${node.name}${attributes} />`;
  return `<${node.name}${attributes}>${writeTree(node.children)}</${node.name}>`;
}

/** All text below these nodes, in order. */
export function textOf(nodes: readonly HtmlNode[]): string {
  return nodes.map((node) => typeof node === "string" ? node : textOf(node.children)).join("");
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
