/**
 * Cycles and modules. Joining and leaving one is announced by nothing: a module's members are read at every sweep, a cycle's
 * when one of the project's items was touched. Reading the members is done by whoever follows the hint.
 */
import { z } from "zod";
import type { PlaneProject } from "../plane/client.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import type { SweptKind } from "./pair_kinds.ts";
import { hintRow, judgeRows } from "./plane_rows.ts";
import { CALL, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";

const shape = z.object({ swept_at: z.string().nullable() }).partial();

/** One call, and one hint for each; what is not known yet is among them. */
export async function sweepPlanning(
  deps: SweepDependencies,
  plane: PlaneAccess,
  type: "cycle" | "module",
  project: PlaneProject,
  kinds: readonly SweptKind[],
  counts: SweepCounts,
): Promise<void> {
  await holding(deps, `plane:${type}:${project.id}`, shape, async () => {
    const startedAt = nowOf(deps);
    const found = type === "cycle"
      ? await plane.client.cycles(project.id, CALL)
      : await plane.client.modules(project.id, CALL);
    const rows = found.map((row) => ({ ...row }));
    const judged = await judgeRows(deps, plane, type, () => project.id, kinds, rows, counts);
    for (const { row, verdict } of judged) {
      if (verdict !== "same") continue;
      await hintRow(deps, type, project.id, row);
      counts.hints += 1;
    }
    return { swept_at: startedAt };
  });
}
