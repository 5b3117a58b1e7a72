/**
 * The lines the suite puts above a comment's text on the side it did not come from: who wrote it, and that its original is gone.
 * They are ours, not the author's: they must be found again on either side, so that they neither travel back nor pile up.
 *
 * In Odoo they carry classes like those of our placeholders (`html/nodes.ts`), which survive Odoo's sanitiser and keep the cursor
 * out. In Plane, whose editor drops classes, they are known by their form.
 */
import { hasClass } from "../html/checklist.ts";
import { sanitise } from "../html/sanitise.ts";
import { escapeText, type HtmlElement, type HtmlNode, parseTree, textOf, writeTree } from "../html/tree.ts";

/** Shaped like ids of placeholders, which are hashes: nobody has these. */
const AUTHOR = "plane-node-617574686f725f31";
const DELETED = "plane-node-64656c657465645f";
const TAKEN_BACK = "plane-node-74616b656e5f6261";
const DELETED_IN_PLANE = "(deleted in Plane)";
const DELETED_IN_ODOO = "(deleted in Odoo)";
const COPY_TAKEN_BACK = "(taken back)";
const FROM_ODOO = "(Odoo)";

export interface MarkedText {
  /** The line that says that the original is gone is there. */
  deleted: boolean;
  /** The line that says that the copy was taken back is there. */
  takenBack: boolean;
  /** Whom the line above the text names; null when there is none. */
  author: string | null;
  /** The text without our lines, sanitised. */
  html: string;
}

/** The line above a note that stands in the bot's name. */
export function authorLineInOdoo(name: string): string {
  return odooLine(AUTHOR, `<strong>${escapeText(name)}:</strong>`);
}

/** @param body a message's body, marked already or not */
export function markDeletedInOdoo(body: string): string {
  return readOdooText(body).deleted
    ? body
    : odooLine(DELETED, `<em>${escapeText(DELETED_IN_PLANE)}</em>`) + body;
}

/** @param body of a note whose making is taken back */
export function markTakenBackInOdoo(body: string): string {
  return readOdooText(body).takenBack
    ? body
    : odooLine(TAKEN_BACK, `<em>${escapeText(COPY_TAKEN_BACK)}</em>`) + body;
}

function odooLine(id: string, html: string): string {
  return `<div class="plane-node ${id} o-contenteditable-false">${html}</div>`;
}

/**
 * @param author whom the line named when we last saw it: Odoo 17 and 18 edit messages as plain text, and the line is then the
 *   beginning of that text
 */
export function readOdooText(body: string, author: string | null = null): MarkedText {
  const { nodes, ...marks } = withoutMarks(parseTree(sanitise(body)), {
    deleted: (first) => hasClass(first, DELETED),
    takenBack: (first) => hasClass(first, TAKEN_BACK),
  });
  const line = takesFirst(nodes, (first) => hasClass(first, AUTHOR));
  if (line !== null) {
    const name = textOf(line.first.children).trim().replace(/:$/, "");
    return { ...marks, author: name, html: writeTree(line.rest) };
  }
  const without = author === null ? null : withoutLeadingText(nodes, `${author}:`);
  return without === null
    ? { ...marks, author: null, html: writeTree(nodes) }
    : { ...marks, author, html: writeTree(without) };
}

/** The line above a comment of Odoo's; it carries the message's number, for those who look for it in a list. */
export function authorLineInPlane(name: string, messageId: number): string {
  return `<p ${messageMarker(messageId)}><strong>${escapeText(name)}</strong> ${FROM_ODOO}</p>`;
}

/** What a comment made for this message has in its text until somebody edits it in Plane. */
export function messageMarker(messageId: number): string {
  return `data-odoo-message="${messageId}"`;
}

export function markDeletedInPlane(html: string): string {
  return readPlaneText(html).deleted ? html : `<p><em>${DELETED_IN_ODOO}</em></p>${html}`;
}

