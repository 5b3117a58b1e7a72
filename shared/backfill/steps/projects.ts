/** The first step: projects of both sides find each other, or get partners. */
import type { PlaneProject } from "../../plane/client.ts";
import type { RunHint } from "../../store/runs/backfill.ts";
import { odooRecordOf } from "../../sync/sides/external_id.ts";
import { PROJECT_MODEL } from "../../sync/sides/models.ts";
import { configOf } from "../../sync/pairs/configuration.ts";
import { type BackfillDependencies, PRIORITY, type RunAtWork } from "./dependencies.ts";
import { odooHint, projectHint } from "./hints.ts";
import { matchByName, nameKey } from "./match.ts";
import { readOdooIndex } from "./odoo_index.ts";
import { counted, type Progress, withDuplicates } from "./progress.ts";

/** Leaves the hints of all projects of the scope. */
export async function hintProjects(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { direction, project: only } = run.scope;
  const listed = (await deps.plane.client.projects()).filter(({ is_member, archived_at }) =>
    is_member !== false && archived_at === null
  );
  const taking = await projectsTakingPart(deps);
  const wanted = listed.filter(({ id }) => (only === null || id === only) && taking(id));
  const pairs = await deps.store.pairs(PROJECT_MODEL);
  const paired = new Set(pairs.flatMap(({ planeType, planeId }) => planeType === "project" ? [planeId] : []));
  const index = await readOdooIndex(deps.odoo, PROJECT_MODEL, "project", [], pairs);

  // A namesake that is not wanted is a namesake all the same.
  const unpaired = listed.filter((project) => isFree(project, paired) && !index.byExternal.has(project.id));
  const { matched, duplicates } = matchByName(unpaired, index.byName);
  const ambiguous = new Set(duplicates.flatMap(({ plane }) => plane));
  const spoken = new Set([...matched.values(), ...duplicates.flatMap(({ odoo }) => odoo)]);
  const hints: RunHint[] = wanted.flatMap((project) => {
    if (ambiguous.has(project.id)) return [];
    const match = matched.get(project.id) ?? index.byExternal.get(project.id);
    const gets = paired.has(project.id) || match !== undefined || direction !== "to_plane";
    return gets ? [projectHint(project, run.id, match)] : [];
  });
  if (only === null && direction !== "to_odoo") {
    const taken = new Set(listed.map(({ name }) => nameKey(name)));
    for (const [id, name] of index.free) {
      // Plane has no two projects of one name: such a record waits for somebody to say what it is.
      if (spoken.has(id) || taken.has(nameKey(name))) continue;
      hints.push(odooHint(PROJECT_MODEL, id, run.id, PRIORITY + 1));
    }
  }
  await deps.store.leaveHints(hints);
  deps.ring();
  const found = duplicates.filter(({ plane }) => only === null || plane.includes(only));
  const next = withDuplicates(progress, found.map((group) => ({ project: null, ...group })));
  return counted({ ...next, phase: "projects_settling" }, {
    plane_projects: wanted.length,
    odoo_projects: only === null ? index.free.size - matched.size : 0,
    hinted: hints.length,
    matched: wanted.filter(({ id }) => matched.has(id)).length,
    plane_calls: Math.max(1, Math.ceil(listed.length / 95)),
    odoo_calls: index.calls,
  });
}

/** The pairs of projects whose work items come next, in the order of their names. */
export async function pairedProjects(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const taking = await projectsTakingPart(deps);
  const pairs = (await deps.store.pairs(PROJECT_MODEL)).flatMap(({ planeType, planeId, odooId, status }) =>
    planeType === "project" && planeId !== null && odooId !== null &&
      (status === "active" || status === "error") &&
      (run.scope.project === null || planeId === run.scope.project) && taking(planeId)
      ? [{ plane: planeId, odoo: odooId }]
      : []
  );
  const unique = [...new Map(pairs.map((pair) => [pair.plane, pair])).values()];
  const projects = unique
    .map((pair) => ({ ...pair, name: "", items: null, tasks: null, others: 0, taken: 0 }))
    .toSorted((left, right) => left.plane < right.plane ? -1 : 1);
  return { ...progress, projects, at: 0, phase: projects.length === 0 ? "settling" : "items" };
}

async function projectsTakingPart({ store }: BackfillDependencies): Promise<(planeId: string) => boolean> {
  const row = (await store.configs()).find(({ plane_type, odoo_model }) =>
    plane_type === "project" && odoo_model === PROJECT_MODEL
  );
  const only = row === undefined ? undefined : configOf(row).options.plane_projects;
  return (planeId) => only === undefined || only.includes(planeId);
}

function isFree(project: PlaneProject, paired: ReadonlySet<string | null>): boolean {
  return !paired.has(project.id) && odooRecordOf(project) === null;
}
