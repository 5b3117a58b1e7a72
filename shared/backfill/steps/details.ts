/**
 * What hangs on projects and work items, once those have partners: cycles and modules, comments, the messages of Odoo's chatter.
 * Plane lists comments per work item only, so this is one call per item: far more than all the rest of a backfill.
 */
import type { OdooDomain } from "../../odoo/client.ts";
import { MESSAGE_MODEL } from "../../sync/comments/comment_form.ts";
import { HUMAN_MESSAGES } from "../../sync/comments/comment_place.ts";
import { TASK_MODEL } from "../../sync/sides/models.ts";
import { kindOf } from "../../sync/kinds.ts";
import type { RunHint } from "../../store/runs/backfill.ts";
import { type BackfillDependencies, type RunAtWork } from "./dependencies.ts";
import { detailHint, odooHint } from "./hints.ts";
import { commentsOf } from "./item_comments.ts";
import { counted, nextProject, type Progress } from "./progress.ts";

/** So many messages are one small answer. */
const MESSAGES = 500;
/** Work items in one step: their comments are one call each. */
const ITEMS = 20;

/** Which details take part, as the configuration has it. */
async function wanted(run: RunAtWork, { store }: BackfillDependencies): Promise<ReadonlySet<string>> {
  const rows = await store.configs();
  return new Set(
    rows.flatMap(({ plane_type, odoo_model, enabled }) =>
      enabled && ["issue_comment", "cycle", "module"].includes(plane_type) &&
        run.leftOut?.has(plane_type) !== true &&
        kindOf(plane_type, odoo_model) !== undefined
        ? [plane_type]
        : []
    ),
  );
}

/** One step: a page of messages, a project's cycles and modules, or the comments of a few work items. */
export async function stepDetails(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const project = progress.projects[progress.at];
  const kinds = await wanted(run, deps);
  if (project === undefined || kinds.size === 0) return { ...progress, phase: "details_settling", at: 0 };
  const { detail } = progress;
  if (detail.message !== null) return await stepMessages(progress, detail.message, kinds, run, deps);
  if (!detail.planning) return await stepPlanning(progress, project.plane, kinds, run, deps);
  if (!kinds.has("issue_comment")) return nextProject(progress);

  const pairs = await deps.store.pairs(TASK_MODEL, project.plane);
  const items = pairs
    .flatMap(({ planeType, planeId, odooId, status }) =>
      planeType === "issue" && planeId !== null && odooId !== null && status === "active" ? [planeId] : []
    )
    .filter((id) => id > detail.item)
    .toSorted();
  const now = items.slice(0, ITEMS);
  const hints: RunHint[] = [];
  for (const item of now) {
    hints.push(...await commentsOf(item, project.plane, run, deps));
  }
  const next = await leave(progress, hints, now.length, deps);
  const last = now.at(-1);
  if (last === undefined || items.length <= now.length) return nextProject(next);
  return { ...next, detail: { ...detail, item: last } };
}

/** What people wrote in Odoo; which of it is for Plane, the pair's own rules say. */
async function stepMessages(
  progress: Progress,
  after: number,
  kinds: ReadonlySet<string>,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const done = { ...progress, detail: { ...progress.detail, message: null } };
  if (!kinds.has("issue_comment") || run.scope.direction === "to_odoo") return done;
  const ours = new Set(progress.projects.map(({ plane }) => plane));
  const pairs = await deps.store.pairs(TASK_MODEL, run.scope.project ?? undefined);
  const tasks = new Set(
    pairs.flatMap(({ odooId, planeProjectId }) =>
      odooId !== null && planeProjectId !== null && ours.has(planeProjectId) ? [odooId] : []
    ),
  );
  // Of one project they are few among all; of all projects naming the tasks would only make the question long.
  const within: OdooDomain = run.scope.project === null ? [] : [["res_id", "in", [...tasks]]];
  const rows = await deps.odoo.searchRead(
    MESSAGE_MODEL,
    [["id", ">", after], ...HUMAN_MESSAGES, ...within],
    ["res_id"],
    { order: "id asc", limit: MESSAGES },
  );
  const hints = rows.filter(({ res_id }) => tasks.has(Number(res_id))).map(({ id }) =>
    odooHint(MESSAGE_MODEL, id, run.id)
  );
  const next = counted(await leave(done, hints, 0, deps), { odoo_calls: 1 });
  const last = rows.at(-1)?.id;
  return rows.length < MESSAGES || last === undefined
    ? next
    : { ...next, detail: { ...progress.detail, message: last } };
}

async function stepPlanning(
  progress: Progress,
  project: string,
  kinds: ReadonlySet<string>,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Progress> {
  const { client } = deps.plane;
  const hints: RunHint[] = [];
  let calls = 0;
  if (run.scope.direction !== "to_plane") {
    for (const type of ["cycle", "module"] as const) {
      if (!kinds.has(type)) continue;
      const rows = type === "cycle" ? await client.cycles(project) : await client.modules(project);
      hints.push(...rows.map((row) => detailHint(type, row, project, run.id)));
      calls += 1;
    }
  }
  return { ...await leave(progress, hints, calls, deps), detail: { ...progress.detail, planning: true } };
}

async function leave(
  progress: Progress,
  hints: readonly RunHint[],
  planeCalls: number,
  deps: BackfillDependencies,
): Promise<Progress> {
  await deps.store.leaveHints(hints);
  if (hints.length > 0) deps.ring();
  return counted(progress, { details: hints.length, hinted: hints.length, plane_calls: planeCalls });
}