/** @param html of a comment whose making is taken back: one the suite made */
export function markTakenBackInPlane(html: string): string {
  return readPlaneText(html, true).takenBack ? html : `<p><em>${COPY_TAKEN_BACK}</em></p>${html}`;
}

/** The author's line is one only in a comment the suite made: elsewhere `author` is somebody's own words. */
export function readPlaneText(html: string, isOurs = false): MarkedText {
  const says = ({ name, children }: HtmlElement, mark: string) =>
    name === "p" && textOf(children).trim() === mark;
  const { nodes, ...marks } = withoutMarks(parseTree(sanitise(html, { target: "plane" })), {
    deleted: (first) => says(first, DELETED_IN_ODOO),
    takenBack: (first) => isOurs && says(first, COPY_TAKEN_BACK),
  });
  const line = isOurs ? takesFirst(nodes, isAuthorLine) : null;
  const author = line === null ? null : textOf(line.first.children).trim().slice(0, -FROM_ODOO.length).trim();
  return { ...marks, author, html: writeTree(line?.rest ?? nodes) };
}

/** Our marks stand first, in any order. */
function withoutMarks(
  given: HtmlNode[],
  isMark: Readonly<Record<"deleted" | "takenBack", (element: HtmlElement) => boolean>>,
): { deleted: boolean; takenBack: boolean; nodes: HtmlNode[] } {
  const found = { deleted: false, takenBack: false };
  let nodes = given;
  for (const name of ["deleted", "takenBack", "deleted"] as const) {
    const mark = found[name] ? null : takesFirst(nodes, isMark[name]);
    if (mark === null) continue;
    found[name] = true;
    nodes = mark.rest;
  }
  return { ...found, nodes };
}

function isAuthorLine({ name, children }: HtmlElement): boolean {
  const [first, second, ...more] = children;
  return name === "p" && more.length === 0 && typeof first === "object" && first.name === "strong" &&
    typeof second === "string" && second.trim() === FROM_ODOO;
}

/** The first node that is not white space, when it is an element of this kind, and what comes after it. */
function takesFirst(
  nodes: readonly HtmlNode[],
  isWanted: (element: HtmlElement) => boolean,
): { first: HtmlElement; rest: HtmlNode[] } | null {
  const at = nodes.findIndex((node) => typeof node !== "string" || node.trim() !== "");
  const first = nodes[at];
  return typeof first === "object" && isWanted(first) ? { first, rest: nodes.slice(at + 1) } : null;
}

/** Null when the text does not begin with this. Elements and line breaks that are empty then go with it. */
function withoutLeadingText(nodes: readonly HtmlNode[], prefix: string): HtmlNode[] | null {
  const at = nodes.findIndex((node) => (typeof node === "string" ? node : textOf([node])).trim() !== "");
  const first = nodes[at];
  if (first === undefined) return null;
  const following = nodes.slice(at + 1);
  if (typeof first === "string") {
    const text = first.trimStart();
    return text.startsWith(prefix) ? withoutBreaks([text.slice(prefix.length), ...following]) : null;
  }
  const children = withoutLeadingText(first.children, prefix);
  if (children === null) return null;
  return textOf(children).trim() === "" ? withoutBreaks(following) : [{ ...first, children }, ...following];
}

/** Without the white space and line breaks in front, which stood between the line and the text. */
function withoutBreaks(nodes: readonly HtmlNode[]): HtmlNode[] {
  const [first, ...more] = nodes;
  if (first === undefined) return [];
  if (typeof first !== "string") return first.name === "br" ? withoutBreaks(more) : [...nodes];
  const text = first.trimStart();
  return text === "" ? withoutBreaks(more) : [text, ...more];
}

/** A body nobody can read anything in: what Odoo's web client leaves of a deleted message. Pictures count as content. */
export function isWithoutContent(body: string): boolean {
  return !/<img\b/i.test(body) && textOf(parseTree(sanitise(body))).trim() === "";
}
