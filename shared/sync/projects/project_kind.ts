/** A project of each side. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { planeProjectSchema } from "../../plane/schemas.ts";
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import { NO_REFERENCES, relatedId } from "../lenses/lens.ts";
import { type ProjectForm, projectForm } from "../sides/plane_forms.ts";
import { makeProject } from "../sides/plane_projects.ts";
import { readProject } from "../sides/project_in_sight.ts";
import { PROJECT_LENSES } from "./project_lenses.ts";
import { lookUp, recallReferences } from "../lenses/references.ts";
import { membersOf } from "../lenses/members_of_users.ts";
import { prepareStages } from "../sides/stages.ts";

export const PROJECT_KIND: Kind<ProjectForm> = {
  planeType: "project",
  odooModel: "project.project",
  directions: ["plane_to_odoo", "odoo_to_plane"],
  lensesFor: () => PROJECT_LENSES,
  odooFields: ({ projectFields }) => projectFields,
  alwaysReads: ["active"],
  parse: projectForm,
  complete: (_plane, row) => Promise.resolve(whole(row)),
  read: async ({ client }, planeId) => whole(await readProject(client, planeId)),
  projectOf: (form) => form.id,
  recall: (form, { store }) => recallReferences(store, pointing(form)),
  prepare,
  placeInPlane: () => Promise.resolve(null),
  plane: {
    make: async (plane, _projectId, values, external, isPaired) =>
      whole(await makeProject(plane.client, values, external, isPaired)),
    update: updateProject,
  },
  afterMakingInOdoo: async (form, odooId, { store, odoo, plane }) => {
    if (await mapsStates(form, store)) await prepareStages(store, odoo(), plane, form.id, odooId);
  },
  afterWritingOdoo: (form, values, deps) =>
    values.active === true ? keepArchived(form, deps) : Promise.resolve(),
};

function whole(row: unknown): ProjectForm {
  const parsed = planeProjectSchema.safeParse(row);
  const form = parsed.success ? projectForm({ ...parsed.data }) : null;
  if (form === null) throw new SuiteError("plane_bad_answer", { facts: { operation: "read project" } });
  return form;
}

function pointing(form: ProjectForm) {
  const lead = form.project_lead;
  return {
    state: null,
    labels: [],
    assignees: lead === null ? [] : [{ id: lead, email: null, display_name: null }],
  };
}

async function prepare(input: PrepareInput<ProjectForm>, deps: SyncDependencies): Promise<Prepared> {
  const { form, record, changedInOdoo, lenses } = input;
  const on = lenses.some(({ lens }) => lens.field === "lead");
  const lead = on && form !== null ? form.project_lead : null;
  const people = lead === null || form === null || deps.plane === undefined
    ? []
    : await deps.plane.directory.people(form.id, [lead]);
  const forth = form === null ? null : await lookUp(
    deps.store,
    deps.odoo(),
    { state: null, labels: [], assignees: people.length > 0 ? people : pointing(form).assignees },
    0,
  );
  const manager = record === null ? null : relatedId(record.user_id);
  const back =
    on && manager !== null && form !== null && deps.plane !== undefined && changedInOdoo.has("lead")
      ? await membersOf([manager], form.id, deps.plane, deps)
      : null;
  return {
    references: {
      ...NO_REFERENCES,
      ...(forth === null ? {} : { users: forth.users }),
      ...(back === null ? {} : { people: back.people }),
    },
    // Odoo gives a project without manager to the key's user.
    onCreateInOdoo: { user_id: false },
    onCreateInPlane: {},
    waitsFor: [],
    unmatched: [...forth?.unmatched ?? [], ...back?.unmatched ?? []],
  };
}

/** Archiving has an address of its own, and an archived project takes no other change. */
async function updateProject(
  { client }: PlaneAccess,
  form: ProjectForm,
  values: Readonly<Record<string, Json>>,
): Promise<ProjectForm> {
  const { archived_at: archived, ...rest } = values;
  const wasArchived = form.archived_at !== null;
  if (wasArchived && (archived === null || Object.keys(rest).length > 0)) {
    await client.unarchiveProject(form.id);
  }
  const endsArchived = archived === undefined ? wasArchived : archived !== null;
  if (Object.keys(rest).length > 0) {
    await client.updateProject(form.id, rest).catch(async (thrown) => {
      // What is refused must not leave it outside of its archive.
      if (wasArchived && endsArchived) await client.archiveProject(form.id);
      throw thrown;
    });
  }
  if (endsArchived && (!wasArchived || Object.keys(rest).length > 0)) await client.archiveProject(form.id);
  return whole(await client.project(form.id));
}

/** Taking a project out of Odoo's archive takes all its tasks out with it, also those that were archived by themselves. */
async function keepArchived(form: ProjectForm, { store, odoo }: SyncDependencies): Promise<void> {
  const tasks = await store.archivedPartners(form.id, "project.task");
  if (tasks.length > 0) await odoo().write("project.task", tasks, { active: false });
}

/** Whether work items bring their states along. */
async function mapsStates(form: ProjectForm, store: SyncDependencies["store"]): Promise<boolean> {
  const { configs } = await store.readPair({ side: "plane", type: "issue", id: form.id });
  const tasks = configs.find(({ odoo_model }) => odoo_model === "project.task");
  return tasks?.enabled === true && Object.hasOwn(tasks.field_mappings, "state");
}
