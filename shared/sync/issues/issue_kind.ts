/** A work item and its task. */
import { SuiteError } from "../../errors.ts";
import type { PlaneWorkItem } from "../../plane/schemas.ts";
import { planeWorkItemSchema } from "../../plane/schemas.ts";
import { mappedField } from "../pairs/configuration.ts";
import type { PlaneAccess } from "../sides/dependencies.ts";
import { lookAtMilestone } from "./cycle_inherited.ts";
import { ISSUE_LENSES } from "./issue_lenses.ts";
import { prepareIssue } from "./issue_prepare.ts";
import { odooProjectOf } from "./issue_towards_odoo.ts";
import { identifierLens, linkLens } from "../lenses/link_lenses.ts";
import type { Kind } from "../pairs/kind.ts";
import { MadeBefore } from "../sides/made_before.ts";
import { TASK_MODEL } from "../sides/models.ts";
import { type IssueForm, issueForm } from "../sides/plane_forms.ts";
import { refuseArchivedProject } from "../sides/project_in_sight.ts";
import { recallReferences } from "../lenses/references.ts";
import { planeProjectOf } from "../lenses/place_of_task.ts";

export const ISSUE_KIND: Kind<IssueForm> = {
  planeType: "issue",
  odooModel: TASK_MODEL,
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

/** @throws SuiteError plane_forbidden while its project is archived: what its labels are called is not to be had */
async function completeItem({ client, directory }: PlaneAccess, row: unknown): Promise<IssueForm> {
  const parsed = planeWorkItemSchema.safeParse(row);
  if (!parsed.success) throw new SuiteError("plane_bad_answer", { facts: { operation: "read work item" } });
  const item: PlaneWorkItem = parsed.data;
  const [[state], assignees, labels] = await Promise.all([
    directory.states(item.project, item.state === null ? [] : [item.state]),
    directory.people(item.project, item.assignees),
    directory.labels(item.project, item.labels),
  ]);
  const isListed = (id: string) => state?.id === id || labels.some((label) => label.id === id);
  if (![...item.labels, ...item.state === null ? [] : [item.state]].every(isListed)) {
    await refuseArchivedProject(client, item.project, "read work item");
  }
  const form = issueForm({ ...item, state: state ?? null, assignees, labels });
  if (form === null) throw new SuiteError("plane_bad_answer", { facts: { operation: "read work item" } });
  return form;
}
