/** A task that got a parent was kept from that one's milestone; its cycle may have given it the same in between. */
import type { Json } from "../../json.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { relatedId } from "../lenses/lens.ts";
import { TASK_MODEL } from "../sides/models.ts";

/**
 * Has the cycle of the parent's milestone looked at again after such a write: whoever is in it gets it back. What the write was
 * planned on may be older than what the cycle did.
 */
export async function lookAtMilestone(
  values: Readonly<Record<string, Json>>,
  { odoo, store }: SyncDependencies,
): Promise<void> {
  const { parent_id: parent, milestone_id: milestone } = values;
  if (milestone !== false || typeof parent !== "number") return;
  const [task] = await odoo().read(TASK_MODEL, [parent], ["milestone_id"], {
    context: { active_test: false },
  });
  const id = relatedId(task?.milestone_id);
  if (id === null) return;
  await store.hint({ key: { side: "odoo", model: "project.milestone", id: String(id) }, priority: 5 });
}
