/** A work item and its task. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { PlaneWorkItem } from "../../plane/schemas.ts";
import { planeWorkItemSchema } from "../../plane/schemas.ts";
import { mappedField } from "../pairs/configuration.ts";
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import { lookAtMilestone } from "./cycle_inherited.ts";
import { forgettingWhatIsGone } from "../sides/forget.ts";
import { ISSUE_LENSES } from "./issue_lenses.ts";
import { type Addresses, addressesOf } from "../sides/link_address.ts";
import { identifierLens, linkLens } from "../lenses/link_lenses.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import { NO_REFERENCES, relatedId, relatedIds } from "../lenses/lens.ts";
import { MadeBefore } from "../sides/made_before.ts";
import { type IssueForm, issueForm } from "../sides/plane_forms.ts";
import { lookUp, recallReferences } from "../lenses/references.ts";
import {
  labelsOf,
  membersOf,
  planeParentOf,
  planeProjectOf,
  statesOfStage,
} from "../lenses/references_back.ts";

const TASK = "project.task";
const PROJECT = "project.project";

export const ISSUE_KIND: Kind<IssueForm> = {
  planeType: "issue",
  odooModel: TASK,
  directions: ["plane_to_odoo", "odoo_to_plane"],
  lensesFor: (config, fields) => [
    ...ISSUE_LENSES,
    linkLens,
    identifierLens(fields?.[mappedField(config, "identifier") ?? ""]?.type),
  ],
  odooFields: ({ taskFields }) => taskFields,
  alwaysReads: ["project_id", "active"],
  parse: issueForm,
  complete: completeItem,
  read: async (plane, planeId, projectId) =>
    await completeItem(plane, await plane.client.workItem(inProject(projectId), planeId)),
  readArchived: async (plane, planeId, projectId) => {
    const item = await plane.client.archivedWorkItem(inProject(projectId), planeId);
    return item === null ? null : await completeItem(plane, item);
  },
  projectOf: (form) => form.project,
  wordsOf: ({ labels, state }) => ({
    labels: labels.map(({ name }) => name.toLowerCase()),
    states: state === null ? [] : [state.name.toLowerCase(), state.group],
  }),
  recall: (form, { store }) => recallReferences(store, form),
  belongsInOdoo: async (form, { options: { odoo_projects: listed } }, deps) =>
    listed === undefined || listed.includes(await odooProjectOf(form, deps)),
  prepare: prepareIssue,
  afterWritingOdoo: (_form, values, deps) => lookAtMilestone(values, deps),
  placeInPlane: async (record, _config, deps) => (await planeProjectOf(record, deps))?.planeId ?? null,
  plane: {
    make: async (plane, projectId, values, external) => {
      const project = inProject(projectId);
      const made = await plane.client.createWorkItem(project, { ...values, ...external });
      if (!made.created) throw new MadeBefore(made.id);
      return await completeItem(plane, made.record);
    },
    update: async (plane, form, values) =>
      await completeItem(plane, await plane.client.updateWorkItem(form.project, form.id, values)),
  },
};

/** A work item is only addressable inside its project. */
function inProject(projectId: string | null): string {
  if (projectId === null) throw new SuiteError("project_unknown");
  return projectId;
}

async function completeItem({ directory }: PlaneAccess, row: unknown): Promise<IssueForm> {
  const parsed = planeWorkItemSchema.safeParse(row);
  if (!parsed.success) throw new SuiteError("plane_bad_answer", { facts: { operation: "read work item" } });
  const item: PlaneWorkItem = parsed.data;
  const [[state], assignees, labels] = await Promise.all([
    directory.states(item.project, item.state === null ? [] : [item.state]),
    directory.people(item.project, item.assignees),
    directory.labels(item.project, item.labels),
  ]);
  const form = issueForm({ ...item, state: state ?? null, assignees, labels });
  if (form === null) throw new SuiteError("plane_bad_answer", { facts: { operation: "read work item" } });
  return form;
}

/** Looked up where a mapped field needs them. */
export async function addressesFor(
  { form, record, lenses }: PrepareInput<IssueForm>,
  model: string,
  deps: SyncDependencies,
): Promise<Addresses> {
  const numbered = lenses.some(({ lens }) => lens.field === "identifier");
  return await addressesOf({ model, id: record?.id ?? null }, numbered ? form?.project ?? null : null, deps);
}

async function prepareIssue(input: PrepareInput<IssueForm>, deps: SyncDependencies): Promise<Prepared> {
  const forth = input.form === null ? null : await towardsOdoo(input.form, input, deps);
  const back = input.record === null || input.changedInOdoo.size === 0
    ? null
    : await towardsPlane(input.record, input, deps);
  return {
    references: {
      ...NO_REFERENCES,
      ...forth?.references,
      ...back?.references,
      addresses: await addressesFor(input, TASK, deps),
    },
    onCreateInOdoo: forth?.onCreate ?? {},
    onCreateInPlane: {},
    ...(forth?.place === undefined ? {} : { placeInOdoo: forth.place }),
    waitsFor: [...forth?.waitsFor ?? [], ...back?.waitsFor ?? []],
    unmatched: [...forth?.unmatched ?? [], ...back?.unmatched ?? []],
    heldBack: back?.heldBack ?? [],
  };
}

