/** What a work item points at, as Odoo knows it: looked up, made where it is missing, or waited for. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { forgettingWhatIsGone } from "../sides/forget.ts";
import { PROJECT_MODEL, TASK_MODEL } from "../sides/models.ts";
import type { IssueForm } from "../sides/plane_forms.ts";
import { relatedId } from "../lenses/lens.ts";
import { lookUp } from "../lenses/references.ts";
import type { PrepareInput } from "../pairs/kind.ts";

export async function towardsOdoo(whole: IssueForm, input: PrepareInput<IssueForm>, deps: SyncDependencies) {
  const { store } = deps;
  const form = withoutSwitchedOff(whole, input);
  const project = await odooProjectOf(form, deps);
  const named = form.parent === null || form.parent === form.id ? null : form.parent;
  const partner = named === null
    ? null
    : await store.readPartner({ side: "plane", type: "issue", id: named });
  const isTask = partner !== null && partner.odooModel === TASK_MODEL && !partner.deleted;
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

/** @throws SuiteError waits_for_project while it has no partner; partner_deleted when that was deleted in Odoo */
export async function odooProjectOf({ project }: IssueForm, deps: SyncDependencies): Promise<number> {
  const owner = await deps.store.readPartner({ side: "plane", type: "project", id: project });
  if (owner?.deleted === true || (owner !== null && owner.odooModel !== PROJECT_MODEL)) {
    throw new SuiteError("partner_deleted", { message: "The work item's project was deleted in Odoo." });
  }
  if (owner !== null && owner.odooId !== null) return owner.odooId;
  // Its webhook may be on its way, or lost: with access to Plane the project is fetched.
  if (deps.plane !== undefined) await hintPlane(deps, "project", project, project);
  throw new SuiteError("waits_for_project", { facts: { waits_for: `project:${project}` } });
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
