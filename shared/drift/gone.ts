/** Pairs whose Plane record is in no list of Plane's: deleted, or in the archive. */
import type { BackfillStore, KnownPair, RunHint } from "../store/runs/backfill.ts";
import type { SyncStore } from "../store/engine/sync_store.ts";
import type { Missing } from "./report.ts";

/** Models whose pairs the engine itself looks at again, because only it knows what an ended one has come to. */
const PLANNING = ["project.milestone", "project.project", "project.tags", "project.task"] as const;

export interface Gone {
  missing: Missing[];
  /** How many are in the archive, as far as was last seen. */
  archived: number;
}

/**
 * @param models Odoo's side of the pairs whose lists were gone through to the end
 * @param listed ids of all Plane records that were listed
 */
export async function goneFromPlane(
  { backfill, store }: { backfill: BackfillStore; store: SyncStore },
  project: string,
  models: readonly { planeType: string; model: string }[],
  listed: ReadonlySet<string>,
): Promise<Gone> {
  const gone: Gone = { missing: [], archived: 0 };
  for (const { planeType, model } of models) {
    for (const id of unlisted(await backfill.pairs(model, project), planeType, listed)) {
      const { snapshot } = await store.readPair({ side: "plane", type: planeType, id });
      if (snapshot?.plane_base.archived === true) gone.archived += 1;
      else gone.missing.push({ entity: `${planeType}:${id}`, missing_in: "plane" });
    }
  }
  return gone;
}

/** Hints that have the engine read those cycles and modules. */
export async function unlistedPlanning(
  backfill: BackfillStore,
  project: string,
  types: readonly string[],
  listed: ReadonlySet<string>,
  runId: string,
): Promise<RunHint[]> {
  const hints: RunHint[] = [];
  for (const model of PLANNING) {
    const pairs = await backfill.pairs(model, project);
    for (const type of types) {
      hints.push(
        ...unlisted(pairs, type, listed).map((id): RunHint => ({
          key: { side: "plane", type, id },
          projectId: project,
          readFirst: true,
          payload: { project_id: project, run_id: runId },
        })),
      );
    }
  }
  return hints;
}

function unlisted(pairs: readonly KnownPair[], type: string, listed: ReadonlySet<string>): string[] {
  return pairs.flatMap(({ planeType, planeId, odooId, status }) =>
    planeType === type && planeId !== null && odooId !== null && status === "active" && !listed.has(planeId)
      ? [planeId]
      : []
  );
}
