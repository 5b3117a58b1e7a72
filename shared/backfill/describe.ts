/** A run as people follow it: what is done, how fast it goes, and when it will be over. */
import { z } from "zod";
import type { JsonObject } from "../json.ts";
import type { RunRow } from "../store/runs/runs.ts";
import { PAGE_SIZE } from "../plane/counted_pages.ts";
import { type Progress, readProgress } from "./steps/progress.ts";

export interface RunDescription {
  id: string;
  kind: string;
  status: string;
  dry_run: boolean;
  scope: unknown;
  phase: string;
  /** Records hinted and carried out; `total` is null until every project's list was begun. */
  done: number;
  total: number | null;
  read: { items: number; tasks: number; projects: number; of_projects: number | null };
  left: Progress["remains"];
  duplicates: number;
  items_per_minute: number | null;
  /** Minutes Plane's limit leaves nobody a way around; null: not known yet. */
  eta_minutes: number | null;
  error: string | null;
  created_at: string;
  finished_at: string | null;
}

const backfillRow = z.object({
  id: z.string(),
  kind: z.literal("backfill"),
  scope: z.unknown(),
  dry_run: z.boolean(),
  status: z.string(),
  progress: z.unknown(),
  error: z.string().nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});

/** Rows of plane.sync_run as the status reads them: backfills as people follow them, other runs as they are. */
export function describeRuns(
  rows: readonly JsonObject[],
  callsPerMinute: number | undefined,
): (RunDescription | JsonObject)[] {
  return rows.map((row) => {
    const run = backfillRow.safeParse(row).data;
    return run === undefined ? row : describeRun(run, callsPerMinute);
  });
}

/**
 * @param callsPerMinute what the shared budget leaves a backfill; undefined: not known
 */
export function describeRun(
  row: Pick<RunRow, "id" | "kind" | "dry_run" | "error" | "created_at" | "finished_at"> & {
    status: string;
    scope: unknown;
    progress: unknown;
  },
  callsPerMinute: number | undefined,
): RunDescription {
  const progress = readProgress(row.progress);
  const { counts, remains } = progress;
  const left = remains.active + remains.resting + remains.waiting;
  const rate = progress.busy_ms > 0 ? counts.items / (progress.busy_ms / 60_000) : null;
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    dry_run: row.dry_run,
    scope: row.scope,
    phase: progress.phase,
    done: Math.max(0, counts.hinted - left - remains.dead),
    total: totalOf(progress),
    read: {
      items: counts.items,
      tasks: counts.tasks,
      projects: progress.phase === "items" ? progress.at : progress.projects.length,
      of_projects: progress.phase === "projects" ? null : progress.projects.length,
    },
    left: remains,
    duplicates: counts.duplicates,
    items_per_minute: rate === null ? null : Math.round(rate),
    eta_minutes: row.status === "queued" || row.status === "running" ? etaOf(progress, callsPerMinute) : null,
    error: row.error,
    created_at: row.created_at,
    finished_at: row.finished_at,
  };
}

/** How many records there are altogether, as far as each side has said. */
export function totalOf({ phase, projects, counts }: Progress): number | null {
  if (phase === "projects" || phase === "projects_settling") return null;
  if (phase !== "items") return counts.hinted;
  let total = counts.plane_projects + counts.odoo_projects;
  for (const { items } of projects) {
    if (items === null) return null;
    total += items;
  }
  return Math.max(total, counts.hinted);
}

/**
 * Minutes until Plane has answered what is still to be read, a page at a time; projects whose list was not begun count as an
 * average one. Null: nobody can tell yet.
 */
export function etaOf(
  { phase, projects, at, position }: Progress,
  callsPerMinute: number | undefined,
): number | null {
  if (callsPerMinute === undefined || callsPerMinute <= 0) return null;
  if (phase === "projects" || phase === "projects_settling") return null;
  if (phase !== "items") return 0;
  const known = projects.flatMap(({ items }) => items ?? []);
  if (known.length === 0) return null;
  const average = known.reduce((sum, items) => sum + items, 0) / known.length;
  const pages = projects.slice(at).reduce((sum, { items }, index) => {
    const left = Math.max(0, (items ?? average) - (index === 0 ? position.read : 0));
    return sum + Math.max(index === 0 && position.read > 0 ? 0 : 1, Math.ceil(left / PAGE_SIZE));
  }, 0);
  return Math.round((pages / callsPerMinute) * 10) / 10;
}
