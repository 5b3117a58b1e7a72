/** Plane's states as stages of the Odoo project. */
import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import type { OdooClient } from "../../odoo/client.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import { externalId } from "./external_id.ts";
import type { PlaneAccess } from "./dependencies.ts";
import { findByExternalId } from "./odoo_records.ts";
import { type PlaneState, STATE_GROUPS } from "./plane_forms.ts";

const STAGE = "project.task.type";
const stageRecord = z.object({ id: z.number(), name: z.string() });

/**
 * The stage of this project with the state's name, or a new one. A new stage is bound to the project in the same call:
 * a stage without project would become a personal stage of the key's user. One that was made for the state before is only bound to
 * the project as well: other projects may use it.
 *
 * @param former what the state was matched with under its former name
 */
export async function findOrCreateStage(
  odoo: OdooClient,
  odooProject: number,
  state: PlaneState,
  former: { stage: number; name: string } | null = null,
): Promise<number> {
  const stages = await stagesOf(odoo, odooProject);
  const same = stages.find(({ name }) => isSameName(name, state.name));
  if (same !== undefined) return same.id;
  // Renamed in Plane, and nobody has renamed it in Odoo: it follows.
  const known = stages.find(({ id }) => id === former?.stage);
  if (known !== undefined && former !== null) {
    if (isSameName(known.name, former.name)) await odoo.write(STAGE, [known.id], { name: state.name });
    return known.id;
  }
  const made = await findByExternalId(odoo, STAGE, externalId("state", state.id));
  if (made !== null) {
    await odoo.write(STAGE, [made], { project_ids: [[4, odooProject]] });
    return made;
  }
  const [id] = await loadStages(odoo, odooProject, [state]);
  if (id === undefined) throw new SuiteError("odoo_bad_answer", { facts: { model: STAGE, method: "load" } });
  return id;
}

async function stagesOf(odoo: OdooClient, odooProject: number): Promise<z.output<typeof stageRecord>[]> {
  const records = await odoo.searchRead(STAGE, [["project_ids", "in", [odooProject]]], ["name"], {
    order: "sequence asc, id asc",
  });
  return records.map((record) => stageRecord.parse(record));
}

function isSameName(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}

/** Makes or updates the stages of these states, in Plane's order of groups; one call. Returns their ids in that order. */
async function loadStages(
  odoo: OdooClient,
  odooProject: number,
  states: readonly PlaneState[],
): Promise<number[]> {
  if (states.length === 0) return [];
  const rows = states.map((state, index) => [
    externalId("state", state.id),
    state.name,
    String(10 * (STATE_GROUPS.indexOf(state.group) + 1) + Math.min(index, 9)),
    state.group === "completed" || state.group === "cancelled" ? "True" : "False",
    String(odooProject),
  ]);
  return await odoo.load(STAGE, ["id", "name", "sequence", "fold", "project_ids/.id"], rows);
}

/**
 * The stages of a project that has none yet, all at once and in Plane's order. In one that has its own, and without access to
 * Plane, each stage is found or made when the first work item needs it.
 */
export async function prepareStages(
  store: SyncStore,
  odoo: OdooClient,
  plane: PlaneAccess | undefined,
  planeProject: string,
  odooProject: number,
): Promise<void> {
  if (plane === undefined || (await stagesOf(odoo, odooProject)).length > 0) return;
  const states = (await plane.client.states(planeProject)).filter(({ group }) => group !== "triage");
  const ordered = states
    .map(({ id, name, group, sequence }) => ({
      id,
      name,
      group: group as PlaneState["group"],
      sequence: sequence ?? 0,
    }))
    .sort((a, b) => STATE_GROUPS.indexOf(a.group) - STATE_GROUPS.indexOf(b.group) || a.sequence - b.sequence);
  const stages = await loadStages(odoo, odooProject, ordered);
  await store.rememberValues(
    "state",
    STAGE,
    ordered.map(({ id, name }, index) => ({
      planeValue: id,
      planeName: name,
      odooId: stages[index] ?? null,
    })),
  );
}
