/** Plane's states as stages of the Odoo project. */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import type { OdooClient } from "../odoo/client.ts";
import type { SyncStore } from "../store/sync_store.ts";
import { externalId } from "./external_id.ts";
import type { PlaneAccess } from "./entity.ts";
import { type PlaneState, STATE_GROUPS } from "./plane_forms.ts";

const stageRecord = z.object({ id: z.number(), name: z.string() });

/**
 * The stage of this project with the state's name, or a new one. A new stage is bound to the project in the same call:
 * a stage without project would become a personal stage of the key's user.
 */
export async function findOrCreateStage(
  odoo: OdooClient,
  odooProject: number,
  state: PlaneState,
): Promise<number> {
  const stages = await odoo.searchRead(
    "project.task.type",
    [["project_ids", "in", [odooProject]]],
    ["name"],
    {
      order: "sequence asc, id asc",
    },
  );
  const wanted = state.name.trim().toLowerCase();
  const same = stages.map((record) => stageRecord.parse(record)).find(({ name }) =>
    name.trim().toLowerCase() === wanted
  );
  if (same !== undefined) return same.id;
  const [id] = await loadStages(odoo, odooProject, [state]);
  if (id === undefined) {
    throw new SuiteError("odoo_bad_answer", { facts: { model: "project.task.type", method: "load" } });
  }
  return id;
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
  return await odoo.load("project.task.type", ["id", "name", "sequence", "fold", "project_ids/.id"], rows);
}

/**
 * The stages of a new project, all at once and in Plane's order. Without access to Plane each stage is made when the first
 * work item needs it.
 */
export async function prepareStages(
  store: SyncStore,
  odoo: OdooClient,
  plane: PlaneAccess | undefined,
  planeProject: string,
  odooProject: number,
): Promise<void> {
  if (plane === undefined) return;
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
    "project.task.type",
    ordered.map(({ id, name }, index) => ({
      planeValue: id,
      planeName: name,
      odooId: stages[index] ?? null,
    })),
  );
}
