/** The fields of a work item and the fields of any model they may be mapped to, by the type Odoo says they have. */
import type { OdooField, OdooFields } from "../../odoo/capabilities.ts";
import { archivedLens, descriptionLens, nameLens } from "../lenses/common_lenses.ts";
import { mappedField, type PairConfig } from "../pairs/configuration.ts";
import { plainDateLens } from "./generic_dates.ts";
import { responsibleLens } from "./generic_people.ts";
import { plainTextLens } from "./generic_text.ts";
import { wordLens } from "./generic_word_lens.ts";
import { valueMapsOf } from "./generic_words.ts";
import type { Lens } from "../lenses/lens.ts";
import { identifierLens, linkLens } from "../lenses/link_lenses.ts";
import type { IssueForm } from "../sides/plane_forms.ts";
import { setLens } from "../lenses/set_lens.ts";

const UNKNOWN: OdooField = { type: "", required: false, readonly: false };
const USERS = "res.users";

/** @param fields undefined: Odoo was not asked, so every mapped field is taken to be there and to fit */
export function genericLenses(config: PairConfig, fields: OdooFields | undefined): Lens<IssueForm>[] {
  const mapped = (field: string) => mappedField(config, field) ?? "";
  const typeOf = (field: string) => fields?.[mapped(field)] ?? UNKNOWN;
  const maps = valueMapsOf(config) ?? {};
  const { type: description } = typeOf("description");
  const lenses: Lens<IssueForm>[] = [
    { ...nameLens, odooField: "", odooTypes: ["char", "text"] },
    description === "char" || description === "text"
      ? { ...plainTextLens, odooTypes: ["html", "char", "text"] }
      : { ...descriptionLens, odooField: "", odooTypes: ["html", "char", "text"] },
    wordLens("priority", typeOf("priority"), maps.priority),
    wordLens("state", typeOf("state"), maps.state),
    peopleLens(mapped("assignees"), typeOf("assignees")),
    plainDateLens("start_date", typeOf("start_date").type),
    plainDateLens("target_date", typeOf("target_date").type),
    linkLens,
    identifierLens(typeOf("identifier").type),
    archivedLens,
  ];
  return lenses.map((lens) => typeOf(lens.field).readonly ? withoutWritingOdoo(lens) : lens);
}

function peopleLens(odooField: string, { type, relation }: OdooField): Lens<IssueForm> {
  const fits = type === "" || relation === USERS;
  const odooTypes = fits ? ["many2one", "many2many"] : [`many2one (${USERS})`, `many2many (${USERS})`];
  if (type === "many2one") return { ...responsibleLens, odooTypes };
  const lens = setLens<IssueForm>({
    field: "assignees",
    odooField,
    planeField: "assignees",
    planeIds: (form) => form.assignees.map(({ id }) => id),
    partners: ({ references }) => references.users,
    planePartners: ({ references }) => references.people,
  });
  return { ...lens, odooField: "", odooTypes };
}

/** Odoo works the field out by itself. */
function withoutWritingOdoo(lens: Lens<IssueForm>): Lens<IssueForm> {
  const { toOdoo: _toOdoo, ...rest } = lens;
  return rest;
}
