/** What is particular to each kind of record; everything else is the same for all. */
import { SuiteError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { OdooCapabilities, OdooFields } from "../odoo/capabilities.ts";
import type { OdooClient } from "../odoo/client.ts";
import type { PairRow } from "../store/pairs.ts";
import type { Sql } from "../store/database.ts";
import { hintPlaneRecord, readPartner } from "../store/pairs.ts";
import { forgettingWhatIsGone } from "./forget.ts";
import { ISSUE_LENSES } from "./issue_lenses.ts";
import type { Lens, References } from "./lens.ts";
import { OBSERVED_ISSUE, OBSERVED_PROJECT, type ObservedKind, type PlaneReader } from "./observe.ts";
import type { IssueForm, ProjectForm } from "./plane_forms.ts";
import { PROJECT_LENSES } from "./project_lenses.ts";
import { lookUp, type Lookups } from "./references.ts";
import { prepareStages } from "./stages.ts";

export interface KindDependencies {
  sql: Sql;
  odoo: OdooClient;
  /** Undefined: reading from Plane is not configured. */
  plane: PlaneReader | undefined;
}

export interface Prepared {
  references: References;
  /** Written when the record is made, besides what the lenses say. */
  onCreate: Readonly<Record<string, Json>>;
  /** Entities whose partner this record misses. */
  waitsFor: string[];
  unmatched: Lookups["unmatched"];
}

export interface Kind<Form> {
  planeType: string;
  odooModel: string;
  observed: ObservedKind<Form>;
  lenses: readonly Lens<Form>[];
  odooFields: (capabilities: OdooCapabilities) => OdooFields;
  projectOf: (form: Form) => string | null;
  /** @throws SuiteError waits_for_project when the record cannot be made yet */
  prepare: (form: Form, pair: PairRow, deps: KindDependencies) => Promise<Prepared>;
  /** What follows the making of a record; it may fail without harm, because it is made up for later. */
  afterCreate?: (form: Form, odooId: number, deps: KindDependencies) => Promise<void>;
}

const NO_REFERENCES: References = {
  project: null,
  parent: null,
  stages: new Map(),
  users: new Map(),
  tags: new Map(),
};

export const PROJECT_KIND: Kind<ProjectForm> = {
  planeType: "project",
  odooModel: "project.project",
  observed: OBSERVED_PROJECT,
  lenses: PROJECT_LENSES,
  odooFields: ({ projectFields }) => projectFields,
  projectOf: (form) => form.id,
  prepare: () => Promise.resolve({ references: NO_REFERENCES, onCreate: {}, waitsFor: [], unmatched: [] }),
  afterCreate: (form, odooId, { sql, odoo, plane }) => prepareStages(sql, odoo, plane, form.id, odooId),
};

export const ISSUE_KIND: Kind<IssueForm> = {
  planeType: "issue",
  odooModel: "project.task",
  observed: OBSERVED_ISSUE,
  lenses: ISSUE_LENSES,
  odooFields: ({ taskFields }) => taskFields,
  projectOf: (form) => form.project,
  prepare: prepareIssue,
};

async function prepareIssue(whole: IssueForm, pair: PairRow, deps: KindDependencies): Promise<Prepared> {
  const { sql, odoo, plane } = deps;
  const form = withoutSwitchedOff(whole, pair);
  const project = await readPartner(sql, "project", form.project, PROJECT_KIND.odooModel);
  if (project === "deleted") {
    throw new SuiteError("partner_deleted", { message: "The work item's project was deleted in Odoo." });
  }
  if (project === null) {
    // Its webhook may be on its way, or lost: with access to Plane the project is fetched.
    if (plane !== undefined) await hintPlaneRecord(sql, "project", form.project, form.project);
    throw new SuiteError("waits_for_project", { facts: { waits_for: `project:${form.project}` } });
  }
  const named = form.parent === null || form.parent === form.id ? null : form.parent;
  const parent = named === null ? null : await readPartner(sql, "issue", named, ISSUE_KIND.odooModel);
  // A parent deleted in Odoo will not come; the item arrives without one.
  const waitsFor = named !== null && parent === null ? [`issue:${named}`] : [];
  if (named !== null && parent === null && plane !== undefined) {
    await hintPlaneRecord(sql, "issue", named, form.project);
  }
  const { stages, users, tags, unmatched } = await forgettingWhatIsGone(
    sql,
    odoo,
    { project_id: project },
    () => lookUp(sql, odoo, form, project),
  );
  return {
    references: { project, parent: typeof parent === "number" ? parent : null, stages, users, tags },
    // Without user_ids Odoo assigns what it makes to the key's user; the lens may be switched off.
    onCreate: { project_id: project, user_ids: [[6, 0, []]] },
    waitsFor,
    unmatched,
  };
}

/** What a field that is switched off points at is neither looked up nor made, nor waited for. */
function withoutSwitchedOff(form: IssueForm, pair: PairRow): IssueForm {
  const isOn = (field: string) =>
    ISSUE_LENSES.some((lens) => lens.field === field && pair.field_mappings[field] === lens.odooField);
  return {
    ...form,
    state: isOn("state") ? form.state : null,
    assignees: isOn("assignees") ? form.assignees : [],
    labels: isOn("labels") ? form.labels : [],
    parent: isOn("parent") ? form.parent : null,
  };
}
