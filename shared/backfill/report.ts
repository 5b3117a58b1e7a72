/** What a backfill came to: how much each side has, how much of it is paired, and why the rest is not. */
import { TASK_MODEL } from "../sync/sides/models.ts";
import type { KnownPair, Unsettled } from "../store/runs/backfill.ts";
import type { BackfillDependencies, RunAtWork } from "./steps/dependencies.ts";
import { type ModelReport, modelReport } from "./model_report.ts";
import { countTaken, modelPairs } from "./steps/models.ts";
import type { Duplicate, Progress } from "./steps/progress.ts";

/** So many records that are not settled are listed; `counts` has all. */
const MOST_LISTED = 500;

export interface ProjectReport {
  plane_project: string;
  odoo_project: number;
  /** In Plane's list while it was read, without those that are records of another model; archived ones are not in it. */
  plane_items: number;
  /** In Odoo now, archived ones too. */
  odoo_tasks: number;
  paired: number;
  /** Why records of the project have no partner, or are not settled. */
  waiting: number;
  resting: number;
  dead: number;
  duplicates_plane: number;
  duplicates_odoo: number;
  /** Left out by the configuration, or deleted meanwhile. */
  unpaired_plane: number;
  unpaired_odoo: number;
}

export interface CompletenessReport {
  complete: boolean;
  effects: Record<string, number>;
  counts: Progress["counts"];
  projects: ProjectReport[];
  models: ModelReport[];
  duplicates: Duplicate[];
  unsettled: Unsettled[];
}

export async function buildReport(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<CompletenessReport> {
  const unsettled = await deps.store.unsettled(run.id, MOST_LISTED);
  const models: ModelReport[] = [];
  /** The other models whose records each project shows. */
  const shown = new Map<string, string[]>();
  for (const pair of await modelPairs(run, deps)) {
    const pairs = await deps.store.pairs(pair.model, pair.project);
    models.push(await modelReport(pair, pairs, unsettled, deps));
    shown.set(pair.project, [...shown.get(pair.project) ?? [], pair.model]);
  }
  const projects: ProjectReport[] = [];
  for (const { plane, odoo, items, others, taken } of progress.projects) {
    // What the list had of other models, and what of it has become a record of one since.
    const notTasks = others + Math.max(0, await countTaken(shown.get(plane) ?? [], plane, deps) - taken);
    const domain = [["project_id", "=", odoo]];
    const count = await deps.odoo.call(TASK_MODEL, "search_count", { domain }, {
      context: { active_test: false },
    });
    projects.push(projectReport(
      {
        plane,
        odoo,
        items: (items ?? 0) - notTasks,
        tasks: typeof count === "number" ? count : 0,
      },
      await deps.store.pairs(TASK_MODEL, plane),
      unsettled,
      progress.duplicates,
    ));
  }
  return {
    complete: progress.duplicates.length === 0 && unsettled.length === 0 &&
      models.every(({ unpaired_odoo }) => unpaired_odoo === 0) &&
      projects.every(({ unpaired_plane, unpaired_odoo }) => unpaired_plane === 0 && unpaired_odoo === 0),
    effects: await deps.store.effects(run.id),
    counts: progress.counts,
    projects,
    models,
    duplicates: progress.duplicates,
    unsettled,
  };
}

/** Pure. */
export function projectReport(
  project: { plane: string; odoo: number; items: number; tasks: number },
  pairs: readonly KnownPair[],
  unsettled: readonly Unsettled[],
  duplicates: readonly Duplicate[],
): ProjectReport {
  const whole = pairs.filter(({ planeId, odooId, planeType }) =>
    planeType === "issue" && planeId !== null && odooId !== null
  );
  // Pairs whose Plane side is archived are not in Plane's list; whoever is in error has both sides all the same.
  const active = whole.filter(({ status }) => status !== "archived");
  const own = unsettled.filter(({ plane_project_id }) => plane_project_id === project.plane);
  const inState = (state: Unsettled["state"]) => own.filter((entry) => entry.state === state).length;
  const groups = duplicates.filter((group) => group.project === project.plane);
  const duplicatesPlane = groups.reduce((sum, { plane }) => sum + plane.length, 0);
  const duplicatesOdoo = groups.reduce((sum, { odoo }) => sum + odoo.length, 0);
  const paired = new Set(whole.map(({ planeId }) => `issue:${planeId}`));
  const unborn = own.filter(({ entity_key }) => !paired.has(entity_key));
  const unbornPlane = unborn.filter(({ entity_key }) => entity_key.startsWith("issue:")).length;
  return {
    plane_project: project.plane,
    odoo_project: project.odoo,
    plane_items: project.items,
    odoo_tasks: project.tasks,
    paired: active.length,
    waiting: inState("waiting"),
    resting: inState("resting"),
    dead: inState("dead"),
    duplicates_plane: duplicatesPlane,
    duplicates_odoo: duplicatesOdoo,
    unpaired_plane: Math.max(0, project.items - active.length - duplicatesPlane - unbornPlane),
    unpaired_odoo: Math.max(
      0,
      project.tasks - whole.length - duplicatesOdoo - (unborn.length - unbornPlane),
    ),
  };
}
