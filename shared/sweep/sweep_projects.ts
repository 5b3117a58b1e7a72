/** The workspace's projects: one call. New and changed ones get a hint. */
import { z } from "zod";
import { parseStamp } from "../stamp.ts";
import type { PlaneProject } from "../plane/client.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import type { SweptKind } from "./pair_kinds.ts";
import { judgeRows } from "./plane_rows.ts";
import { CALL, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";

export const projectsCursorShape = z.object({
  /** When Plane was swept for the first time, comparable: what was there before is a backfill's. */
  since: z.string(),
  swept_at: z.string().nullable(),
  /** How many calls a sweep takes that finds nothing: it decides how often there is one. */
  calls: z.number(),
  /** Projects that are swept. */
  readable: z.array(z.string()),
  /** Projects with a partner that the key does not see any more: it lost its membership, or they were deleted. */
  unseen: z.array(z.string()),
  /** Id -> `updated_at` of what was dealt with. */
  recent: z.record(z.string(), z.string()),
}).partial();

export interface ProjectsSeen {
  since: string;
  /** What can be swept: not archived, and readable for our key. */
  readable: PlaneProject[];
}

/** @returns null when another worker is at it */
export async function sweepProjects(
  deps: SweepDependencies,
  plane: PlaneAccess,
  kinds: readonly SweptKind[],
  counts: SweepCounts,
): Promise<ProjectsSeen | null> {
  let seen: ProjectsSeen | null = null;
  await holding(deps, "plane:project", projectsCursorShape, async (cursor) => {
    const startedAt = nowOf(deps);
    const began = deps.sync.wallClock();
    const projects = await plane.client.projects(CALL);
    // By Plane's clock, which nobody knows before it has answered.
    const inPlane = new Date(began + deps.sync.clockOffsets.plane()).toISOString();
    const since = cursor.since ?? parseStamp(inPlane) ?? "";
    const recent = cursor.recent ?? {};
    const known = await deps.pairs.byPlane("project", projects.map(({ id }) => id));
    // What was there before the first sweep, and has no partner, is a backfill's.
    const looked = projects.filter(({ id, updated_at, is_member }) =>
      is_member !== false && recent[id] !== updated_at &&
      (known.get(id)?.mapping != null || recent[id] !== undefined || updated_at >= since)
    );
    await judgeRows(deps, plane, "project", ({ id }) => id, kinds, looked.map((row) => ({ ...row })), counts);
    const wanted = new Set(await deps.pairs.planeProjects());
    for (const { config } of kinds) {
      if (config.options.plane_project !== undefined) wanted.add(config.options.plane_project);
    }
    const readable = projects.filter(({ id, archived_at, is_member }) =>
      wanted.has(id) && archived_at === null && is_member !== false
    );
    seen = { since, readable };
    const planning = readable.filter((project) => isPlanned(kinds, "module", project.module_view)).length;
    return {
      since,
      swept_at: startedAt,
      calls: 1 + readable.length + planning,
      readable: readable.map(({ id }) => id),
      unseen: [...wanted].filter((id) => !projects.some((project) => project.id === id)),
      recent: Object.fromEntries(projects.map(({ id, updated_at }) => [id, updated_at])),
    };
  });
  return seen;
}

/** Whether a project has what a kind is about, and the kind is switched on. */
export function isPlanned(kinds: readonly SweptKind[], type: "cycle" | "module", view: boolean): boolean {
  return view && kinds.some(({ any, ways }) => any.planeType === type && ways.toOdoo);
}
