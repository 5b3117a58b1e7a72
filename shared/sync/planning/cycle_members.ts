/** The tasks of a milestone: those whose work items are in the cycle. */
import { type OdooRecord } from "../../odoo/client.ts";
import type { Lease } from "../../queue/lease.ts";
import type { CycleForm } from "./cycle_form.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import type { Followed, FollowInput } from "../pairs/kind.ts";
import { relatedId } from "../lenses/lens.ts";
import { listedMembers } from "./listed_members.ts";
import { bringInLine, type Mark, type MarkChange } from "./membership.ts";
import { writeTasks } from "./membership_batches.ts";
import { TASK_MODEL } from "../sides/models.ts";

/** How often what followed its parent is put right, each time a level deeper. */
const MOST_ROUNDS = 5;

/**
 * Null: nobody can be asked, or the cycle is archived, which ends nobody's membership.
 *
 * @throws SuiteError GoneInPlane
 */
export async function followCycle(
  input: FollowInput<CycleForm>,
  deps: SyncDependencies,
): Promise<Followed | null> {
  const { form, odooId, references, base, entity: { lease } } = input;
  if (deps.plane === undefined || form.archived_at !== null) return null;
  const { client } = deps.plane;
  const items = await listedMembers(
    base,
    () => client.cycleItems(form.project, form.id),
    () => client.cycle(form.project, form.id),
  );
  const mark: Mark = {
    reads: ["milestone_id"],
    isOn: (task) => relatedId(task.milestone_id) === odooId,
    mayGet: () => true,
    carry: (change) => setMilestones(odooId, change, lease, deps),
  };
  return await bringInLine(input, items, mark, references.planeProject?.odooId ?? null, deps);
}

/**
 * Open sub-tasks follow their parent's milestone in Odoo; in Plane they do not follow its cycle. So what follows is put back as
 * it was, and members that lost theirs get it again.
 */
async function setMilestones(
  milestone: number,
  { give, take, members }: MarkChange,
  lease: Lease,
  deps: SyncDependencies,
): Promise<void> {
  const touched = new Set([...give, ...take]);
  const before = await subTasksOf([...touched], deps);
  await writeTasks(lease, deps, take, { milestone_id: false });
  await writeTasks(lease, deps, give, { milestone_id: milestone });
  // Who came below them in between had nothing to lose.
  for (const id of (await subTasksOf([...touched], deps)).keys()) if (!before.has(id)) before.set(id, null);
  const wanted = (id: number) =>
    members.has(id) ? milestone : touched.has(id) ? null : before.get(id) ?? null;
  const ids = [...new Set([...before.keys(), ...touched])];
  for (let round = 0; before.size > 0 && round < MOST_ROUNDS; round += 1) {
    const now = await milestonesOf(await deps.odoo().read(TASK_MODEL, ids, ["milestone_id"]));
    // Anything else there is somebody's own doing.
    const wrong = ids.filter((id) => {
      const current = now.get(id);
      return current !== undefined && current !== wanted(id) && (current === null || current === milestone);
    });
    if (wrong.length === 0) return;
    for (const value of new Set(wrong.map(wanted))) {
      const same = wrong.filter((id) => wanted(id) === value);
      await writeTasks(lease, deps, same, { milestone_id: value ?? false });
    }
  }
}

/** All open tasks under these, with the milestone each has now. */
async function subTasksOf(
  tasks: readonly number[],
  deps: SyncDependencies,
): Promise<Map<number, number | null>> {
  const found = new Map<number, number | null>();
  let level = [...tasks];
  while (level.length > 0) {
    const children = await deps.odoo().searchRead(TASK_MODEL, [["parent_id", "in", level]], ["milestone_id"]);
    level = children.map(({ id }) => id).filter((id) => !found.has(id));
    for (const [id, milestone] of milestonesOf(children)) found.set(id, milestone);
  }
  return found;
}

function milestonesOf(tasks: readonly OdooRecord[]): Map<number, number | null> {
  return new Map(tasks.map((task) => [task.id, relatedId(task.milestone_id)]));
}
