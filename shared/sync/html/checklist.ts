import { element, type HtmlElement, type HtmlNode } from "./tree.ts";

/**
 * Check lists exist on both sides in different clothes:
 *
 * - Plane: `<ul data-type="taskList"><li data-type="taskItem" data-checked="true">`; its editor adds a
 *   `<label><input type="checkbox"></label>` and wraps the content in `<div>`.
 * - Odoo: `<ul class="o_checklist"><li class="o_checked">`.
 *
 * So a box ticked on one side is ticked on the other, and no placeholder is needed.
 */
export function isCheckList(node: HtmlElement): boolean {
  return node.name === "ul" && (node.attributes["data-type"] === "taskList" || hasClass(node, "o_checklist"));
}

export function isChecked(item: HtmlElement): boolean {
  return item.attributes["data-checked"] === "true" || hasClass(item, "o_checked");
}

/** The item's content without the check box and the wrapper Plane's editor puts around it. */
export function itemContent(item: HtmlElement): HtmlNode[] {
  return item.children.flatMap((child, index) => {
    if (typeof child === "string" || item.attributes["data-type"] !== "taskItem") return [child];
    if (isBox(child)) return [];
    const wrapper = child.name === "div" && Object.keys(child.attributes).length === 0 &&
      item.children.slice(0, index).some((before) => typeof before !== "string" && isBox(before));
    return wrapper ? child.children : [child];
  });
}

/** A copy of the list as Odoo writes it; `convert` converts what is inside the items. */
export function checkListForOdoo(list: HtmlElement, convert: (nodes: HtmlNode[]) => HtmlNode[]): HtmlElement {
  return element(
    "ul",
    { class: "o_checklist" },
    mapItems(
      list,
      (item) => element("li", isChecked(item) ? { class: "o_checked" } : {}, convert(itemContent(item))),
    ),
  );
}

/** A copy of the list as Plane writes it. */
export function checkListForPlane(
  list: HtmlElement,
  convert: (nodes: HtmlNode[]) => HtmlNode[],
): HtmlElement {
  return element(
    "ul",
    { "data-type": "taskList" },
    mapItems(list, (item) =>
      element(
        "li",
        { "data-checked": String(isChecked(item)), "data-type": "taskItem" },
        convert(itemContent(item)),
      )),
  );
}

function mapItems(list: HtmlElement, map: (item: HtmlElement) => HtmlElement): HtmlNode[] {
  return list.children.map((child) => {
    if (typeof child === "string") return child;
    return map(child.name === "li" ? child : element("li", {}, [child]));
  });
}

function isBox(node: HtmlElement): boolean {
  if (node.name === "input") return true;
  return node.name === "label" &&
    node.children.every((child) =>
      typeof child === "string" ? child.trim() === "" : isBox(child) || isEmptySpan(child)
    );
}

function isEmptySpan(node: HtmlElement): boolean {
  return node.name === "span" &&
    node.children.every((child) => typeof child === "string" && child.trim() === "");
}

export function hasClass(node: HtmlElement, name: string): boolean {
  return (node.attributes.class ?? "").split(" ").includes(name);
}
