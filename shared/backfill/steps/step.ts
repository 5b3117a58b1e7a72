/** One step of a backfill: short enough that a crash costs little, and safe to do twice. */
import type { BackfillDependencies, RunAtWork } from "./dependencies.ts";
import { stepDetails } from "./details.ts";
import { stepItems } from "./items.ts";
import { stepModels } from "./models.ts";
import type { Progress } from "./progress.ts";
import { hintProjects, pairedProjects } from "./projects.ts";

export interface Step {
  progress: Progress;
  /** The queue has work of this run: look again a little later. */
  wait: boolean;
  /** What is left backs off after failures: nothing to do here until it is due. */
  rests: boolean;
}

export async function takeStep(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
): Promise<Step> {
  const go = (next: Progress): Step => ({ progress: next, wait: false, rests: false });
  switch (progress.phase) {
    case "projects":
      return go(await hintProjects(progress, run, deps));
    case "projects_settling":
      return await settling(progress, run, deps, (next) => pairedProjects(next, run, deps));
    case "items":
      return go(await stepItems(progress, run, deps));
    case "settling":
      return await settling(
        progress,
        run,
        deps,
        (next) => Promise.resolve({ ...next, phase: "models", at: 0 }),
      );
    case "models":
      return go(await stepModels(progress, run, deps));
    case "details":
      return go(await stepDetails(progress, run, deps));
    case "details_settling":
      return await settling(progress, run, deps, (next) => Promise.resolve({ ...next, phase: "report" }));
    case "report":
      return go(progress);
  }
}

/** Goes on when the queue has carried out all that can be carried out: what waits or was given up is reported, not waited for. */
async function settling(
  progress: Progress,
  run: RunAtWork,
  deps: BackfillDependencies,
  goOn: (progress: Progress) => Promise<Progress>,
): Promise<Step> {
  const remains = await deps.store.remains(run.id);
  const seen = { ...progress, remains };
  if (remains.active > 0) {
    deps.ring();
    return { progress: seen, wait: true, rests: false };
  }
  if (remains.resting > 0) return { progress: seen, wait: true, rests: true };
  if (remains.waiting > 0) {
    const ambiguous = progress.duplicates.flatMap(({ plane }) => plane);
    if (await deps.store.wakeWaiting(run.id, ambiguous) > 0) {
      deps.ring();
      return { progress: seen, wait: true, rests: false };
    }
  }
  return { progress: await goOn(seen), wait: false, rests: false };
}
