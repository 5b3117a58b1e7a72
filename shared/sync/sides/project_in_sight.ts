/** What Plane shows of a project to the integration's user: all of it, what an archived one still shows, or nothing. */
import { SuiteError } from "../../errors.ts";
import type { PlaneClient, PlaneProject } from "../../plane/client.ts";

/**
 * Plane says 404 of a secret project whose member the integration's user is not, as of a deleted one: by itself it says no more
 * than that nobody may look.
 *
 * @throws SuiteError plane_forbidden
 */
export async function readProject(client: PlaneClient, projectId: string): Promise<PlaneProject> {
  try {
    return await client.project(projectId);
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "plane_not_found") throw thrown;
    throw new SuiteError("plane_forbidden", { facts: { operation: "read project" } });
  }
}

/**
 * An archived project lists no states, labels and comments: what is not among them may well be there.
 *
 * @param operation what was asked, for the error
 * @throws SuiteError plane_forbidden while the project is archived: nobody may look now
 */
export async function refuseArchivedProject(
  client: PlaneClient,
  projectId: string,
  operation: string,
): Promise<void> {
  const { archived_at } = await readProject(client, projectId);
  if (archived_at !== null) throw new SuiteError("plane_forbidden", { facts: { operation } });
}