/** @throws SuiteError waits_for_project while it has no partner; partner_deleted when that was deleted in Odoo */
async function odooProjectOf({ project }: IssueForm, deps: SyncDependencies): Promise<number> {
  const owner = await deps.store.readPartner({ side: "plane", type: "project", id: project });
  if (owner?.deleted === true || (owner !== null && owner.odooModel !== PROJECT)) {
    throw new SuiteError("partner_deleted", { message: "The work item's project was deleted in Odoo." });
  }
  if (owner !== null && owner.odooId !== null) return owner.odooId;
  // Its webhook may be on its way, or lost: with access to Plane the project is fetched.
  if (deps.plane !== undefined) await hintPlane(deps, "project", project, project);
  throw new SuiteError("waits_for_project", { facts: { waits_for: `project:${project}` } });
}

async function towardsOdoo(whole: IssueForm, input: PrepareInput<IssueForm>, deps: SyncDependencies) {
  const { store } = deps;
  const form = withoutSwitchedOff(whole, input);
  const project = await odooProjectOf(form, deps);
  const named = form.parent === null || form.parent === form.id ? null : form.parent;
  const partner = named === null
    ? null
    : await store.readPartner({ side: "plane", type: "issue", id: named });
  const isTask = partner !== null && partner.odooModel === TASK && !partner.deleted;
  // A parent deleted in Odoo will not come; the item arrives without one.
  const waits = named !== null && (partner === null || (isTask && partner.odooId === null));
  if (named !== null && waits && deps.plane !== undefined) {
    await hintPlane(deps, "issue", named, form.project);
  }
  const odoo = deps.odoo();
  const { stages, users, tags, unmatched } = await forgettingWhatIsGone(
    store,
    odoo,
    { project_id: project },
    () => lookUp(store, odoo, form, project),
  );
  const placedIn = input.record === null ? project : relatedId(input.record.project_id);
  // Moved by hand in Odoo: Plane cannot move it after; it stays with that column of the other project.
  const movedInPlane = placedIn !== project && input.pair.mapping?.plane_project_id !== form.project;
  return {
    references: { project, parent: isTask ? partner.odooId : null, stages, users, tags },
    // Without user_ids Odoo assigns what it makes to the key's user; the lens may be switched off. A new sub-task would start with
    // its parent's milestone; in Plane it is in no cycle.
    onCreate: { project_id: project, milestone_id: false, user_ids: [[6, 0, []]] as Json },
    place: movedInPlane ? { project_id: project } : undefined,
    waitsFor: waits ? [`issue:${named}`] : [],
    unmatched,
  };
}

async function towardsPlane(record: OdooRecord, input: PrepareInput<IssueForm>, deps: SyncDependencies) {
  const { plane } = deps;
  const project = input.form?.project ?? (await planeProjectOf(record, deps))?.planeId;
  if (plane === undefined || project === undefined) return null;
  const changed = input.changedInOdoo;
  const { states, ofStage } = changed.has("state")
    ? await statesOfStage(record, project, plane, deps)
    : { states: [], ofStage: new Map<number, string[]>() };
  const { people, unmatched } = changed.has("assignees")
    ? await membersOf(relatedIds(record.user_ids), project, plane, deps)
    : { people: new Map<number, string | null>(), unmatched: [] };
  const labels = changed.has("labels")
    ? await labelsOf(relatedIds(record.tag_ids), project, plane, deps)
    : new Map<number, string | null>();
  const { parent, waitsFor, moduleTask = null } = changed.has("parent")
    ? await planeParentOf(record, deps)
    : { parent: null, waitsFor: [] };
  return {
    references: { states, statesOfStage: ofStage, people, labels, planeParent: parent, moduleTask },
    waitsFor,
    unmatched,
    heldBack: changed.has("archived") && await isArchivedWithProject(record, deps) ? ["archived"] : [],
  };
}

/** Archiving a project archives its tasks, in Odoo only: Plane's work items keep their own. */
async function isArchivedWithProject(record: OdooRecord, { odoo }: SyncDependencies): Promise<boolean> {
  const project = relatedId(record.project_id);
  if (project === null || record.active !== false) return false;
  const [owner] = await odoo().read(PROJECT, [project], ["active"], { context: { active_test: false } });
  return owner?.active === false;
}

/** What a field that is switched off points at is neither looked up nor made, nor waited for. */
function withoutSwitchedOff(form: IssueForm, { lenses }: PrepareInput<IssueForm>): IssueForm {
  const isOn = (field: string) =>
    lenses.some(({ lens, direction }) => lens.field === field && direction !== "to_plane");
  return {
    ...form,
    state: isOn("state") ? form.state : null,
    assignees: isOn("assignees") ? form.assignees : [],
    labels: isOn("labels") ? form.labels : [],
    parent: isOn("parent") ? form.parent : null,
  };
}

async function hintPlane(
  { store }: SyncDependencies,
  type: string,
  id: string,
  project: string,
): Promise<void> {
  await store.hint({
    key: { side: "plane", type, id },
    projectId: project,
    readFirst: true,
    priority: 6,
    payload: { project_id: project },
  });
}
