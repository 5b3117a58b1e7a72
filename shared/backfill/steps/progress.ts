/** How far a backfill has come: `progress` of its plane.sync_run row, from which anybody can go on. */
import { z } from "zod";
import { BEGINNING, listPositionSchema } from "../../plane/counted_pages.ts";

/** At most so many groups of namesakes are listed; all are counted. */
const MOST_DUPLICATES = 500;

const duplicateSchema = z.object({
  /** Null: projects themselves. */
  project: z.string().nullable(),
  name: z.string(),
  plane: z.array(z.string()),
  odoo: z.array(z.number()),
});

const projectSchema = z.object({
  plane: z.string(),
  odoo: z.number(),
  name: z.string(),
  /** Work items in Plane's list, once it was begun; tasks in Odoo. */
  items: z.number().nullable(),
  tasks: z.number().nullable(),
  /** Of `items`, those that are records of another model; pairs of other models that began with a work item, before the list. */
  others: z.number(),
  taken: z.number(),
});

const progressSchema = z.object({
  /** Each is gone through once: `settling` waits until the queue has carried out what was hinted. */
  phase: z.enum([
    "projects",
    "projects_settling",
    "items",
    "settling",
    "models",
    "details",
    "details_settling",
    "report",
  ]),
  projects: z.array(projectSchema),
  /** The project at work. */
  at: z.number().int(),
  /** What of it: Plane's list, that list once more because it moved while it was read, Odoo's tasks, who waited for a match. */
  side: z.enum(["plane", "plane_again", "odoo", "release"]),
  position: listPositionSchema,
  /** Of documents and models of one's own: which pair, whether its work items were gone through, the last record. */
  models: z.object({ at: z.number().int(), listed: z.boolean(), after: z.number() }),
  /** In the details: the last message of Odoo's, whether cycles and modules are hinted, the last item whose comments were read. */
  detail: z.object({ message: z.number().nullable(), planning: z.boolean(), item: z.string() }),
  counts: z.object({
    plane_projects: z.number(),
    odoo_projects: z.number(),
    items: z.number(),
    tasks: z.number(),
    records: z.number(),
    details: z.number(),
    hinted: z.number(),
    matched: z.number(),
    duplicates: z.number(),
    plane_calls: z.number(),
    odoo_calls: z.number(),
    read_again: z.number(),
  }),
  duplicates: z.array(duplicateSchema),
  /** Time spent reading, in ms, without the pauses between requests to us. */
  busy_ms: z.number(),
  /** What is left of it in the queue, as of the last look. */
  remains: z.object({ active: z.number(), waiting: z.number(), resting: z.number(), dead: z.number() }),
});

export type Progress = z.output<typeof progressSchema>;
export type Duplicate = z.output<typeof duplicateSchema>;
export type ProjectProgress = z.output<typeof projectSchema>;

export const NOTHING_DONE: Progress = {
  phase: "projects",
  projects: [],
  at: 0,
  side: "plane",
  position: BEGINNING,
  models: { at: 0, listed: false, after: 0 },
  detail: { message: 0, planning: false, item: "" },
  counts: {
    plane_projects: 0,
    odoo_projects: 0,
    items: 0,
    tasks: 0,
    records: 0,
    details: 0,
    hinted: 0,
    matched: 0,
    duplicates: 0,
    plane_calls: 0,
    odoo_calls: 0,
    read_again: 0,
  },
  duplicates: [],
  busy_ms: 0,
  remains: { active: 0, waiting: 0, resting: 0, dead: 0 },
};

/** Where a run goes on; from the beginning when the row says nothing that is understood, which is safe: nothing is doubled. */
export function readProgress(progress: unknown): Progress {
  return progressSchema.safeParse(progress).data ?? NOTHING_DONE;
}

/** Adds to the counts. */
export function counted(progress: Progress, more: Partial<Progress["counts"]>): Progress {
  const counts = { ...progress.counts };
  for (const [name, value] of Object.entries(more)) counts[name as keyof typeof counts] += value ?? 0;
  return { ...progress, counts };
}

export function withDuplicates(progress: Progress, found: readonly Duplicate[]): Progress {
  if (found.length === 0) return progress;
  const listed = [...progress.duplicates, ...found].slice(0, MOST_DUPLICATES);
  return counted({ ...progress, duplicates: listed }, { duplicates: found.length });
}

/** The next project of the phase, or the next phase after the last one. */
export function nextProject(progress: Progress): Progress {
  const at = progress.at + 1;
  const detail = { ...NOTHING_DONE.detail, message: progress.detail.message };
  const fresh = { side: "plane" as const, position: BEGINNING, detail };
  if (at < progress.projects.length) return { ...progress, ...fresh, at };
  return {
    ...progress,
    ...fresh,
    at: 0,
    phase: progress.phase === "items" ? "settling" : "details_settling",
  };
}
