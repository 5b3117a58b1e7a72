/** Looks up where an Odoo task belongs in Plane: its project, and the work item it is under. */
import { SuiteError } from "../../errors.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { relatedId } from "./lens.ts";

/** The work item of the parent task; the key it waits for when that has none yet. */
export async function planeParentOf(
  record: OdooRecord,
  { store }: SyncDependencies,
): Promise<{ parent: string | null; waitsFor: string[]; moduleTask?: number }> {
  const id = relatedId(record.parent_id);
  if (id === null) return { parent: null, waitsFor: [] };
  const key = { side: "odoo", model: "project.task", id: String(id) } as const;
  const partner = await store.readPartner(key);
  if (partner?.planeType === "module") return { parent: null, waitsFor: [], moduleTask: id };
  if (partner !== null && partner.planeId !== null) return { parent: partner.planeId, waitsFor: [] };
  await store.hint({ key, priority: 6 });
  return { parent: null, waitsFor: [`project.task:${id}`] };
}

/**
 * The Plane project of a task; null for a private task or one whose project stays out.
 *
 * @throws SuiteError waits_for_project while the project has no partner yet
 */
export async function planeProjectOf(
  record: OdooRecord,
  { store }: SyncDependencies,
): Promise<{ planeId: string; odooId: number } | null> {
  const id = relatedId(record.project_id);
  if (id === null) return null;
  const key = { side: "odoo", model: "project.project", id: String(id) } as const;
  const partner = await store.readPartner(key);
  if (partner !== null && partner.planeId !== null && partner.planeType === "project") {
    return { planeId: partner.planeId, odooId: id };
  }
  // A module's own project is no project of Plane's; what people put into it stays in Odoo.
  if (partner?.planeType === "module") return null;
  await store.hint({ key, priority: 7 });
  throw new SuiteError("waits_for_project", { facts: { waits_for: `project.project:${id}` } });
}
