/** Assignees where Odoo has room for one user only. */
import type { Json } from "../../json.ts";
import { type Lens, type LensContext, relatedId } from "../lenses/lens.ts";
import type { IssueForm } from "../sides/plane_forms.ts";

const sortedIds = (ids: readonly string[]): string[] => [...new Set(ids)].sort();

/**
 * Odoo's user is one of Plane's assignees. As long as it is, it stays; a user who is changed in Odoo takes the place of the one
 * before, and the other assignees stay.
 */
export const responsibleLens: Lens<IssueForm> = {
  field: "assignees",
  odooField: "",
  odooTypes: ["many2one"],
  planeValue: (form) => sortedIds(form.assignees.map(({ id }) => id)),
  odooValue: (record, { odooField }) => relatedId(record[odooField]),
  toOdoo: (form, record, { odooField, references }) => {
    const wanted = form.assignees.flatMap(({ id }) => references.users.get(id) ?? []);
    const present = record === null ? null : relatedId(record[odooField]);
    if (form.assignees.length > 0 && wanted.length === 0) return null;
    const user = present !== null && wanted.includes(present) ? present : wanted[0] ?? null;
    return { values: { [odooField]: user ?? false }, value: user };
  },
  toPlane: (record, form, context) => {
    const { odooField, references } = context;
    const user = relatedId(record[odooField]);
    const present = form?.assignees.map(({ id }) => id) ?? [];
    const person = user === null ? undefined : references.people.get(user);
    if (user !== null && (person === undefined || person === null)) return null;
    const before = replaced(present, context);
    const rest = present.filter((id) => id !== person && !before.includes(id));
    const assignees = person === undefined || person === null ? rest : [person, ...rest];
    return { values: { assignees }, value: sortedIds(assignees) };
  },
  formValues: (value) => ({
    assignees: (Array.isArray(value) ? value : []).map((id: Json) => (
      { id: String(id), email: null, display_name: null }
    )),
  }),
  valuesFor: (form) => ({ assignees: form.assignees.map(({ id }) => id) }),
};

/** The assignees the user before stood for. */
function replaced(present: readonly string[], { odooBase, references }: LensContext): string[] {
  return typeof odooBase === "number" ? present.filter((id) => references.users.get(id) === odooBase) : [];
}
