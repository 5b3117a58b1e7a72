/** Documents and records of models of one's own: Odoo's records become work items of the Plane project that holds them. */
import type { OdooDomain } from "../../odoo/client.ts";
import { BEGINNING, readCountedPage } from "../../plane/counted_pages.ts";
import { checked } from "../../plane/records.ts";
import { planeWorkItemSchema } from "../../plane/schemas.ts";
import { kindOf } from "../../sync/kinds.ts";
import { configOf, waysOf } from "../../sync/pairs/configuration.ts";
import { odooRecordOf } from "../../sync/sides/external_id.ts";
import { TASK_MODEL } from "../../sync/sides/models.ts";
import { type BackfillDependencies, MOST_HINTS, type RunAtWork } from "./dependencies.ts";
import { detailHint, modelHint, recordHint } from "./hints.ts";
import { counted, NOTHING_DONE, type Progress } from "./progress.ts";

const OPERATION = "list work items";

/** One row of plane.sync_config that shows records of Odoo as work items. */
export interface ModelPair {
  model: string;
  /** The Plane project that holds its work items. */
  project: string;
  /** Which records of the model are shown. */
  domain: OdooDomain;
  /** Whether records without work item get one. */
  makes: boolean;
  /** Whether work items people made become records. */
  takes: boolean;
}

/** The pairs of the run's scope, in the order of their models. */
export async function modelPairs(
  { scope }: Pick<RunAtWork, "scope">,
  { store }: Pick<BackfillDependencies, "store">,
): Promise<ModelPair[]> {
  const configs = (await store.configs()).map(configOf);
  return configs.flatMap((config): ModelPair[] => {
    const { planeType, odooModel, options } = config;
    const project = options.plane_project;
    const kind = kindOf(planeType, odooModel);
    const isOther = planeType !== "issue" || odooModel === TASK_MODEL;
    const ways = waysOf(config, null);
    if (isOther || kind === undefined || project === undefined || !ways.toPlane) return [];
    if (scope.project !== null && scope.project !== project) return [];
    if (options.plane_projects?.includes(project) === false) return [];
    const own = kind.use(({ odooDomain }) => odooDomain?.(config) ?? []);
    return [{
      model: odooModel,
      project,
      domain: [...own, ...options.odoo_domain ?? []],
      makes: scope.direction !== "to_odoo" && options.create_in_plane !== false,
      takes: scope.direction !== "to_plane" && options.create_in_odoo === true && ways.toOdoo,
    }];
  });
}

/** Pairs of these models in a project whose work item was there first: a person has made it. */
export async function countTaken(
  models: Iterable<string>,
  project: string,
  { store }: Pick<BackfillDependencies, "store">,
): Promise<number> {
  let count = 0;
  for (const model of models) {
    const pairs = await store.pairs(model, project);
    count += pairs.filter(({ origin, planeId, odooId }) =>
      origin === "plane" && planeId !== null && odooId !== null
    ).length;
  }
  return count;
}

/** One step: a page of work items that may be such records, or a page of records. */
export async function stepModels(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { at, listed } = progress.models;
  const pair = (await modelPairs(run, deps))[at];
  if (pair === undefined) return { ...progress, phase: "details", at: 0 };
  if (listed) return await hintRecords(progress, pair, run, deps);
  // Whose project is a pair itself: its work items were gone through with the others.
  return progress.projects.some(({ plane }) => plane === pair.project)
    ? { ...progress, models: { ...progress.models, listed: true } }
    : await hintWorkItems(progress, pair, run, deps);
}

/** Work items that have a pair, or become records, come with what they are now; those that carry a record's id are its match. */
async function hintWorkItems(
  progress: Progress,
  { model, project, takes }: ModelPair,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { client } = deps.plane;
  const path = ["workspaces", client.workspaceSlug, "projects", project, "work-items"];
  const page = await readCountedPage(
    client.send,
    { operation: OPERATION, method: "GET", path },
    progress.position,
  );
  const items = page.rows.map((row) => checked(OPERATION, planeWorkItemSchema, row));
  const paired = new Set(await deps.store.paired("issue", items.map(({ id }) => id)));
  const context = { runId: run.id, project, paired, models: new Set([model]) };
  const hints = items.flatMap((item) => {
    const isByHand = takes && odooRecordOf(item) === null;
    return modelHint(item, context) ?? (isByHand ? detailHint("issue", item, project, run.id) : []);
  });
  await deps.store.leaveHints(hints);
  if (hints.length > 0) deps.ring();
  const models = { ...progress.models, listed: page.done };
  return counted({ ...progress, models, position: page.done ? BEGINNING : page.position }, {
    hinted: hints.length,
    plane_calls: 1,
  });
}

async function hintRecords(
  progress: Progress,
  { model, project, domain, makes }: ModelPair,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { at, after } = progress.models;
  const rows = await deps.odoo.searchRead(
    model,
    [["id", ">", after], ...domain],
    ["id"],
    { order: "id asc", limit: MOST_HINTS },
  );
  const known = new Set((await deps.store.pairs(model)).map(({ odooId }) => odooId));
  const hints = rows.filter(({ id }) => makes || known.has(id)).map(({ id }) =>
    recordHint(model, id, project, run.id)
  );
  await deps.store.leaveHints(hints);
  if (hints.length > 0) deps.ring();
  const last = rows.at(-1)?.id;
  const models = rows.length < MOST_HINTS || last === undefined
    ? { ...NOTHING_DONE.models, at: at + 1 }
    : { ...progress.models, after: last };
  return counted({ ...progress, models }, { records: rows.length, hinted: hints.length, odoo_calls: 1 });
}
