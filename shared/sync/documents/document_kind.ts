/** Orders and invoices of Odoo, each shown as one work item of a Plane project. Plane writes nothing to them. */
import type { OdooRecord } from "../../odoo/client.ts";
import type { PairConfig } from "../pairs/configuration.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { documentLenses, stateFor, wantedState } from "./document_lenses.ts";
import { DOCUMENT_OPTIONS, documentOptions, documentProblems } from "./document_options.ts";
import { DOCUMENT_SHAPES, type DocumentShape } from "./document_words.ts";
import { ISSUE_KIND } from "../issues/issue_kind.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import { archivedLens } from "../lenses/common_lenses.ts";
import { NO_REFERENCES } from "../lenses/lens.ts";
import { addressesOf } from "../sides/link_address.ts";
import type { IssueForm, PlaneState } from "../sides/plane_forms.ts";
import { noteUnmatched, type Unmatched, unmatchedName } from "../sides/unmatched.ts";

export const DOCUMENT_KINDS: readonly Kind<IssueForm>[] = DOCUMENT_SHAPES.map(documentKind);

function documentKind(document: DocumentShape): Kind<IssueForm> {
  const { parse, complete, read, readArchived, projectOf, wordsOf, plane } = ISSUE_KIND;
  const { model, kinds } = document;
  return {
    planeType: "issue",
    odooModel: model,
    directions: ["odoo_to_plane"],
    madeInOdoo: "never",
    isDescribedByOdoo: true,
    lensesFor: (config) => documentLenses(config, document),
    odooFields: ({ otherFields }) => otherFields?.[model] ?? undefined,
    alwaysReads: kinds === undefined ? [] : [kinds.field],
    ownOptions: DOCUMENT_OPTIONS,
    problems: (config) => documentProblems(config, document),
    parse,
    complete,
    read,
    ...(readArchived === undefined ? {} : { readArchived }),
    projectOf,
    ...(wordsOf === undefined ? {} : { wordsOf }),
    recall: () => Promise.resolve({ references: NO_REFERENCES, isCurrent: true }),
    prepare: (input, deps) => prepareDocument(document, input, deps),
    odooDomain: (config) => {
      const { kinds: of } = documentOptions(config, document);
      return of === undefined ? [] : [[of.field, "in", of.shown]];
    },
    placeInPlane: (record, config) =>
      Promise.resolve(takesPart(document, record, config) ? placeOf(config) : null),
    ...(plane === undefined ? {} : { plane }),
    putAway: { field: archivedLens.field, lens: archivedLens },
  };
}

function placeOf({ options }: PairConfig): string | null {
  return options.plane_project ?? null;
}

function takesPart(document: DocumentShape, record: Record<string, unknown>, config: PairConfig): boolean {
  const { kinds } = documentOptions(config, document);
  return kinds === undefined || kinds.shown.some((shown) => shown === record[kinds.field]);
}

async function prepareDocument(
  document: DocumentShape,
  { form, record, config, changedInOdoo }: PrepareInput<IssueForm>,
  deps: SyncDependencies,
): Promise<Prepared> {
  const project = form?.project ?? placeOf(config);
  const asks = changedInOdoo.has("state") && record !== null && project !== null;
  const states = asks ? await deps.plane?.directory.allStates(project) ?? [] : [];
  const wanted = asks ? wantedState(documentOptions(config, document), document, record) : null;
  const unmatched = wanted === null || record === null || project === null || states.length === 0
    ? []
    : await unmatchedState(document, record, { project, wanted, states }, deps);
  return {
    references: {
      ...NO_REFERENCES,
      states,
      addresses: await addressesOf({ model: document.model, id: record?.id ?? null }, null, deps),
    },
    onCreateInOdoo: {},
    onCreateInPlane: {},
    waitsFor: [],
    unmatched,
  };
}

/** What a document is at and the state it is to be in, where Plane has none of that name: reported once. */
async function unmatchedState(
  { model, stateOf }: DocumentShape,
  record: OdooRecord,
  { project, wanted, states }: { project: string; wanted: string; states: readonly PlaneState[] },
  { store }: SyncDependencies,
): Promise<Unmatched[]> {
  const planeValue = unmatchedName(project, `${model},${stateOf(record)}`);
  const known = (await store.readValues({ state: [planeValue] })).state;
  const matchedFor = stateFor(wanted, undefined, states) === null ? null : record.id;
  return await noteUnmatched(store, "state", model, known, [
    { planeValue, name: wanted, value: wanted, matchedFor },
  ]);
}
