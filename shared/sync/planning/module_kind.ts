/** A module and what it becomes in Odoo: a project, a tag, or a task. From Plane to Odoo only. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { OdooFields } from "../../odoo/capabilities.ts";
import { planeModuleSchema } from "../../plane/planning_schemas.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import { NO_REFERENCES, textOf } from "../lenses/lens.ts";
import { PROJECT_MODEL, TAG_MODEL, TASK_MODEL } from "../sides/models.ts";
import { type ModuleForm, moduleForm } from "./module_form.ts";
import {
  MODULE_PROJECT_LENSES,
  MODULE_TAG_LENSES,
  MODULE_TASK_LENSES,
  moduleTitle,
} from "./module_lenses.ts";
import { followParent, followProject, followTag } from "./module_members.ts";
import { MEMBERS } from "./membership.ts";
import { freeTagName } from "./module_tags.ts";
import { type PlanningProject, planningProject } from "../sides/planning_project.ts";
import { lookUp } from "../lenses/references.ts";

const shared = {
  planeType: "module",
  directions: ["plane_to_odoo"],
  parse: moduleForm,
  complete: (_plane, row) => Promise.resolve(whole(row)),
  read: async ({ client }, planeId, projectId) => {
    if (projectId === null) throw new SuiteError("project_unknown");
    return whole(await client.module(projectId, planeId));
  },
  projectOf: (form) => form.project,
  // Who is in it is not in the record, so what the record says is never enough.
  recall: () => Promise.resolve({ references: NO_REFERENCES, isCurrent: false }),
  followedField: MEMBERS,
} satisfies Partial<Kind<ModuleForm>>;

const TAG_FIELDS: OdooFields = { name: { type: "char", required: true, readonly: false } };

/** A project beside the project, "Project / Module", without tasks. */
export const MODULE_PROJECT_KIND: Kind<ModuleForm> = {
  ...shared,
  odooModel: PROJECT_MODEL,
  lensesFor: () => MODULE_PROJECT_LENSES,
  odooFields: ({ projectFields }) => projectFields,
  alwaysReads: ["active"],
  // Odoo gives a project without manager to the key's user.
  prepare: (input, deps) => prepare(input, deps, () => ({ user_id: false })),
  follow: followProject,
};

/** Only the tag. It has no archive: when the module is gone, its tasks keep it. */
export const MODULE_TAG_KIND: Kind<ModuleForm> = {
  ...shared,
  odooModel: TAG_MODEL,
  lensesFor: () => MODULE_TAG_LENSES,
  odooFields: () => TAG_FIELDS,
  prepare: async (input, deps) => {
    const prepared = await prepare(input, deps, () => ({}));
    const { planeProject } = prepared.references;
    if (input.form === null || planeProject === undefined) return prepared;
    const title = moduleTitle(planeProject.name, input.form.name);
    const present = input.record === null ? null : textOf(input.record.name);
    const freeName = await freeTagName(title, present, deps);
    return { ...prepared, references: { ...prepared.references, freeName } };
  },
  follow: followTag,
  putAway: null,
};

/** A task in the same project. */
export const MODULE_TASK_KIND: Kind<ModuleForm> = {
  ...shared,
  odooModel: TASK_MODEL,
  lensesFor: () => MODULE_TASK_LENSES,
  odooFields: ({ taskFields }) => taskFields,
  alwaysReads: ["active"],
  // Without user_ids Odoo assigns what it makes to the key's user.
  prepare: (input, deps) =>
    prepare(input, deps, ({ odooId }) => ({ project_id: odooId, user_ids: [[6, 0, []]] })),
  follow: followParent,
};

function whole(row: unknown): ModuleForm {
  const parsed = planeModuleSchema.safeParse(row);
  const form = parsed.success ? moduleForm({ ...parsed.data }) : null;
  if (form === null) throw new SuiteError("plane_bad_answer", { facts: { operation: "read module" } });
  return form;
}

async function prepare(
  { form, lenses }: PrepareInput<ModuleForm>,
  deps: SyncDependencies,
  onCreate: (project: PlanningProject) => Readonly<Record<string, Json>>,
): Promise<Prepared> {
  if (form === null) throw new SuiteError("internal");
  const planeProject = await planningProject(form.project, deps);
  const lead = lenses.some(({ lens }) => lens.field === "lead") ? form.lead : null;
  const people = lead === null || deps.plane === undefined
    ? []
    : await deps.plane.directory.people(form.project, [lead]);
  const known = people.length > 0 || lead === null ? people : [{ id: lead, email: null, display_name: null }];
  const { users, unmatched } = await lookUp(
    deps.store,
    deps.odoo(),
    { state: null, labels: [], assignees: known },
    planeProject.odooId,
  );
  return {
    references: { ...NO_REFERENCES, project: planeProject.odooId, planeProject, users },
    onCreateInOdoo: onCreate(planeProject),
    onCreateInPlane: {},
    waitsFor: [],
    unmatched,
  };
}
