import { createHash } from "node:crypto";
import { checkListForOdoo, checkListForPlane, hasClass, isCheckList } from "./checklist.ts";
import { isCustomElement, MEDIA_ELEMENTS } from "./rules.ts";
import { sanitise } from "./sanitise.ts";
import { element, type HtmlElement, type HtmlNode, parseTree, textOf, writeTree } from "./tree.ts";
import { keepUrl } from "./attributes.ts";

/** What stands behind each placeholder: its id -> the sanitised outer HTML of the Plane node. */
export type Placeholders = Readonly<Record<string, string>>;

export interface CrossingOptions {
  /** The origin of the application the HTML comes from: its relative addresses are resolved against it. */
  readonly baseUrl?: string;
}

const MARK = "plane-node";
/** Odoo's editor does not let the cursor into an element of this class (18 and later; elsewhere it means nothing). */
const LOCKED = "o-contenteditable-false";
/** Where a block may stand; anywhere else `<div>` would end the paragraph around it. */
const BLOCK_PARENTS = new Set(["div", "li", "td", "th", "blockquote", "dd", "details", "figure"]);

/**
 * Plane's HTML as Odoo can hold it.
 *
 * Components, media, images without a public address and loose check boxes become visible placeholders: a
 * `<span>` or `<div>` of class `plane-node plane-node-<id>`, because classes survive Odoo's sanitiser in
 * every HTML field, own `data-*` attributes only in some. The id is a hash of the node, so equal nodes share one.
 * The nodes themselves are returned in `placeholders` and are to be kept on our side; Odoo never sees them.
 */
export function planeToOdoo(
  html: string,
  options: CrossingOptions = {},
): { html: string; placeholders: Record<string, string> } {
  const placeholders = new Map<string, string>();

  const convert = (nodes: readonly HtmlNode[], parent: string): HtmlNode[] =>
    nodes.flatMap((node): HtmlNode[] => {
      if (typeof node === "string") return [node];
      if (isForPlaneOnly(node)) return [replace(node, parent)];
      if (isCheckList(node)) return [checkListForOdoo(node, (content) => convert(content, "li"))];
      const children = convert(node.children, node.name);
      return node.name === "label" ? children : [element(node.name, node.attributes, children)];
    });

  const replace = (node: HtmlElement, parent: string): HtmlElement => {
    const original = writeTree([node]);
    const id = createHash("sha256").update(original).digest("hex").slice(0, 16);
    placeholders.set(id, original);
    const name = isBlock(node) && BLOCK_PARENTS.has(parent) ? "div" : "span";
    return element(name, { class: `${MARK} ${MARK}-${id} ${LOCKED}` }, [labelOf(node)]);
  };

  const tree = withoutWrapper(parseTree(sanitise(html, { ...options, target: "plane" })));
  // Marks in Plane's own HTML are somebody's typing: only ours may come out.
  const converted = convert(withoutMarks(tree), "div");
  return { html: sanitise(writeTree(converted)), placeholders: Object.fromEntries(placeholders) };
}

/**
 * Odoo's HTML as Plane gets it: everything sanitised, placeholders turned back into the nodes they stand for.
 *
 * Only ids in `placeholders` (this record's own) are restored; any other mark is text. Text that somebody
 * typed at the edge of a placeholder is kept; a placeholder whose own text was changed is kept as that text.
 * `missing` lists the ids that occur nowhere any more: somebody deleted or overwrote the node, which is a
 * conflict to settle, not a wish to lose it. Of several equal nodes the last one counts.
 */
