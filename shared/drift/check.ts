/**
 * Whether both sides of a project agree now. It is a rehearsal of bringing them together: the engine itself says what it would
 * write, so that nothing counts as a difference that it would leave alone. Nothing is written anywhere.
 */
import { modelPairs } from "../backfill/steps/models.ts";
import type { Progress } from "../backfill/steps/progress.ts";
import type { RehearsalSource } from "../backfill/rehearsal/rehearsal.ts";
import type { Rehearsed } from "../backfill/rehearsal/record.ts";
import { rehearse, workAll } from "../backfill/rehearsal/rehearse.ts";
import { SuiteError } from "../errors.ts";
import type { RunHint } from "../store/runs/backfill.ts";
import { MESSAGE_MODEL } from "../sync/comments/comment_form.ts";
import { TASK_MODEL } from "../sync/sides/models.ts";
import { goneFromPlane, unlistedPlanning } from "./gone.ts";
import { type NotCompared, switchedOff } from "./not_compared.ts";
import { type DriftReport, driftReport } from "./report.ts";

export type { DriftReport };

/** Comments cost one call per work item: of so many they are compared unasked, a third of a minute's calls. */
const COMMENTS_UNASKED = 20;
const COMMENT = "issue_comment";

export interface DriftOptions {
  /** Compares comments however many calls that takes; else only when they are few. */
  comments?: boolean;
  /** Asked before each twenty calls for comments: true ends the check with what was compared by then. */
  outOfTime?: () => boolean;
}

/**
 * @param project the Plane project's id
 * @throws SuiteError not_found when there is nothing to compare: Plane does not list the project, or it takes no part; and what
 *   reading either side throws
 */
export async function checkDrift(
  source: RehearsalSource,
  project: string,
  { comments = false, outOfTime = () => false }: DriftOptions = {},
): Promise<DriftReport> {
  const { backfill, sync } = source;
  const asOf = new Date(sync.wallClock()).toISOString();
  const pending = new Map((await backfill.pending(project)).map((row) => [row.entity_key, row.reason]));
  const off = switchedOff(await backfill.configs(), project);
  const isOn = (type: string) => !off.some(({ what }) => what === type);
  const items = (await backfill.pairs(TASK_MODEL, project)).flatMap((
    { planeType, planeId, odooId, status },
  ) => planeType === "issue" && planeId !== null && odooId !== null && status === "active" ? [planeId] : []);
  const withComments = isOn(COMMENT) && (comments || items.length <= COMMENTS_UNASKED);
  const found: Rehearsed[] = [];
  const looked = { cycle: new Set(), module: new Set(), [COMMENT]: new Set(), [MESSAGE_MODEL]: new Set() };
  const listed = new Set<string>();
  const remember = ({ key }: RunHint): void => {
    const kind = key.side === "plane" ? key.type : key.model;
    if (key.side === "plane") listed.add(key.id);
    if (kind === "cycle" || kind === "module" || kind === COMMENT || kind === MESSAGE_MODEL) {
      looked[kind].add(key.id);
    }
  };
  const run = {
    id: crypto.randomUUID(),
    scope: { project, direction: "both" as const },
    index: null,
    leftOut: new Set(withComments ? [] : [COMMENT]),
  };
  const isCut = ({ phase, detail }: Progress) => phase === "details" && detail.planning && outOfTime();
  const { progress, queue, calls } = await rehearse(
    source,
    run,
    { onRecord: (one) => found.push(one), onHints: (hints) => hints.forEach(remember) },
    (now) => now.phase === "details_settling" || isCut(now),
  );
  const isWhole = progress.phase === "details_settling";

  const planning = ["cycle", "module"].filter(isOn);
  if (progress.projects.length > 0) {
    await queue.leave(await unlistedPlanning(backfill, project, planning, listed, run.id));
    await workAll(queue);
  }
  const models = await modelPairs(run, { store: backfill });
  const gone = await goneFromPlane(source, project, [
    { planeType: "issue", model: TASK_MODEL },
    ...models.map(({ model }) => ({ planeType: "issue", model })),
    ...(withComments && isWhole ? [{ planeType: COMMENT, model: MESSAGE_MODEL }] : []),
  ], listed);

  const left = items.filter((id) => id > progress.detail.item).length;
  const notCompared: NotCompared[] = [
    ...off,
    ...(isOn(COMMENT) && !withComments
      ? [{ what: COMMENT, reason: "not_asked" as const, plane_calls: items.length }]
      : []),
    ...(isWhole ? [] : [{ what: COMMENT, reason: "out_of_time" as const, plane_calls: left }]),
    ...(gone.archived === 0
      ? []
      : [{ what: "archived", reason: "not_listed" as const, records: gone.archived }]),
  ];
  const { counts, duplicates, projects } = progress;
  const report = driftReport({
    found,
    gone: gone.missing,
    pending,
    stuck: queue.unsettled().filter(({ state }) => state === "waiting"),
    duplicates,
    asOf,
    project,
    compared: {
      plane_items: counts.items,
      odoo_tasks: counts.tasks,
      odoo_records: counts.records,
      cycles: looked.cycle.size,
      modules: looked.module.size,
      comments: looked[COMMENT].size,
      messages: looked[MESSAGE_MODEL].size,
    },
    notCompared,
    calls: { plane: calls.plane.reads, odoo: calls.odoo.reads },
  });
  // Whatever was not compared cannot be said to agree; what keeps a listed project from being compared is in its report.
  const isNothing = projects.length === 0 && models.length === 0;
  if (isNothing && (counts.plane_projects === 0 || report.in_sync)) {
    throw new SuiteError("not_found", { message: "This Plane project has no mapping that takes part." });
  }
  return report;
}
