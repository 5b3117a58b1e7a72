/** Looks up what the stage of an Odoo task is in Plane. */
import type { OdooRecord } from "../../odoo/client.ts";
import type { PlaneAccess } from "../sides/dependencies.ts";
import { cut } from "./common_lenses.ts";
import { relatedId, relatedName } from "./lens.ts";
import type { PlaneState } from "../sides/plane_forms.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import { closedOf } from "./state_lens.ts";
import { refuseArchivedProject } from "../sides/project_in_sight.ts";

/** Well-known columns, for projects whose stages do not have the names of Plane's states. */
const GROUPS: Readonly<Record<string, PlaneState["group"]>> = {
  "new": "unstarted",
  "to do": "unstarted",
  "in progress": "started",
  "done": "completed",
  "cancelled": "cancelled",
  "canceled": "cancelled",
};

/**
 * The states of the project, and which of them stand for the task's stage: by what is remembered, by name, by a well-known
 * name; else one is made, because every task is in some stage.
 *
 * @throws SuiteError plane_forbidden while the project is archived and lists no states
 */
export async function statesOfStage(
  record: OdooRecord,
  project: string,
  plane: PlaneAccess,
  { store }: { store: Pick<SyncStore, "readValues" | "rememberValues"> },
): Promise<{ states: PlaneState[]; ofStage: Map<number, string[]> }> {
  const states = await plane.directory.allStates(project);
  // Each project has states: where none is listed they are hidden, and one that is made would be there twice.
  if (states.length === 0) await refuseArchivedProject(plane.client, project, "list states");
  const stage = relatedId(record.stage_id);
  if (stage === null) return { states, ofStage: new Map() };
  const known = (await store.readValues({ user: [], label: [], state: states.map(({ id }) => id) })).state;
  const remembered = states.filter(({ id }) => known.get(id)?.odooId === stage);
  if (remembered.length > 0) return { states, ofStage: new Map([[stage, remembered.map(({ id }) => id)]]) };

  const name = cut(relatedName(record.stage_id).trim());
  const group = GROUPS[name.toLowerCase()];
  const free = states.filter(({ id }) => (known.get(id)?.odooId ?? null) === null);
  const match = free.find((state) => state.name.trim().toLowerCase() === name.toLowerCase()) ??
    (group === undefined ? undefined : free.find((state) => state.group === group));
  const state = match ?? await makeState(name, group ?? groupOf(record), project, plane);
  await store.rememberValues("state", "project.task.type", [
    { planeValue: state.id, planeName: state.name, odooId: stage },
  ]);
  return {
    states: match === undefined ? [...states, state] : states,
    ofStage: new Map([[stage, [state.id]]]),
  };
}

function groupOf(record: OdooRecord): PlaneState["group"] {
  const closed = closedOf(record.state);
  return closed === "done" ? "completed" : closed === "canceled" ? "cancelled" : "started";
}

async function makeState(
  name: string,
  group: PlaneState["group"],
  project: string,
  plane: PlaneAccess,
): Promise<PlaneState> {
  const made = await plane.client.createState(project, {
    name: name || "(no name)",
    group,
    color: "#60646C",
  });
  plane.directory.forget(project);
  return { id: made.id, name, group };
}