export function odooToPlane(
  html: string,
  placeholders: Placeholders,
  options: CrossingOptions = {},
): { html: string; missing: string[] } {
  const restored = new Set<string>();

  const convert = (nodes: readonly HtmlNode[]): HtmlNode[] =>
    nodes.flatMap((node): HtmlNode[] => {
      if (typeof node === "string") return [node];
      if (hasClass(node, MARK)) return restore(node);
      if (isCheckList(node)) return [checkListForPlane(node, convert)];
      return [element(node.name, node.attributes, convert(node.children))];
    });

  const restore = (node: HtmlElement): HtmlNode[] => {
    const id = idOf(node);
    const kept = id !== undefined && Object.hasOwn(placeholders, id) ? placeholders[id] : undefined;
    const original = kept === undefined ? [] : parseTree(sanitise(kept, { target: "plane" }));
    const text = plain(textOf(node.children));
    const label = plain(original.map((part) => typeof part === "string" ? part : labelOf(part)).join(""));
    const at = text.startsWith(label) ? 0 : text.endsWith(label) ? text.length - label.length : -1;
    if (id === undefined || original.length === 0 || at === -1) return convert(node.children);
    restored.add(id);
    return [text.slice(0, at), ...original, text.slice(at + label.length)].filter((part) => part !== "");
  };

  const tree = withoutWrapper(parseTree(sanitise(html, options)));
  return {
    html: sanitise(writeTree(convert(tree)), { target: "plane" }),
    missing: Object.keys(placeholders).filter((id) => !restored.has(id)),
  };
}

/** True for a node that only Plane can show: a component, media, a loose check box, an image of its own storage. */
function isForPlaneOnly(node: HtmlElement): boolean {
  if (node.name === "img") {
    return keepUrl(node.attributes.src ?? "", EVERYWHERE, ["http", "https"]) === undefined;
  }
  return node.name === "input" || MEDIA_ELEMENTS.has(node.name) || isCustomElement(node.name);
}

const EVERYWHERE = { plane: false, baseUrl: undefined };

function isBlock(node: HtmlElement): boolean {
  return node.name !== "input" && node.name !== "img" && !/^(mention-component|inline-.*)$/.test(node.name);
}

/** What a reader in Odoo sees in the node's place. A function of the node alone: the way back relies on it. */
function labelOf(node: HtmlElement): string {
  const text = plain(textOf(node.children));
  const given = ["label", "display_name", "name", "title", "alt"]
    .map((name) => plain(node.attributes[name] ?? "")).find((value) => value !== "") ?? "";
  if (node.name === "input") return "checked" in node.attributes ? "☑" : "☐";
  if (text !== "") return text;
  if (node.name === "mention-component") return `@${given.replace(/^@/, "") || "mention"}`;
  const kind = node.name === "img"
    ? "image"
    : node.name.replace(/-(embed-)?component$/, "").replaceAll("-", " ");
  return given === "" ? `[${kind}]` : `[${kind}: ${given}]`;
}

function idOf(node: HtmlElement): string | undefined {
  return /(?:^| )plane-node-([0-9a-f]{16})(?: |$)/.exec(node.attributes.class ?? "")?.[1];
}

function withoutMarks(nodes: readonly HtmlNode[]): HtmlNode[] {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    const { class: classes, ...attributes } = node.attributes;
    const kept = (classes ?? "").split(" ").filter((name) =>
      name !== "" && !name.startsWith(MARK) && name !== LOCKED
    );
    return element(
      node.name,
      kept.length > 0 ? { ...attributes, class: kept.join(" ") } : attributes,
      withoutMarks(node.children),
    );
  });
}

/** Without the bare `<div>` Plane puts around several blocks. */
function withoutWrapper(nodes: HtmlNode[]): HtmlNode[] {
  const [only, ...more] = nodes.filter((node) => typeof node !== "string" || node.trim() !== "");
  if (only === undefined || typeof only === "string" || more.length > 0) return nodes;
  return only.name === "div" && Object.keys(only.attributes).length === 0 ? only.children : nodes;
}

/** One line of text, without the invisible characters editors leave around locked elements. */
function plain(text: string): string {
  return text.replace(/[\u200b\ufeff]/g, "").replace(/\s+/g, " ").trim();
}
