/** Work items that are in a list of Plane's no more: did they leave, or are they archived? Lists leave archived ones out. */
import { SuiteError } from "../../errors.ts";
import type { PlaneClient } from "../../plane/client.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";

/** Up to so many are asked for one by one; more are looked for in the project's list of ids, at a hundred a call. */
const ASKED_SINGLY = 3;

/**
 * Those of these work items that did not leave: they are archived or deleted, and what their task carries stays with it. Each is
 * hinted, because archiving is not announced either.
 */
export async function leftBehind(
  projectId: string | null,
  items: readonly string[],
  { plane, store }: SyncDependencies,
): Promise<Set<string>> {
  if (items.length === 0 || plane === undefined || projectId === null) return new Set();
  const visible = items.length <= ASKED_SINGLY
    ? await readSingly(plane.client, projectId, items)
    : await listed(plane.client, projectId);
  const gone = items.filter((item) => !visible.has(item));
  for (const id of gone) {
    await store.hint({
      key: { side: "plane", type: "issue", id },
      projectId,
      readFirst: true,
      priority: 5,
      payload: { project_id: projectId },
    });
  }
  return new Set(gone);
}

async function readSingly(
  client: PlaneClient,
  projectId: string,
  items: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const item of items) {
    try {
      await client.workItem(projectId, item);
      found.add(item);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError) || thrown.code !== "plane_not_found") throw thrown;
    }
  }
  return found;
}

async function listed(client: PlaneClient, projectId: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { id } of client.workItemRows(projectId, { fields: ["id"] })) found.add(id);
  return found;
}
