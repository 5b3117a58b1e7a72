/**
 * The net under the webhooks: both sides are read from where the last reading ended, what differs from what was agreed on gets a
 * hint, and what was deleted is found. Nothing is written to either side but what `options.delete` asks for.
 */
import { failureOf } from "../queue/failure.ts";
import type { JsonObject } from "../json.ts";
import type { CursorRow } from "../store/sweeping/sweep_marks.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import { deletePartners } from "./delete_partners.ts";
import { fullOdooPass } from "./full_odoo.ts";
import { fullPlanePass } from "./full_plane.ts";
import { type SweptKind, sweptKinds } from "./pair_kinds.ts";
import { pollOdoo } from "./poll_odoo.ts";
import { hasTime, type SweepCounts, type SweepDependencies } from "./reader.ts";
import { INTERVALS, type Intervals, isDue, planeInterval } from "./schedule.ts";
import { sweepItems } from "./sweep_items.ts";
import { sweepPlanning } from "./sweep_planning.ts";
import { isPlanned, projectsCursorShape, type ProjectsSeen, sweepProjects } from "./sweep_projects.ts";

export interface SweepReport extends SweepCounts {
  /** Readers that came to no end, with the code of why; they go on next time. */
  failed: Record<string, string>;
  /** There was no time left, or no room in the budget. */
  unfinished: boolean;
}

/** @param intervals how long each reader rests; zeros: everything is due */
export async function sweep(
  deps: SweepDependencies,
  intervals: Intervals = INTERVALS,
): Promise<SweepReport> {
  const report: SweepReport = { rows: 0, hints: 0, unannounced: 0, failed: {}, unfinished: false };
  const places = new Map((await deps.marks.all()).map((row) => [row.name, row] as const));
  const kinds = sweptKinds(await deps.pairs.configs(), deps.sync.plane !== undefined);
  const isNow = (name: string, intervalMs: number) =>
    isUnfinished(places.get(name)) || isDue(sweptAt(places.get(name)), intervalMs, deps.sync.wallClock());
  /** Returns whether the reader came to its end; a failure of one is not the others'. */
  const read = async (name: string, work: () => Promise<unknown>): Promise<boolean> => {
    if (!hasTime(deps)) {
      report.unfinished = true;
      return false;
    }
    try {
      await work();
      return true;
    } catch (thrown) {
      const { code } = failureOf(thrown);
      report.failed[name] = code;
      if (code === "plane_rate_limited") report.unfinished = true;
      deps.sync.log("warn", "sweep_failed", { reader: name, code });
      return false;
    }
  };

  const models = byModel(kinds);
  for (const [model, ofModel] of models) {
    if (!ofModel.some(({ ways }) => ways.toPlane)) continue;
    const name = `odoo:${model}`;
    if (isNow(name, intervals.odooMs)) await read(name, () => pollOdoo(deps, model, ofModel, report));
  }
  const { plane: live } = deps.sync;
  let inPlane: ProjectsSeen | null = null;
  const calls = Number(places.get("plane:project")?.value.calls ?? 1);
  const planeMs = intervals.planeMs === 0 ? 0 : planeInterval(calls, intervals);
  if (live !== undefined && kinds.length > 0) {
    // Those that were not reached last time are due before all projects are.
    const due = isNow("plane:project", planeMs) || planeReaders(places).some((name) =>
      isNow(
        name,
        name.startsWith("plane:full:")
          ? intervals.fullMs
          : name.startsWith("plane:cycle:")
          ? intervals.cyclesMs
          : planeMs,
      )
    );
    if (due) {
      await read("plane:project", async () => {
        inPlane = await sweepProjects(deps, live, kinds, report);
      });
      const last = (name: string) => sweptAt(places.get(name)) ?? "";
      await sweepPlane(deps, live, inPlane, kinds, report, { read, isNow, last, planeMs, intervals });
    }
  }
  for (const [model, ofModel] of models) {
    const name = `odoo:full:${model}`;
    if (isNow(name, intervals.fullMs)) await read(name, () => fullOdooPass(deps, model, ofModel, report));
  }
  for (const swept of kinds) {
    const name = `delete:${swept.config.odooModel}`;
    if (swept.config.options.delete === "delete" && isNow(name, intervals.cyclesMs)) {
      await read(name, () => deletePartners(deps, deps.backfillPlane, swept, report));
    }
  }
  return report;
}

interface Reading {
  read: (name: string, work: () => Promise<unknown>) => Promise<boolean>;
  isNow: (name: string, intervalMs: number) => boolean;
  /** When a reader last came to its end; "": never. */
  last: (name: string) => string;
  planeMs: number;
  intervals: Intervals;
}

async function sweepPlane(
  deps: SweepDependencies,
  live: PlaneAccess,
  seen: ProjectsSeen | null,
  kinds: readonly SweptKind[],
  counts: SweepCounts,
  { read, isNow, last, planeMs, intervals }: Reading,
): Promise<void> {
  if (seen === null) return;
  const { since } = seen;
  // When there is not time for all, the next sweep begins with those this one did not reach.
  const readable = seen.readable.toSorted((left, right) =>
    last(`plane:issue:${left.id}`) < last(`plane:issue:${right.id}`) ? -1 : 1
  );
  for (const project of readable) {
    const name = `plane:issue:${project.id}`;
    let touched = false;
    if (isNow(name, planeMs)) {
      await read(name, async () => {
        const sweep = {
          plane: live,
          project: project.id,
          kinds,
          since,
          commentsMs: intervals.fullMs,
          counts,
        };
        ({ cycles: touched } = await sweepItems(deps, sweep));
      });
    }
    for (const type of ["module", "cycle"] as const) {
      const view = type === "module" ? project.module_view : project.cycle_view;
      const planning = `plane:${type}:${project.id}`;
      if (!isPlanned(kinds, type, view)) continue;
      if (
        isNow(planning, type === "module" ? planeMs : intervals.cyclesMs) || (type === "cycle" && touched)
      ) {
        await read(planning, () => sweepPlanning(deps, live, type, project, kinds, counts));
      }
    }
  }
  const { backfillPlane } = deps;
  if (backfillPlane === undefined) return;
  for (const { id } of readable) {
    const name = `plane:full:${id}`;
    if (isNow(name, intervals.fullMs)) {
      await read(name, () => fullPlanePass(deps, backfillPlane, id, kinds, counts));
    }
  }
}

/** The readers of single projects, as far as the projects are still there. */
function planeReaders(places: ReadonlyMap<string, CursorRow>): string[] {
  const { readable = [] } = projectsCursorShape.safeParse(places.get("plane:project")?.value).data ?? {};
  return readable.flatMap((id) =>
    ["issue", "module", "cycle", "full"].map((type) => `plane:${type}:${id}`).filter((name) =>
      places.has(name)
    )
  );
}

function byModel(kinds: readonly SweptKind[]): Map<string, SweptKind[]> {
  const models = new Map<string, SweptKind[]>();
  for (const swept of kinds) {
    const model = swept.any.odooModel;
    models.set(model, [...models.get(model) ?? [], swept]);
  }
  return models;
}

/** A reader that ran out of time: it is due whatever its interval. */
function isUnfinished(row: CursorRow | undefined): boolean {
  const { window = null, place = null, pass = null, to_read = [] }: JsonObject = row?.value ?? {};
  return window !== null || place !== null || pass !== null || (Array.isArray(to_read) && to_read.length > 0);
}

function sweptAt(row: CursorRow | undefined): string | null {
  const at = row?.value.swept_at;
  return typeof at === "string" ? at : null;
}
