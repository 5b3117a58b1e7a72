/** The comments of one work item: Plane lists them in no other way. */
import { SuiteError } from "../../errors.ts";
import type { RunHint } from "../../store/runs/backfill.ts";
import type { BackfillDependencies, RunAtWork } from "./dependencies.ts";
import { detailHint } from "./hints.ts";

/** None for a work item that was deleted and whose pair does not know it yet: the sweep finds that out. */
export async function commentsOf(
  item: string,
  project: string,
  run: RunAtWork,
  { plane }: BackfillDependencies,
): Promise<RunHint[]> {
  const hints: RunHint[] = [];
  try {
    for await (const comment of plane.client.comments(project, item)) {
      hints.push(detailHint("issue_comment", comment, project, run.id));
    }
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "plane_not_found") throw thrown;
  }
  return hints;
}
