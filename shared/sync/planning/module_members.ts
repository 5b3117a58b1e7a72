/** The tasks of a module: they carry its tag, or have it as their parent. */
import { SuiteError } from "../../errors.ts";
import type { Lease } from "../../queue/lease.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { forgettingWhatIsGone } from "../sides/forget.ts";
import type { Followed, FollowInput } from "../pairs/kind.ts";
import { undoOrders } from "../pairs/undo_orders.ts";
import { relatedId, relatedIds } from "../lenses/lens.ts";
import { lookAtMilestone } from "../issues/cycle_inherited.ts";
import { TASK_MODEL } from "../sides/models.ts";
import { listedMembers } from "./listed_members.ts";
import { bringInLine, type Mark, MEMBERS, membersIn } from "./membership.ts";
import { writeTasks } from "./membership_batches.ts";
import type { ModuleForm } from "./module_form.ts";
import { moduleTitle } from "./module_lenses.ts";
import { moduleTag, rememberModuleTag } from "./module_tags.ts";

type Input = FollowInput<ModuleForm>;

/** A module that is a project of its own: no task is in that, so they carry a tag. Made when the first member comes. */
export async function followProject(input: Input, deps: SyncDependencies): Promise<Followed | null> {
  const items = await itemsOf(input, deps);
  const { planeProject } = input.references;
  if (items === null || planeProject === undefined) return null;
  const ordered = undoOrders(input.entity).has(MEMBERS);
  if (items.length === 0 && membersIn(input.base).size === 0 && !ordered) return null;
  const tag = await moduleTag(input.form.id, moduleTitle(planeProject.name, input.form.name), deps);
  return await bringInLine(input, items, tagMark(tag, input, deps), null, deps);
}

/** A module that is a tag. */
export async function followTag(input: Input, deps: SyncDependencies): Promise<Followed | null> {
  // Before any task carries it: nobody may take it for a label.
  await rememberModuleTag(input.form.id, input.form.name, input.odooId, deps);
  const items = await itemsOf(input, deps);
  return items === null
    ? null
    : await bringInLine(input, items, tagMark(input.odooId, input, deps), null, deps);
}

/** A module that is a task: its members are sub-tasks, unless they have another parent. */
export async function followParent(input: Input, deps: SyncDependencies): Promise<Followed | null> {
  const items = await itemsOf(input, deps);
  if (items === null) return null;
  const { lease } = input.entity;
  const mark: Mark = {
    reads: ["parent_id", "milestone_id"],
    isOn: (task) => relatedId(task.parent_id) === input.odooId,
    mayGet: (task) => relatedId(task.parent_id) === null,
    carry: async ({ give, take, tasks }) => {
      await writeTasks(lease, deps, take, { parent_id: false });
      // Odoo gives a task its new parent's milestone when it has none; in Plane it is in no cycle. Where the parent has none, nothing
      // is written over that a task may have got meanwhile.
      const free = give.length > 0 && await hasMilestone(input.odooId, deps)
        ? give.filter((id) => relatedId(tasks.get(id)?.milestone_id) === null)
        : [];
      const values = { parent_id: input.odooId, milestone_id: false } as const;
      await giveParent(values, free, lease, deps);
      await giveParent({ parent_id: input.odooId }, give.filter((id) => !free.includes(id)), lease, deps);
      if (free.length > 0) await lookAtMilestone(values, deps);
    },
  };
  return await bringInLine(input, items, mark, input.references.planeProject?.odooId ?? null, deps);
}

async function hasMilestone(id: number, deps: SyncDependencies): Promise<boolean> {
  const call = { context: { active_test: false } };
  const [task] = await deps.odoo().read(TASK_MODEL, [id], ["milestone_id"], call);
  return relatedId(task?.milestone_id) !== null;
}

/** One that stands above the module's own task Odoo refuses, and the whole write with it: it is left out, so that the others come. */
async function giveParent(
  values: { parent_id: number; milestone_id?: false },
  tasks: readonly number[],
  lease: Lease,
  deps: SyncDependencies,
): Promise<void> {
  try {
    await writeTasks(lease, deps, tasks, values);
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "odoo_rejected") throw thrown;
    // Who is without the parent afterwards is said to be refused by whoever reads them back.
    if (tasks.length < 2) return;
    const half = tasks.length >> 1;
    await giveParent(values, tasks.slice(0, half), lease, deps);
    await giveParent(values, tasks.slice(half), lease, deps);
  }
}

/**
 * Null: nobody can be asked, or the module is archived, which ends nobody's membership.
 *
 * @throws SuiteError GoneInPlane
 */
async function itemsOf({ form, base }: Input, { plane }: SyncDependencies): Promise<string[] | null> {
  if (plane === undefined || form.archived_at !== null) return null;
  return await listedMembers(
    base,
    () => plane.client.moduleItems(form.project, form.id),
    () => plane.client.module(form.project, form.id),
  );
}

function tagMark(tag: number, { entity: { lease } }: Input, deps: SyncDependencies): Mark {
  return {
    reads: ["tag_ids"],
    isOn: (task) => relatedIds(task.tag_ids).includes(tag),
    mayGet: () => true,
    // One tag is added or taken away, whatever others a task has: that is the same for all.
    carry: ({ give, take }) =>
      forgettingWhatIsGone(deps.store, deps.odoo(), { tag_ids: [[6, 0, [tag]]] }, async () => {
        await writeTasks(lease, deps, take, { tag_ids: [[3, tag, 0]] });
        await writeTasks(lease, deps, give, { tag_ids: [[4, tag, 0]] });
      }),
  };
}
