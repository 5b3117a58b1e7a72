/** The work items of one project: Plane's list page by page, then the matches, then Odoo's tasks that are left. */
import type { PlaneWorkItem } from "../../plane/client.ts";
import { planeWorkItemSchema } from "../../plane/schemas.ts";
import { BEGINNING, maySkipRows, readCountedPage } from "../../plane/counted_pages.ts";
import { checked } from "../../plane/records.ts";
import { odooRecordOf } from "../../sync/sides/external_id.ts";
import { TASK_MODEL } from "../../sync/sides/models.ts";
import { type BackfillDependencies, MOST_HINTS, type RunAtWork } from "./dependencies.ts";
import { holdOf, itemHint, odooHint } from "./hints.ts";
import { matchByName } from "./match.ts";
import { countTaken, modelPairs } from "./models.ts";
import { type OdooIndex, readOdooIndex } from "./odoo_index.ts";
import { counted, nextProject, type Progress, type ProjectProgress, withDuplicates } from "./progress.ts";

const OPERATION = "list work items";

/** One page, or the end of the project. */
export async function stepItems(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const project = progress.projects[progress.at];
  if (project === undefined) return { ...progress, phase: "settling", at: 0 };
  const { index, calls } = await indexOf(project, run, deps);
  const before = counted(progress, { odoo_calls: calls });
  const step = progress.side === "odoo" ? hintTasks : progress.side === "release" ? releaseHeld : readPage;
  return await step(before, project, index, run, deps);
}

async function readPage(
  progress: Progress,
  project: ProjectProgress,
  index: OdooIndex,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { client } = deps.plane;
  const path = ["workspaces", client.workspaceSlug, "projects", project.plane, "work-items"];
  const request = { operation: OPERATION, method: "GET", path } as const;
  const page = await readCountedPage(client.send, request, progress.position);
  const all = page.rows.map((row) => checked(OPERATION, planeWorkItemSchema, row));
  const again = progress.side === "plane_again";
  const unknown = again
    ? new Set(await deps.store.unknown("issue", all.map(({ id }) => id)))
    : new Set(all.map(({ id }) => id));
  const rows = all.filter(({ id }) => unknown.has(id));
  const paired = new Set(await deps.store.paired("issue", all.map(({ id }) => id)));
  const models = new Set(
    (await modelPairs(run, deps)).filter((pair) => pair.project === project.plane).map(({ model }) => model),
  );
  const { direction } = run.scope;
  const context = { runId: run.id, project: project.plane, direction, paired, models, index };
  const hints = rows.flatMap((item) => itemHint(item, context) ?? []);
  await deps.store.leaveHints(hints);
  if (hints.length > 0) deps.ring();

  const { position } = page;
  const isFirst = progress.position.page === BEGINNING.page;
  const items = position.total ?? position.read;
  const others = (isFirst ? 0 : project.others) + await ofOtherModels(all, paired, models, deps);
  const taken = isFirst && !again ? await countTaken(models, project.plane, deps) : project.taken;
  const projects = progress.projects.map((known, at) =>
    at === progress.at ? { ...known, items, tasks: index.count, others, taken } : known
  );
  const next = counted({ ...progress, projects, position }, {
    items: rows.length,
    hinted: hints.length,
    matched: hints.filter(({ payload }) => payload?.match_odoo_id !== undefined).length,
    plane_calls: 1,
  });
  if (!page.done) return next;
  if (!again && maySkipRows(position)) {
    return counted({ ...next, side: "plane_again", position: BEGINNING }, { read_again: 1 });
  }
  return { ...next, side: "odoo" };
}

/** How many of a page are, or are to be, records of these models. */
async function ofOtherModels(
  page: readonly PlaneWorkItem[],
  paired: ReadonlySet<string>,
  models: ReadonlySet<string>,
  { store }: BackfillDependencies,
): Promise<number> {
  if (models.size === 0) return 0;
  const whole = new Set(await store.pairedWith([...models], "issue", page.map(({ id }) => id)));
  return page.filter((item) => {
    const record = odooRecordOf(item);
    return whole.has(item.id) || (!paired.has(item.id) && record !== null && models.has(record.model));
  }).length;
}

/** Hints what only Odoo has, and writes down who cannot be told from a namesake. */
async function hintTasks(
  progress: Progress,
  project: ProjectProgress,
  index: OdooIndex,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { matched, duplicates } = await decide(project, index, run, deps);
  const spoken = new Set([...matched.values(), ...duplicates.flatMap(({ odoo }) => odoo)]);
  for (const { odooId } of await deps.store.pairs(TASK_MODEL)) if (odooId !== null) spoken.add(odooId);
  const left = run.scope.direction === "to_odoo"
    ? []
    : [...index.free.keys()].filter((id) => !spoken.has(id));
  for (let first = 0; first < left.length; first += MOST_HINTS) {
    const part = left.slice(first, first + MOST_HINTS);
    await deps.store.leaveHints(part.map((id) => odooHint(TASK_MODEL, id, run.id)));
  }
  if (left.length > 0) deps.ring();
  const found = duplicates.map((group) => ({ project: project.plane, ...group }));
  return counted({ ...withDuplicates(progress, found), side: "release" }, {
    tasks: index.count,
    hinted: left.length,
    matched: matched.size,
  });
}

/**
 * Lets go what waited for its match. By now the namesakes are written down, so that whoever goes on after a crash does not take
 * them for records that only one side has.
 */
async function releaseHeld(
  progress: Progress,
  project: ProjectProgress,
  index: OdooIndex,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { matched, duplicates, keyOf } = await decide(project, index, run, deps);
  const listed = new Set(progress.duplicates.flatMap(({ plane }) => plane));
  const late = duplicates.filter(({ plane }) =>
    progress.duplicates.length < 500 && !plane.some((id) => listed.has(id))
  );
  const keys = (ids: Iterable<string>) => [...ids].flatMap((id) => keyOf.get(id) ?? []);
  const dropped = keys(duplicates.flatMap(({ plane }) => plane));
  const matches = new Map(
    [...matched].flatMap(([id, odooId]) => keys([id]).map((key) => [key, odooId] as const)),
  );
  await deps.store.release(holdOf(run.id, project.plane), matches, dropped);
  deps.ring();
  run.index = null;
  const next = withDuplicates(progress, late.map((group) => ({ project: project.plane, ...group })));
  return nextProject(counted(next, { hinted: -dropped.length }));
}

async function decide(
  project: ProjectProgress,
  index: OdooIndex,
  run: RunAtWork,
  { store }: BackfillDependencies,
) {
  const held = await store.held(holdOf(run.id, project.plane));
  const named = held.map(({ planeId, name }) => ({ id: planeId, name }));
  const keyOf = new Map(held.map(({ planeId, entityKey }) => [planeId, entityKey]));
  return { ...matchByName(named, index.byName), keyOf };
}

/** Kept while the project is at work. */
async function indexOf(
  { plane, odoo }: ProjectProgress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<{ index: OdooIndex; calls: number }> {
  if (run.index?.project === plane) return { index: run.index.of, calls: 0 };
  const pairs = await deps.store.pairs(TASK_MODEL);
  const of = await readOdooIndex(deps.odoo, TASK_MODEL, "issue", [["project_id", "=", odoo]], pairs);
  run.index = { project: plane, of };
  return { index: of, calls: of.calls };
}
