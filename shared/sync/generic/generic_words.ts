/**
 * Plane's priorities and states as values of an Odoo field, by options.value_maps or by what they are called. One function tells
 * what a word is in Odoo; the way back is the same function asked for every word, so that the two never disagree.
 */
import { z } from "zod";
import type { Json } from "../../json.ts";
import type { OdooField } from "../../odoo/capabilities.ts";
import type { PairConfig } from "../pairs/configuration.ts";

export type WordField = "priority" | "state";
export type WordMap = Readonly<Record<string, string | boolean>>;

const valueMaps = z.object({
  priority: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  state: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
}).strict();

/** `options.value_maps`, its words in lower case; null when it is not valid. */
export function valueMapsOf({ options }: PairConfig): Partial<Record<WordField, WordMap>> | null {
  const parsed = valueMaps.safeParse(options.others.value_maps ?? {});
  if (!parsed.success) return null;
  return Object.fromEntries(
    Object.entries(parsed.data).map(([field, map]) => [
      field,
      Object.fromEntries(
        Object.entries(map ?? {}).map(([word, value]) => [word.trim().toLowerCase(), value]),
      ),
    ]),
  );
}

/** What models call the states of each group of Plane's, the most usual first. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  backlog: ["backlog", "pending", "new", "draft"],
  unstarted: ["unstarted", "todo", "to_do", "open", "new", "draft", "pending"],
  started: ["started", "in_progress", "progress", "ongoing", "confirmed"],
  completed: ["completed", "done", "closed", "filed"],
  cancelled: ["cancelled", "canceled", "cancel", "void"],
};
/** Priorities as levels: `"0"` to `"3"`, cut at the highest there is. */
const LEVELS: Readonly<Record<string, number>> = { urgent: 3, high: 2, medium: 1, low: 0, none: 0 };

/**
 * The value a word is in Odoo; undefined: it has none there. For a many2one it is the name of the record.
 *
 * @param words of one state or priority, the most particular first: a state's name, then its group
 */
export function odooValueOf(
  field: WordField,
  words: readonly string[],
  type: Pick<OdooField, "type" | "keys">,
  map: WordMap | undefined,
): Json | undefined {
  const [own, group] = [words[0] ?? "", words.at(-1)?.toLowerCase() ?? ""];
  for (const word of words) {
    const key = word.trim().toLowerCase();
    const mapped = map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
    if (mapped !== undefined && canHold(type, mapped)) return mapped;
  }
  if (type.type === "boolean") {
    return field === "state" ? group === "completed" : group === "urgent" || group === "high";
  }
  if (type.type !== "selection") return own;
  const keys = type.keys ?? [];
  const among = (names: readonly string[]) =>
    names.map((name) => keys.find((key) => key.toLowerCase() === name.toLowerCase())).find((key) =>
      key !== undefined
    );
  const named = among(words);
  if (named !== undefined) return named;
  if (field === "state") return among(SYNONYMS[group] ?? []);
  const levels = keys.filter((key) => /^\d$/.test(key)).sort();
  return levels.length > 0 && levels.length === keys.length
    ? levels[Math.min(LEVELS[group] ?? 0, levels.length - 1)]
    : undefined;
}

/** Whether a mapped value can be stored in the field. */
export function canHold({ type, keys }: Pick<OdooField, "type" | "keys">, value: string | boolean): boolean {
  if (type === "boolean") return typeof value === "boolean";
  return typeof value === "string" && (type !== "selection" || keys === undefined || keys.includes(value));
}
