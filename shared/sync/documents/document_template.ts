/** Title and text of a document's work item: a template with names in braces. */
import { SHARED_TEXT } from "./document_words.ts";
import { sanitise } from "../html/sanitise.ts";
import { escapeText } from "../html/tree.ts";

/** What a template may name. Amounts only where they are switched on: members of Plane need no accounting rights. */
const VARIABLES = ["name", "partner", "state", "date", "due", "url"] as const;
export const AMOUNTS = ["amount_total", "currency"] as const;
export type Variable = typeof VARIABLES[number] | typeof AMOUNTS[number];
/** Texts of the document; null: not given. */
export type Values = Readonly<Record<Variable, string | null>>;

const NAMED = /\{([a-z_]+)\}/g;

/** The names in a template, in their order. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(NAMED)].map(([, name = ""]) => name);
}

/** The names a template may not have: unknown ones, and amounts where they are not switched on. */
export function refusedNames(template: string, amounts: boolean): string[] {
  const allowed = new Set<string>(amounts ? [...VARIABLES, ...AMOUNTS] : VARIABLES);
  return [...new Set(namesIn(template).filter((name) => !allowed.has(name)))];
}

/** One line of plain text. */
export function renderTitle(template: string, values: Values): string {
  const title = fill(template, values, (text) => text).replace(/\s+/g, " ").trim();
  // What an empty value leaves at the end: `S00012:`.
  return title.replace(/[\s:,;(–-]+$/, "") || SHARED_TEXT.noName;
}

/**
 * HTML. The template's own markup is kept as far as the allow-list goes, values are text whatever they contain. A line whose
 * names are all without value is left out.
 */
export function renderBody(template: string, values: Values): string {
  const lines = template.split("\n").filter((line) => {
    const names = namesIn(line);
    return names.length === 0 || names.some((name) => (own(values, name) ?? "") !== "");
  });
  const html = fill(lines.join("\n"), values, (text) => escapeText(text).replaceAll('"', "&quot;"));
  return sanitise(html);
}

function fill(template: string, values: Values, write: (text: string) => string): string {
  return template.replaceAll(NAMED, (_whole, name: string) => write(own(values, name) ?? ""));
}

function own(values: Values, name: string): string | null {
  return Object.hasOwn(values, name) ? values[name as Variable] : null;
}
