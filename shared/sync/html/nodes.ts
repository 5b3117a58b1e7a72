import { createHash } from "node:crypto";
import { keepAttributes, keepUrl } from "./attributes.ts";
import { hasClass } from "./checklist.ts";
import { isCustomElement, MEDIA_ELEMENTS } from "./rules.ts";
import { element, type HtmlElement, type HtmlNode, textOf, writeTree } from "./tree.ts";

/**
 * The marks that stand for what Odoo cannot hold. They are classes, because classes survive Odoo's
 * sanitiser in every HTML field; own `data-*` attributes survive only in a task's description.
 */
const NODE = "plane-node";
const FORMAT = "plane-format";
/** Odoo's editor keeps the cursor out of an element of this class (from 18 on; it means nothing before). */
const LOCKED = "o-contenteditable-false";
const MARK = /^(plane-node|plane-format-.*|plane-node-.*|o-contenteditable-false)$/;

const EVERYWHERE = { plane: false, baseUrl: undefined };

/** True for a node only Plane can show: a component, media, a loose check box, an image of its own storage. */
export function isForPlaneOnly(node: HtmlElement): boolean {
  if (node.name === "img") {
    return keepUrl(node.attributes.src ?? "", EVERYWHERE, ["http", "https"]) === undefined;
  }
  return node.name === "input" || MEDIA_ELEMENTS.has(node.name) || isCustomElement(node.name);
}

/** The element without its content and without what Odoo can hold, when that leaves anything. */
export function formatOf(node: HtmlElement): HtmlElement | undefined {
  const shared = keepAttributes(node.name, node.attributes, EVERYWHERE);
  const own = Object.entries(node.attributes).filter(([name]) => !Object.hasOwn(shared, name));
  return own.length === 0 ? undefined : element(node.name, Object.fromEntries(own));
}

/** A short hash of the node: equal nodes get equal ids, whoever makes them and whenever. */
export function idFor(node: HtmlElement): string {
  return createHash("sha256").update(writeTree([node])).digest("hex").slice(0, 16);
}

/** The visible stand-in for `node`; a `<div>` only where one may stand. */
export function placeholderFor(node: HtmlElement, id: string, parent: string): HtmlElement {
  const name = isBlock(node) && BLOCK_PARENTS.has(parent) ? "div" : "span";
  return element(name, { class: `${NODE} ${NODE}-${id} ${LOCKED}` }, [labelOf(node)]);
}

export function withFormatMark(node: HtmlElement, id: string): HtmlElement {
  const classes = `${node.attributes.class ?? ""} ${FORMAT}-${id}`.trim();
  return element(node.name, { ...node.attributes, class: classes }, node.children);
}

export function isPlaceholder(node: HtmlElement): boolean {
  return hasClass(node, NODE);
}

export function nodeIdOf(node: HtmlElement): string | undefined {
  return /(?:^| )plane-node-([0-9a-f]{16})(?: |$)/.exec(node.attributes.class ?? "")?.[1];
}

export function formatIdOf(node: HtmlElement): string | undefined {
  return /(?:^| )plane-format-([0-9a-f]{16})(?: |$)/.exec(node.attributes.class ?? "")?.[1];
}

/** The element's attributes without our marks. */
export function attributesWithoutMarks(node: HtmlElement): Record<string, string> {
  const { class: classes = "", ...attributes } = node.attributes;
  const kept = classes.split(" ").filter((name) => name !== "" && !MARK.test(name));
  return kept.length === 0 ? attributes : { ...attributes, class: kept.join(" ") };
}

/** Copies without our marks, all the way down. */
export function withoutMarks(nodes: readonly HtmlNode[]): HtmlNode[] {
  return nodes.map((node) =>
    typeof node === "string"
      ? node
      : element(node.name, attributesWithoutMarks(node), withoutMarks(node.children))
  );
}

/** Where a block may stand; anywhere else a `<div>` would end the paragraph around it. */
const BLOCK_PARENTS = new Set(["div", "li", "td", "th", "blockquote", "dd", "details", "figure"]);

function isBlock(node: HtmlElement): boolean {
  return node.name !== "input" && node.name !== "img" && !/^(mention-component|inline-.*)$/.test(node.name);
}

/** What a reader in Odoo sees in the node's place. A function of the node alone: the way back relies on it. */
export function labelOf(node: HtmlElement): string {
  const text = oneLine(textOf(node.children));
  const given = ["label", "display_name", "name", "title", "alt"]
    .map((name) => oneLine(node.attributes[name] ?? "")).find((value) => value !== "") ?? "";
  if (node.name === "input") return "checked" in node.attributes ? "☑" : "☐";
  if (text !== "") return text;
  if (node.name === "mention-component") return `@${given.replace(/^@/, "") || "mention"}`;
  const kind = node.name === "img"
    ? "image"
    : node.name.replace(/-(embed-)?component$/, "").replaceAll("-", " ");
  return given === "" ? `[${kind}]` : `[${kind}: ${given}]`;
}

/** White space collapsed, without the invisible characters editors leave around locked elements. */
export function oneLine(text: string): string {
  return text.replace(/[\u200b\ufeff]/g, "").replace(/\s+/g, " ").trim();
}
