/** What a task points at, as Plane knows it: only where it has changed. */
import type { OdooRecord } from "../../odoo/client.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { PROJECT_MODEL } from "../sides/models.ts";
import type { IssueForm } from "../sides/plane_forms.ts";
import { relatedId, relatedIds } from "../lenses/lens.ts";
import { labelsOf } from "../lenses/labels_of_tags.ts";
import { membersOf } from "../lenses/members_of_users.ts";
import { planeParentOf, planeProjectOf } from "../lenses/place_of_task.ts";
import { statesOfStage } from "../lenses/states_of_stage.ts";
import type { PrepareInput } from "../pairs/kind.ts";

export async function towardsPlane(
  record: OdooRecord,
  input: PrepareInput<IssueForm>,
  deps: SyncDependencies,
) {
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
  const [owner] = await odoo().read(PROJECT_MODEL, [project], ["active"], {
    context: { active_test: false },
  });
  return owner?.active === false;
}
