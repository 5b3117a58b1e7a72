/** A cycle and its milestone: from Plane to Odoo only. */
import { SuiteError } from "../../errors.ts";
import type { OdooFields } from "../../odoo/capabilities.ts";
import { planeCycleSchema } from "../../plane/planning_schemas.ts";
import { type CycleForm, cycleForm } from "./cycle_form.ts";
import { CYCLE_LENSES } from "./cycle_lenses.ts";
import { followCycle } from "./cycle_members.ts";
import { MEMBERS } from "./membership.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import { NO_REFERENCES } from "../lenses/lens.ts";
import { PROJECT_MODEL } from "../sides/models.ts";
import { planningProject } from "../sides/planning_project.ts";

/** The same in Odoo 17, 18 and 19. There is no start, no text, and no archive. */
const MILESTONE_FIELDS: OdooFields = {
  name: { type: "char", required: true, readonly: false },
  project_id: { type: "many2one", required: true, readonly: false, relation: PROJECT_MODEL },
  deadline: { type: "date", required: false, readonly: false },
  is_reached: { type: "boolean", required: false, readonly: false },
};

export const CYCLE_KIND: Kind<CycleForm> = {
  planeType: "cycle",
  odooModel: "project.milestone",
  directions: ["plane_to_odoo"],
  lensesFor: () => CYCLE_LENSES,
  odooFields: () => MILESTONE_FIELDS,
  alwaysReads: ["is_reached"],
  parse: cycleForm,
  complete: (_plane, row) => Promise.resolve(whole(row)),
  read: async ({ client }, planeId, projectId) => {
    if (projectId === null) throw new SuiteError("project_unknown");
    return whole(await client.cycle(projectId, planeId));
  },
  projectOf: (form) => form.project,
  // Who is in it is not in the record, so what the record says is never enough.
  recall: () => Promise.resolve({ references: NO_REFERENCES, isCurrent: false }),
  prepare,
  follow: followCycle,
  followedField: MEMBERS,
  putAway: { field: "reached" },
  // A milestone cannot be archived, and deleting it would take it from its tasks.
  endInOdoo: {
    field: "reached",
    values: { is_reached: true },
    isDone: (record) => record.is_reached === true,
  },
  afterMakingInOdoo: (form, _odooId, deps) => allowMilestones(form, deps),
};

function whole(row: unknown): CycleForm {
  const parsed = planeCycleSchema.safeParse(row);
  const form = parsed.success ? cycleForm({ ...parsed.data }) : null;
  if (form === null) throw new SuiteError("plane_bad_answer", { facts: { operation: "read cycle" } });
  return form;
}

async function prepare({ form }: PrepareInput<CycleForm>, deps: SyncDependencies): Promise<Prepared> {
  if (form === null) throw new SuiteError("internal");
  const planeProject = await planningProject(form.project, deps);
  return {
    references: { ...NO_REFERENCES, project: planeProject.odooId, planeProject },
    onCreateInOdoo: { project_id: planeProject.odooId },
    onCreateInPlane: {},
    waitsFor: [],
    unmatched: [],
  };
}

/** Odoo's pages hide the milestones of a project that does not allow them. */
async function allowMilestones(form: CycleForm, deps: SyncDependencies): Promise<void> {
  const { odooId } = await planningProject(form.project, deps);
  const odoo = deps.odoo();
  const [project] = await odoo.read(PROJECT_MODEL, [odooId], ["allow_milestones"]);
  if (project?.allow_milestones === false) {
    await odoo.write(PROJECT_MODEL, [odooId], { allow_milestones: true });
  }
}
