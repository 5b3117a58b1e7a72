/**
 * Finds work items that were deleted in Plane: nothing announces it, and no list shows it. All ids of the project are read; a
 * mapped item that is not among them may be archived, hidden or deleted, and is asked for before anything is said of it.
 */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import { closeBrake, isBraked } from "./brakes.ts";
import { passed } from "./item_window.ts";
import type { SweptKind } from "./pair_kinds.ts";
import { hintRow } from "./plane_rows.ts";
import { CALL, hasTime, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";

const shape = z.object({
  /** When the last whole pass began. */
  swept_at: z.string().nullable(),
  /** A pass that ran out of time. */
  pass: z.object({
    started_at: z.string(),
    known: z.number(),
    /** Mapped items that were not met so far. */
    missing: z.array(z.string()),
    place: z.object({ offset: z.number(), tail: z.array(z.string()), reached: z.string() }).nullable(),
    /** All rows were read: what is missing is being asked for. */
    listed: z.boolean(),
  }).nullable(),
}).partial();

type Pass = NonNullable<z.output<typeof shape>["pass"]>;

/** How many rows are read between two looks at the clock. */
const CHUNK_ROWS = 100;

export async function fullPlanePass(
  deps: SweepDependencies,
  plane: PlaneAccess,
  project: string,
  kinds: readonly SweptKind[],
  counts: SweepCounts,
): Promise<void> {
  await holding(deps, `plane:full:${project}`, shape, async (cursor) => {
    const before = { swept_at: cursor.swept_at ?? null };
    // An archived project hides its items, and one that cannot be read says nothing at all.
    const { archived_at, is_member } = await plane.client.project(project, CALL);
    if (archived_at !== null || is_member === false) return { swept_at: nowOf(deps), pass: null };
    const pass = cursor.pass ?? await begin(deps, project);
    const unfinished = { ...before, pass };
    try {
      if (!pass.listed && !await list(deps, plane, project, pass)) return unfinished;
      if (
        await isBraked(
          deps,
          { side: "plane", type: "issue", project },
          pass.missing.length,
          pass.known,
          kinds,
        )
      ) {
        return { swept_at: pass.started_at, pass: null };
      }
      while (pass.missing.length > 0) {
        if (!hasTime(deps)) return unfinished;
        const [id = ""] = pass.missing;
        await lookFor(deps, plane, project, id, counts);
        pass.missing.shift();
      }
    } catch (thrown) {
      // The budget has no room now: what was read is kept.
      if (thrown instanceof SuiteError && thrown.code === "plane_rate_limited") return unfinished;
      throw thrown;
    }
    await closeBrake(deps, { side: "plane", type: "issue", project });
    return { swept_at: pass.started_at, pass: null };
  });
}

async function begin(deps: SweepDependencies, project: string): Promise<Pass> {
  const mapped = await deps.pairs.mappedInPlane("issue", project);
  // What both sides agreed to have archived is in no list.
  const missing = mapped.filter(({ archived }) => !archived).map(({ id }) => id);
  return { started_at: nowOf(deps), known: missing.length, missing, place: null, listed: false };
}

/** @returns false when there was no time for all */
async function list(
  deps: SweepDependencies,
  { client }: PlaneAccess,
  project: string,
  pass: Pass,
): Promise<boolean> {
  const missing = new Set(pass.missing);
  const keep = () => {
    pass.missing = [...missing];
  };
  const query = { fields: ["id"], ...(pass.place === null ? {} : { resume: pass.place }) };
  let read = 0;
  try {
    if (missing.size > 0) {
      for await (const row of client.workItemRows(project, query, CALL)) {
        missing.delete(row.id);
        pass.place = passed(pass.place, row, "");
        read += 1;
        if (missing.size === 0) break;
        if (read % CHUNK_ROWS === 0 && !hasTime(deps)) return false;
      }
    }
    pass.listed = true;
    return true;
  } finally {
    keep();
  }
}

/** A 404 is only invisible; what `PATCH {}` does not find either is deleted. */
async function lookFor(
  deps: SweepDependencies,
  { client }: PlaneAccess,
  project: string,
  id: string,
  counts: SweepCounts,
): Promise<void> {
  counts.rows += 1;
  const seen = await client.workItem(project, id, CALL).catch((thrown) => {
    if (thrown instanceof SuiteError && thrown.code === "plane_not_found") return null;
    throw thrown;
  });
  // It came, or came back, while the list was read.
  if (seen !== null) return await hintRow(deps, "issue", project, { ...seen });
  const hidden = await client.archivedWorkItem(project, id, CALL);
  counts.hints += 1;
  if (hidden !== null) return await hintRow(deps, "issue", project, { ...hidden });
  await deps.sync.store.hint({
    key: { side: "plane", type: "issue", id },
    operation: "delete",
    projectId: project,
    priority: 3,
    payload: { project_id: project },
  });
}
