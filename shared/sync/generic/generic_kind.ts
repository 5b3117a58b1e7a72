/**
 * A work item and a record of any model of Odoo's: the fields are what `field_mappings` says they are, so that a model of one's
 * own needs no code here. The work items of the pair live in one Plane project, options.plane_project.
 */
import type { OdooFields } from "../../odoo/capabilities.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { mappedField, type PairConfig } from "../pairs/configuration.ts";
import { genericLenses } from "./generic_lenses.ts";
import { genericProblems } from "./generic_problems.ts";
import { wordsIn } from "./generic_word_lens.ts";
import { odooValueOf, valueMapsOf } from "./generic_words.ts";
import { ISSUE_KIND } from "../issues/issue_kind.ts";
import { addressesFor } from "../issues/issue_prepare.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import { NO_REFERENCES, relatedId, relatedIds, relatedName } from "../lenses/lens.ts";
import type { IssueForm } from "../sides/plane_forms.ts";
import { lookUp, recallReferences } from "../lenses/references.ts";
import { membersOf } from "../lenses/members_of_users.ts";
import { escapePattern } from "../sides/users.ts";

export function genericKind(model: string): Kind<IssueForm> {
  const { parse, complete, read, readArchived, projectOf, wordsOf, plane } = ISSUE_KIND;
  return {
    planeType: "issue",
    odooModel: model,
    directions: ["plane_to_odoo", "odoo_to_plane"],
    madeInOdoo: "when_asked",
    isDescribedByOdoo: true,
    lensesFor: genericLenses,
    odooFields: ({ otherFields }) => otherFields?.[model] ?? undefined,
    alwaysReads: ["active"],
    ownOptions: ["value_maps"],
    problems: genericProblems,
    parse,
    complete,
    read,
    ...(readArchived === undefined ? {} : { readArchived }),
    projectOf,
    ...(wordsOf === undefined ? {} : { wordsOf }),
    recall: (form, { store }) => recallReferences(store, peopleOf(form)),
    prepare: (input, deps) => prepareGeneric(model, input, deps),
    placeInPlane: (_record, { options }) => Promise.resolve(options.plane_project ?? null),
    ...(plane === undefined ? {} : { plane }),
  };
}

const peopleOf = ({ assignees }: IssueForm) => ({ state: null, labels: [], assignees });

async function prepareGeneric(
  model: string,
  input: PrepareInput<IssueForm>,
  deps: SyncDependencies,
): Promise<Prepared> {
  const { form, record, config, changedInOdoo, lenses } = input;
  const fields = (await deps.capabilities()).otherFields?.[model] ?? {};
  const project = form?.project ?? config.options.plane_project ?? null;
  const people = lenses.some(({ lens }) => lens.field === "assignees");
  const forth = form === null || !people ? null : await lookUp(deps.store, deps.odoo(), peopleOf(form), 0);
  const users = record === null ? [] : usersIn(record[mappedField(config, "assignees") ?? ""]);
  const back = people && changedInOdoo.has("assignees") && project !== null && deps.plane !== undefined
    ? await membersOf(users, project, deps.plane, deps)
    : null;
  const asksStates = changedInOdoo.has("state") && project !== null;
  return {
    references: {
      ...NO_REFERENCES,
      ...(forth === null ? {} : { users: forth.users }),
      ...(back === null ? {} : { people: back.people }),
      states: asksStates ? await deps.plane?.directory.allStates(project) ?? [] : [],
      related: form === null ? new Map() : await relatedTo(form, input, fields, deps),
      addresses: await addressesFor(input, model, deps),
    },
    onCreateInOdoo: {},
    onCreateInPlane: {},
    waitsFor: [],
    unmatched: [...forth?.unmatched ?? [], ...back?.unmatched ?? []],
  };
}

/** Of a many2one or a many2many. */
function usersIn(value: unknown): number[] {
  const one = Array.isArray(value) && typeof value[1] === "string" ? relatedId(value) : null;
  return one === null ? relatedIds(value) : [one];
}

/** The records that the words of a work item are called by, where a many2one holds them. One call for each, unless it is there already. */
async function relatedTo(
  form: IssueForm,
  { record, config, lenses }: PrepareInput<IssueForm>,
  fields: OdooFields,
  deps: SyncDependencies,
): Promise<Map<string, number | null>> {
  const found = new Map<string, number | null>();
  for (const field of ["priority", "state"] as const) {
    const active = lenses.find(({ lens, direction }) => lens.field === field && direction !== "to_plane");
    const type = fields[active?.odooField ?? ""];
    if (active === undefined || type?.type !== "many2one" || type.relation === undefined) continue;
    const name = nameFor(field, form, config, type);
    const there = record?.[active.odooField];
    found.set(
      field,
      name === null
        ? null
        : relatedName(there).trim().toLowerCase() === name.trim().toLowerCase()
        ? relatedId(there)
        : await onlyOneNamed(name, type.relation, deps),
    );
  }
  return found;
}

function nameFor(
  field: "priority" | "state",
  form: IssueForm,
  config: PairConfig,
  type: OdooFields[string],
): string | null {
  const words = wordsIn(field, form);
  const value = words.length === 0
    ? undefined
    : odooValueOf(field, words, type, valueMapsOf(config)?.[field]);
  return typeof value === "string" ? value : null;
}

async function onlyOneNamed(name: string, model: string, { odoo }: SyncDependencies): Promise<number | null> {
  const ids = await odoo().search(model, [["name", "=ilike", escapePattern(name)]], { limit: 2 });
  return ids.length === 1 ? ids[0] ?? null : null;
}
