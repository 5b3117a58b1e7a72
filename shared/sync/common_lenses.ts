/** Fields that projects and work items have in common. */
import type { Lens } from "./lens.ts";
import { textOf } from "./lens.ts";
import { planeToOdoo } from "./html/placeholders.ts";
import { sameHtml } from "./html/compare.ts";

/** Plane allows line ends in a name; Odoo's names are one line. */
const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

export const nameLens: Lens<{ name: string }> = {
  field: "name",
  odooField: "name",
  planeValue: (form) => form.name,
  odooValue: (record) => textOf(record.name),
  // Odoo wants a name; Plane refuses an empty one, but an odd payload must not stop the record.
  toOdoo: (form) => {
    const name = oneLine(form.name) || "(no name)";
    return { values: { name }, value: name };
  },
  same: (left, right) => oneLine(String(left)) === oneLine(String(right)),
};

export const descriptionLens: Lens<{ description_html: string | null }> = {
  field: "description",
  odooField: "description",
  planeValue: (form) => form.description_html ?? "",
  odooValue: (record) => textOf(record.description),
  toOdoo: (form) => {
    const { html, placeholders } = planeToOdoo(form.description_html ?? "");
    return { values: { description: html === "" ? false : html }, value: html, placeholders };
  },
  same: (left, right) => sameHtml(String(left), String(right)),
};

export const archivedLens: Lens<{ archived_at: string | null }> = {
  field: "archived",
  odooField: "active",
  planeValue: (form) => form.archived_at !== null,
  odooValue: (record) => record.active === false,
  toOdoo: (form) => {
    const archived = form.archived_at !== null;
    return { values: { active: !archived }, value: archived };
  },
};
