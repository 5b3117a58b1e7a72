/** What Odoo is told of the work item itself: its address and its number. */
import { type Lens, textOf } from "./lens.ts";
import { itemAddress } from "../sides/link_address.ts";

interface Item {
  id: string;
  project: string;
  sequence_id: number | null;
}

/** The work item's page, in a text field of one's own. */
export const linkLens: Lens<Item> = {
  field: "link",
  odooField: "",
  odooTypes: ["char", "text"],
  isFact: true,
  planeValue: ({ project, id }) => `${project}/${id}`,
  odooValue: (record, { odooField }) => textOf(record[odooField]),
  toOdoo: (form, _record, { odooField, references }) => {
    const workspace = references.addresses?.planeWorkspace ?? null;
    if (workspace === null) return null;
    const value = itemAddress(workspace, form);
    return { values: { [odooField]: value }, value };
  },
};

/** The work item's number: `WEB-12` in a text field, 12 in a number. */
export function identifierLens(type: string | undefined): Lens<Item> {
  return {
    field: "identifier",
    odooField: "",
    odooTypes: ["char", "integer"],
    isFact: true,
    planeValue: ({ project, sequence_id }) => `${project}/${sequence_id ?? ""}`,
    odooValue: (record, { odooField }) => {
      const value = record[odooField];
      return typeof value === "number" ? value : textOf(value);
    },
    toOdoo: (form, _record, { odooField, references }) => {
      const number = form.sequence_id;
      if (number === null) return null;
      if (type === "integer") return { values: { [odooField]: number }, value: number };
      const letters = references.addresses?.identifier ?? null;
      if (letters === null) return null;
      const value = `${letters}-${number}`;
      return { values: { [odooField]: value }, value };
    },
  };
}
