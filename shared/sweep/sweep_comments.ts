/** Reads the comments of work items that were touched: one call each. What has vanished gets a hint that it was deleted. */
import { SuiteError } from "../errors.ts";
import type { ItemSweep } from "./item_sweep.ts";
import { judgeRows } from "./plane_rows.ts";
import { CALL, hasTime, type SweepDependencies } from "./reader.ts";

/** @returns the items there was no time for */
export async function sweepComments(
  deps: SweepDependencies,
  { plane, project, kinds, counts }: ItemSweep,
  items: readonly string[],
): Promise<string[]> {
  const known = items.length === 0
    ? new Map<string, string[]>()
    : await deps.pairs.commentsOf(project, items);
  for (const [index, item] of items.entries()) {
    if (!hasTime(deps)) return items.slice(index);
    try {
      const rows = [];
      for await (const comment of plane.client.comments(project, item, CALL)) rows.push({ ...comment });
      await judgeRows(deps, plane, "issue_comment", () => project, kinds, rows, counts);
      for (const id of known.get(item) ?? []) {
        if (rows.some((row) => row.id === id)) continue;
        await deps.sync.store.hint({
          key: { side: "plane", type: "issue_comment", id },
          operation: "delete",
          projectId: project,
          priority: 3,
          payload: { project_id: project },
        });
        counts.hints += 1;
      }
    } catch (thrown) {
      if (!(thrown instanceof SuiteError)) throw thrown;
      if (thrown.code === "plane_rate_limited") return items.slice(index);
      // Archived or deleted since the list was read: its comments cannot be seen, which says nothing of them.
      if (thrown.code !== "plane_not_found") throw thrown;
    }
  }
  return [];
}
