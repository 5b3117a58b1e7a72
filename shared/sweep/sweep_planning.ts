/**
 * Cycles and modules. Joining and leaving one is announced by nothing, nor is deleting one: a project's modules are listed at every
 * sweep, its cycles when one of its items was touched. Reading the members, and asking for what is in no list any more, is done by
 * whoever follows the hint.
 */
import { z } from "zod";
import type { PlaneProject } from "../plane/client.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import { closeBrake, isBraked } from "./brakes.ts";
import type { SweptKind } from "./pair_kinds.ts";
import { hintRow, judgeRows } from "./plane_rows.ts";
import { CALL, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";

const shape = z.object({ swept_at: z.string().nullable() }).partial();

/** One call, and one hint for each: what is not known yet is among them, and what has a partner and is not listed. */
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
    const mapped = await deps.pairs.mappedInPlane(type, project.id);
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
    // What both sides agreed to have archived is in no list.
    const known = mapped.filter(({ archived }) => !archived).map(({ id }) => id);
    const missing = known.filter((id) => !rows.some((row) => row.id === id));
    const place = { side: "plane", type, project: project.id } as const;
    if (!await isBraked(deps, place, missing.length, known.length, kinds)) {
      await hintMissing(deps, type, project.id, missing);
      counts.hints += missing.length;
      await closeBrake(deps, place);
    }
    return { swept_at: startedAt };
  });
}

/** Deleted or archived: both are in no list and answer 404, so whoever follows the hint ends the pair; one that comes back joins it. */
async function hintMissing(
  { sync }: SweepDependencies,
  type: "cycle" | "module",
  projectId: string,
  missing: readonly string[],
): Promise<void> {
  for (const id of missing) {
    await sync.store.hint({
      key: { side: "plane", type, id },
      operation: "delete",
      projectId,
      priority: 3,
      payload: { project_id: projectId },
    });
  }
}
