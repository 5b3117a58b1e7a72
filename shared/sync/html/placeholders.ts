import { checkListForOdoo, checkListForPlane, isCheckList } from "./checklist.ts";
import {
  attributesWithoutMarks,
  formatIdOf,
  formatOf,
  idFor,
  isForPlaneOnly,
  isPlaceholder,
  labelOf,
  nodeIdOf,
  oneLine,
  placeholderFor,
  withFormatMark,
  withoutMarks,
} from "./nodes.ts";
import { sanitise } from "./sanitise.ts";
import { element, type HtmlElement, type HtmlNode, parseTree, textOf, writeTree } from "./tree.ts";

/** What stands behind each mark: its id -> the sanitised Plane node, or an empty element with formatting. */
export type Placeholders = Readonly<Record<string, string>>;

export interface CrossingOptions {
  /** The origin of the application the HTML comes from: its relative addresses are resolved against it. */
  readonly baseUrl?: string;
}

/**
 * Plane's HTML as Odoo can hold it.
 *
 * Components, media, images without a public address and loose check boxes become visible placeholders
 * (`<span class="plane-node plane-node-<id> ...">@mention</span>`); attributes only Plane understands
 * (colours, callouts) become a class `plane-format-<id>` on their element; check lists become Odoo's own.
 * What the marks stand for is returned in `placeholders`, to be kept on our side; Odoo never sees it.
 */
export function planeToOdoo(
  html: string,
  options: CrossingOptions = {},
): { html: string; placeholders: Record<string, string> } {
  const placeholders = new Map<string, string>();
  const remember = (node: HtmlElement): string => {
    const id = idFor(node);
    placeholders.set(id, writeTree([node]));
    return id;
  };

  const convert = (nodes: readonly HtmlNode[], parent: string): HtmlNode[] =>
    nodes.flatMap((node): HtmlNode[] => {
      if (typeof node === "string") return [node];
      if (isForPlaneOnly(node)) return [placeholderFor(node, remember(node), parent)];
      if (isCheckList(node)) return [checkListForOdoo(node, (content) => convert(content, "li"))];
      const children = convert(node.children, node.name);
      if (node.name === "label") return children;
      const converted = element(node.name, node.attributes, children);
      const format = formatOf(node);
      return [format === undefined ? converted : withFormatMark(converted, remember(format))];
    });

  const tree = withoutWrapper(parseTree(sanitise(html, { ...options, target: "plane" })));
  // Marks in Plane's own HTML are somebody's typing: only ours may come out.
  const converted = convert(withoutMarks(tree), "div");
  return { html: sanitise(writeTree(converted)), placeholders: Object.fromEntries(placeholders) };
}

/**
 * Odoo's HTML as Plane gets it: everything sanitised, marks turned back into what they stand for.
 *
 * Only ids in `placeholders` (this record's own) are restored; any other mark is dropped, its text stays. Text
 * that somebody typed at the edge of a placeholder is kept; a placeholder whose own text was changed stays
 * that text. `missing` lists the placeholders that occur nowhere any more: somebody deleted or overwrote
 * the node, which is a conflict to settle, not a wish to lose it. (Of equal nodes the last one counts; lost
 * formatting is an edit like any other and not listed.)
 */
export function odooToPlane(
  html: string,
  placeholders: Placeholders,
  options: CrossingOptions = {},
): { html: string; missing: string[] } {
  const originals = new Map<string, HtmlNode[]>();
  for (const [id, original] of Object.entries(placeholders)) {
    originals.set(id, parseTree(sanitise(original, { target: "plane" })));
  }
  const restored = new Set<string>();

  const convert = (nodes: readonly HtmlNode[]): HtmlNode[] =>
    nodes.flatMap((node): HtmlNode[] => {
      if (typeof node === "string") return [node];
      if (isPlaceholder(node)) return restore(node);
      if (isCheckList(node)) return [checkListForPlane(node, convert)];
      const [format] = originals.get(formatIdOf(node) ?? "") ?? [];
      const inherited = format === undefined || typeof format === "string" || format.name !== node.name
        ? {}
        : format.attributes;
      const attributes = { ...inherited, ...attributesWithoutMarks(node) };
      return [element(node.name, attributes, convert(node.children))];
    });

  const restore = (node: HtmlElement): HtmlNode[] => {
    const id = nodeIdOf(node) ?? "";
    const [original] = originals.get(id) ?? [];
    if (original === undefined || typeof original === "string" || !isForPlaneOnly(original)) {
      return convert(node.children);
    }
    const text = oneLine(textOf(node.children));
    const label = labelOf(original);
    const at = text.startsWith(label) ? 0 : text.endsWith(label) ? text.length - label.length : -1;
    if (at === -1) return convert(node.children);
    restored.add(id);
    return [text.slice(0, at), original, text.slice(at + label.length)].filter((part) => part !== "");
  };

  const tree = withoutWrapper(parseTree(sanitise(html, options)));
  return {
    html: sanitise(writeTree(convert(tree)), { target: "plane" }),
    missing: [...originals].filter(([id, [original]]) =>
      original !== undefined && typeof original !== "string" && isForPlaneOnly(original) && !restored.has(id)
    ).map(([id]) => id),
  };
}

/** Without the bare `<div>` Plane puts around several blocks. */
function withoutWrapper(nodes: HtmlNode[]): HtmlNode[] {
  const [only, ...more] = nodes.filter((node) => typeof node !== "string" || node.trim() !== "");
  if (only === undefined || typeof only === "string" || more.length > 0) return nodes;
  return only.name === "div" && Object.keys(only.attributes).length === 0 ? only.children : nodes;
}
