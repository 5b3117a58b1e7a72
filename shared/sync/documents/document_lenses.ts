/**
 * What a document shows in Plane. Odoo's side of each lens is the text it comes to, so that Plane is written only when that
 * changes: what a person changes in the work item stays until then.
 */
import type { OdooRecord } from "../../odoo/client.ts";
import type { PairConfig } from "../pairs/configuration.ts";
import { type DocumentOptions, documentOptions } from "./document_options.ts";
import { namesIn, renderBody, renderTitle, type Values } from "./document_template.ts";
import type { DocumentShape } from "./document_words.ts";
import { sameHtml } from "../html/compare.ts";
import { type Lens, relatedName, textOf } from "../lenses/lens.ts";
import { LONGEST_NAME } from "../lenses/common_lenses.ts";
import type { IssueForm, PlaneState } from "../sides/plane_forms.ts";

/** What stands for the document's address in the text both sides are compared by: it is no fact of the document. */
const ADDRESS = "https://odoo.invalid/";

export function documentLenses(config: PairConfig, document: DocumentShape): Lens<IssueForm>[] {
  const options = documentOptions(config, document);
  return [titleLens(options, document), bodyLens(options, document), documentStateLens(options, document)];
}

function titleLens(options: DocumentOptions, document: DocumentShape): Lens<IssueForm> {
  const titleOf = (record: OdooRecord) =>
    [...renderTitle(options.title, valuesOf(record, document, ADDRESS))].slice(0, LONGEST_NAME).join("")
      .trim();
  return {
    field: "name",
    odooField: "name",
    alsoReads: fieldsFor(options.title, document),
    planeValue: (form) => form.name,
    odooValue: titleOf,
    toPlane: (record, _form, { references }) => {
      const address = references.addresses?.odooRecord ?? null;
      const title = renderTitle(options.title, valuesOf(record, document, address));
      const name = [...title].slice(0, LONGEST_NAME).join("").trim();
      return { values: { name }, value: name };
    },
  };
}

function bodyLens(options: DocumentOptions, document: DocumentShape): Lens<IssueForm> {
  const bodyOf = (record: OdooRecord, address: string | null) =>
    renderBody(options.body, valuesOf(record, document, address));
  return {
    field: "description",
    odooField: "display_name",
    alsoReads: fieldsFor(options.body, document),
    planeValue: (form) => form.description_html ?? "",
    odooValue: (record) => bodyOf(record, ADDRESS),
    toPlane: (record, _form, { references }) => {
      const html = bodyOf(record, references.addresses?.odooRecord ?? null);
      return { values: { description_html: html === "" ? "<p></p>" : html }, value: html };
    },
    restore: {
      plane: ({ from }) => ({ values: { description_html: textOf(from) || "<p></p>" }, value: from }),
    },
    sameInOdoo: (left, right) => sameHtml(String(left), String(right)),
    sameInPlane: (left, right) => sameHtml(String(left), String(right)),
  };
}

function documentStateLens(options: DocumentOptions, document: DocumentShape): Lens<IssueForm> {
  return {
    field: "state",
    odooField: "state",
    alsoReads: document.stateFields,
    planeValue: (form) => form.state?.id ?? null,
    odooValue: (record) => wantedState(options, document, record),
    toPlane: (record, form, { references }) => {
      const wanted = wantedState(options, document, record);
      const state = wanted === null ? null : stateFor(wanted, form?.state?.id, references.states);
      return state === null ? null : { values: { state }, value: state };
    },
  };
}

/** The name or group of the state the document is to be in; null: nobody says. */
export function wantedState(
  { states }: DocumentOptions,
  { stateOf }: DocumentShape,
  record: OdooRecord,
): string | null {
  const at = stateOf(record);
  return Object.hasOwn(states, at) ? states[at]?.toLowerCase() ?? null : null;
}

/** The state of that name, else one of that group; the one that is there, where it is one of them. */
export function stateFor(
  wanted: string,
  present: string | undefined,
  states: readonly PlaneState[],
): string | null {
  const named = states.filter(({ name }) => name.trim().toLowerCase() === wanted);
  const fitting = named.length > 0 ? named : states.filter(({ group }) => group === wanted);
  return (fitting.find(({ id }) => id === present) ?? fitting[0])?.id ?? null;
}

function valuesOf(record: OdooRecord, document: DocumentShape, url: string | null): Values {
  const at = document.stateOf(record);
  const amount = record.amount_total;
  return {
    // A draft invoice has no number yet.
    name: textOf(record.name) || textOf(record.display_name),
    partner: relatedName(record.partner_id),
    state: Object.hasOwn(document.words, at) ? document.words[at] ?? at : at,
    date: textOf(record[document.dateField]).slice(0, 10),
    due: textOf(record[document.dueField]).slice(0, 10),
    url,
    amount_total: typeof amount === "number" ? amount.toFixed(2) : null,
    currency: relatedName(record.currency_id),
  };
}

/** Only what the template names is asked of Odoo. */
function fieldsFor(template: string, document: DocumentShape): string[] {
  const names = new Set(namesIn(template));
  const needs: Readonly<Record<string, readonly string[]>> = {
    name: ["name", "display_name"],
    partner: ["partner_id"],
    state: document.stateFields,
    date: [document.dateField],
    due: [document.dueField],
    amount_total: ["amount_total"],
    currency: ["currency_id"],
  };
  return [...names].flatMap((name) => Object.hasOwn(needs, name) ? needs[name] ?? [] : []);
}
