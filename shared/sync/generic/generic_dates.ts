/** A date of Plane's in a date or a moment of any model. */
import { type Lens, textOf } from "../lenses/lens.ts";
import type { IssueForm } from "../sides/plane_forms.ts";

/** @param type of the Odoo field; noon UTC is the same day in most of the world */
export function plainDateLens(
  field: "start_date" | "target_date",
  type: string | undefined,
): Lens<IssueForm> {
  const written = (day: unknown) =>
    typeof day !== "string" ? false : type === "datetime" ? `${day} 12:00:00` : day;
  const dayOf = (value: unknown) => textOf(value).slice(0, 10) || null;
  return {
    field,
    odooField: "",
    odooTypes: ["date", "datetime"],
    planeValue: (form) => form[field],
    odooValue: (record, { odooField }) => dayOf(record[odooField]),
    toOdoo: (form, _record, { odooField }) => {
      const day = form[field];
      return { values: { [odooField]: written(day) }, value: day };
    },
    toPlane: (record, _form, { odooField }) => {
      const day = dayOf(record[odooField]);
      return { values: { [field]: day }, value: day };
    },
    restore: {
      odoo: ({ from }, _record, { odooField }) => ({ values: { [odooField]: written(from) }, value: from }),
    },
  };
}
