import assert from "node:assert/strict";
import { type DefaultTreeAdapterTypes as Tree, parseFragment } from "parse5";
import { keepAttributes } from "../../../../shared/sync/html/attributes.ts";
import { isCustomElement, PLANE_ELEMENTS, SHARED_ELEMENTS } from "../../../../shared/sync/html/rules.ts";

/** Every element a browser would make of this HTML; another parser than the sanitiser's own. */
export function browserElements(html: string): Tree.Element[] {
  const found: Tree.Element[] = [];
  const waiting: Tree.ChildNode[] = [...parseFragment(html).childNodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!("tagName" in node)) {
      assert.ok(node.nodeName === "#text", `a ${node.nodeName} came out`);
      continue;
    }
    found.push(node);
    waiting.push(...node.childNodes);
  }
  return found;
}

/** The text a browser finds in it. */
export function browserText(html: string): string {
  const parts: string[] = [];
  const waiting: Tree.ChildNode[] = [...parseFragment(html).childNodes].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ("value" in node) parts.push(node.value);
    else if ("childNodes" in node) waiting.push(...[...node.childNodes].reverse());
  }
  return parts.join("");
}

/** Fails when a browser would see an element, attribute, address or style that is not on the list. */
export function assertOnlyAllowed(html: string, target: "everywhere" | "plane"): void {
  for (const { tagName, attrs } of browserElements(html)) {
    const shared = SHARED_ELEMENTS.has(tagName);
    const forPlane = target === "plane" && (PLANE_ELEMENTS.has(tagName) || isCustomElement(tagName));
    assert.ok(shared || forPlane, `<${tagName}> came out of ${target}`);
    const attributes = Object.fromEntries(attrs.map(({ name, value }) => [name, value]));
    const { rel: _, ...kept } = keepAttributes(tagName, attributes, {
      plane: target === "plane",
      baseUrl: undefined,
    });
    const { rel, ...present } = attributes;
    assert.deepEqual(present, kept, `attributes of <${tagName}>`);
    assert.ok(rel === undefined || rel === "noopener noreferrer");
    for (const [name, value] of Object.entries(attributes)) {
      assert.doesNotMatch(name, /^on|^srcdoc$|^formaction$/i);
      if (name === "style") assert.doesNotMatch(value, /url|expression|@|position|\\/i);
      if (["href", "src", "action"].includes(name) && URL.canParse(value.trim())) {
        assert.match(new URL(value.trim()).protocol, /^(https?|mailto|tel):$/);
      }
    }
  }
}

/** The tree a browser builds, as nested names; elements that `keep` refuses are replaced by their content. */
export function browserShape(html: string, keep: (name: string) => boolean): string {
  const shape = (nodes: readonly Tree.ChildNode[]): string =>
    nodes.map((node) => {
      if ("value" in node) return node.value.trim() === "" ? "" : "#";
      if (!("tagName" in node)) return "";
      return keep(node.tagName) ? `${node.tagName}(${shape(node.childNodes)})` : shape(node.childNodes);
    }).join(" ").replace(/ +/g, " ").replace(/#( #)+/g, "#").trim();
  return shape(parseFragment(html).childNodes);
}
