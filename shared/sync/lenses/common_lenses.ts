/** Fields that projects and work items have in common. */
import { sameHtml } from "../html/compare.ts";
import { odooToPlane, planeToOdoo } from "../html/placeholders.ts";
import type { Lens } from "./lens.ts";
import { textOf } from "./lens.ts";

/** Plane's limit; what is longer in Odoo is cut, and Odoo keeps the whole. */
export const LONGEST_NAME = 255;

/** Plane allows line ends in a name; Odoo's names are one line. */
const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

/** A name as Plane takes it: cut at its limit, which counts characters, not UTF-16 units. */
export const cut = (text: string): string => [...text].slice(0, LONGEST_NAME).join("").trim();

export const nameLens: Lens<{ name: string }> = {
  field: "name",
  odooField: "name",
  odooTypes: ["char"],
  planeValue: (form) => form.name,
  odooValue: (record, { odooField }) => textOf(record[odooField]),
  // Odoo wants a name; Plane refuses an empty one, but an odd payload must not stop the record.
  toOdoo: (form, _record, { odooField }) => {
    const name = oneLine(form.name) || "(no name)";
    return { values: { [odooField]: name }, value: name };
  },
  toPlane: (record, _form, { odooField }) => {
    const name = cut(textOf(record[odooField])) || "(no name)";
    return { values: { name }, value: name };
  },
  sameInOdoo: (left, right) => oneLine(String(left)) === oneLine(String(right)),
  sameInPlane: (left, right) => oneLine(String(left)) === oneLine(String(right)),
};

export const descriptionLens: Lens<{ description_html: string | null }> = {
  field: "description",
  odooField: "description",
  odooTypes: ["html"],
  planeValue: (form) => form.description_html ?? "",
  odooValue: (record, { odooField }) => textOf(record[odooField]),
  toOdoo: (form, _record, { odooField }) => {
    const { html, placeholders } = planeToOdoo(form.description_html ?? "");
    return { values: { [odooField]: html === "" ? false : html }, value: html, placeholders };
  },
  // Plane refuses an empty text. A placeholder that is gone stood for a node of Plane's that would be lost.
  toPlane: (record, _form, { odooField, placeholders }) => {
    const { html, missing } = odooToPlane(textOf(record[odooField]), placeholders);
    return {
      values: { description_html: html === "" ? "<p></p>" : html },
      value: html,
      takesAway: missing.length > 0,
    };
  },
  formValues: (value) => ({ description_html: String(value ?? "") }),
  valuesFor: (form) => ({ description_html: form.description_html || "<p></p>" }),
  sameInOdoo: (left, right) => sameHtml(String(left), String(right)),
  sameInPlane: (left, right) => sameHtml(String(left), String(right)),
};

/** Plane stores the day something was archived; both sides are compared by whether it is. */
export const archivedLens: Lens<{ archived_at: string | null }> = {
  field: "archived",
  odooField: "active",
  planeValue: (form) => form.archived_at !== null,
  odooValue: (record) => record.active === false,
  toOdoo: (form) => {
    const archived = form.archived_at !== null;
    return { values: { active: !archived }, value: archived };
  },
  toPlane: (record, _form, { today }) => {
    const archived = record.active === false;
    return { values: { archived_at: archived ? today : null }, value: archived };
  },
  formValues: (value, { today }) => ({ archived_at: value === true ? today : null }),
  valuesFor: (form) => ({ archived_at: form.archived_at }),
  restore: { odoo: ({ from }) => ({ values: { active: from !== true }, value: from === true }) },
};
