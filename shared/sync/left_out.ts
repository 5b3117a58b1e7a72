/**
 * Projects that the configuration of projects leaves out. Such a project is parked until that configuration changes or somebody
 * says something of it; what belongs to it is settled, and woken when the project gets its partner.
 */
import { SuiteError } from "../errors.ts";
import type { Claimed } from "../store/queue.ts";
import type { PairRow, RecordKey } from "../store/engine/sync_store.ts";
import { type Effect, effectOf } from "./effect.ts";
import { relatedId } from "./lenses/lens.ts";
import { configOf, type PairConfig, waysOf } from "./pairs/configuration.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { PROJECT_MODEL, TASK_MODEL } from "./sides/models.ts";
import { matches, readRecord } from "./sides/odoo_records.ts";

export type ProjectKey = { side: "plane"; id: string } | { side: "odoo"; id: number };

/** Whether a project without partner gets none, as far as the configuration alone says so. */
export function leavesOut(config: PairConfig, project: ProjectKey): boolean {
  const ways = waysOf(config, null);
  const { create_in_odoo, create_in_plane, plane_projects, odoo_projects } = config.options;
  return project.side === "plane"
    ? !ways.toOdoo || create_in_odoo === false || plane_projects?.includes(project.id) === false
    : !ways.toPlane || create_in_plane === false || odoo_projects?.includes(project.id) === false;
}

/**
 * The end of a look at a project that is left out, whoever asked: who waits for it would be forgotten with it. A run that asked
 * does not wait for what nobody may make: what is parked for this is no run's any more.
 *
 * @throws SuiteError left_out: it is parked
 */
export function leaveOut(): never {
  throw new SuiteError("left_out");
}

/**
 * What settling writes of a record that waits for a project which is left out; null when it fails for another reason, or is one of
 * a pair: that one's changes are not dropped.
 *
 * @throws SuiteError left_out for a comment of such a record in Plane: it is parked
 */
export async function leftOutWithProject(
  thrown: unknown,
  claimed: Claimed,
  { mapping }: Pick<PairRow, "mapping">,
  deps: SyncDependencies,
): Promise<Effect | null> {
  if (!(thrown instanceof SuiteError) || thrown.code !== "waits_for_project") return null;
  if (mapping !== null && mapping.plane_id !== null && mapping.odoo_id !== null) return null;
  const waitsFor = String(thrown.facts.waits_for ?? "");
  const project = await projectOf(waitsFor, claimed, deps);
  if (project === null || !await isLeftOut(project, deps)) return null;
  // Nobody finds a comment again without what announced it: that is kept.
  if (waitsFor.startsWith("issue:")) throw new SuiteError("left_out", { facts: { waits_for: waitsFor } });
  return { ...effectOf(claimed, mapping?.id ?? null), waits_for: [waitsFor] };
}

/** The project that is missed, or that of the work item or task that is. */
async function projectOf(
  waitsFor: string,
  claimed: Claimed,
  deps: SyncDependencies,
): Promise<ProjectKey | null> {
  const colon = waitsFor.indexOf(":");
  const [type, id] = [waitsFor.slice(0, colon), waitsFor.slice(colon + 1)];
  if (type === "project") return { side: "plane", id };
  if (type === PROJECT_MODEL) return { side: "odoo", id: Number(id) };
  if (type === "issue") {
    const project = claimed.payload.project_id ?? claimed.planeProjectId;
    return project === null ? null : { side: "plane", id: project };
  }
  if (type !== TASK_MODEL) return null;
  const task = await readRecord(deps.odoo(), TASK_MODEL, Number(id), ["project_id"]);
  const project = task === null ? null : relatedId(task.project_id);
  return project === null ? null : { side: "odoo", id: project };
}

async function isLeftOut(project: ProjectKey, deps: SyncDependencies): Promise<boolean> {
  const key: RecordKey = project.side === "plane"
    ? { side: "plane", type: "project", id: project.id }
    : { side: "odoo", model: PROJECT_MODEL, id: String(project.id) };
  const { configs, mapping, tombstone } = await deps.store.readPair(key);
  const row = configs.find(({ plane_type, odoo_model }) =>
    plane_type === "project" && odoo_model === PROJECT_MODEL
  );
  if (row === undefined || !row.enabled || mapping !== null || tombstone !== null) return false;
  const config = configOf(row);
  if (leavesOut(config, project)) return true;
  const { odoo_domain } = config.options;
  return project.side === "odoo" && odoo_domain !== undefined &&
    !await matches(deps.odoo(), PROJECT_MODEL, project.id, odoo_domain);
}
