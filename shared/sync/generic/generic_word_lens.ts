/** Priority and state in a selection, a text, a check box or a related record of any model. */
import type { Json } from "../../json.ts";
import type { OdooField } from "../../odoo/capabilities.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import { odooValueOf, type WordField, type WordMap } from "./generic_words.ts";
import { type Lens, type References, relatedId, relatedName, textOf } from "../lenses/lens.ts";
import { type IssueForm, type PlaneState, PRIORITIES } from "../sides/plane_forms.ts";

const WORD_TYPES = ["selection", "char", "text", "boolean", "many2one"];

/** Of several words that are the same in Odoo, `none` stands before `low`. */
const BY_RANK: readonly (typeof PRIORITIES)[number][] = ["urgent", "high", "medium", "none", "low"];

/** The words of what a work item has, the most particular first; none when it has nothing. */
export function wordsIn(field: WordField, form: IssueForm): string[] {
  if (field === "priority") return [form.priority];
  return form.state === null ? [] : wordsOf(form.state);
}

const wordsOf = ({ name, group }: PlaneState) => [name, group];

export function wordLens(field: WordField, type: OdooField, map: WordMap | undefined): Lens<IssueForm> {
  const valueOf = (words: readonly string[]) =>
    words.length === 0 ? undefined : odooValueOf(field, words, type, map);
  const sameWord = (value: Json | undefined, record: OdooRecord, odooField: string) => {
    if (typeof value === "boolean") return record[odooField] === value;
    if (typeof value !== "string") return false;
    const there = type.type === "many2one" ? relatedName(record[odooField]) : textOf(record[odooField]);
    return there.trim().toLowerCase() === value.trim().toLowerCase();
  };
  return {
    field,
    odooField: "",
    odooTypes: WORD_TYPES,
    planeValue: (form) => field === "priority" ? form.priority : form.state?.id ?? null,
    odooValue: (record, { odooField }) => {
      const value = record[odooField];
      if (type.type === "many2one") return relatedId(value);
      return type.type === "boolean" ? value === true : textOf(value);
    },
    toOdoo: (form, _record, { odooField, references }) => {
      const value = valueOf(wordsIn(field, form));
      if (value === undefined) return null;
      if (type.type !== "many2one") return { values: { [odooField]: value }, value };
      const related = references.related?.get(field) ?? null;
      return related === null ? null : { values: { [odooField]: related }, value: related };
    },
    toPlane: (record, form, { odooField, references }) => {
      const means = (words: readonly string[]) => sameWord(valueOf(words), record, odooField);
      // The word that is there is kept as long as it still says the same.
      if (form !== null && means(wordsIn(field, form))) {
        const present = field === "priority" ? form.priority : form.state?.id ?? null;
        return { values: { [field]: present }, value: present };
      }
      const found = field === "priority"
        ? BY_RANK.find((word) => means([word]))
        : stateMeant(references, means);
      return found === undefined ? null : { values: { [field]: found }, value: found };
    },
    ...(field === "priority" ? {} : {
      formValues: (value, { references }) => {
        const state = references.states.find(({ id }) => id === value);
        return state === undefined ? null : { state };
      },
      valuesFor: (form) => ({ state: form.state?.id ?? null }),
      restore: { plane: ({ from }) => ({ values: { state: from }, value: from }) },
    }),
  };
}

/** A state that is called so comes before one that is only of the group. */
function stateMeant(
  { states }: References,
  means: (words: readonly string[]) => boolean,
): string | undefined {
  const fitting = states.filter((state) => means(wordsOf(state)));
  return (fitting.find(({ name }) => means([name])) ?? fitting[0])?.id;
}
