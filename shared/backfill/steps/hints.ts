/** From a row of Plane's list to the hint that has it carried over. Pure. */
import type { JsonObject } from "../../json.ts";
import type { PlaneProject, PlaneWorkItem } from "../../plane/client.ts";
import type { RunHint } from "../../store/runs/backfill.ts";
import { odooRecordOf } from "../../sync/sides/external_id.ts";
import { PRIORITY } from "./dependencies.ts";
import { nameKey } from "./match.ts";
import type { OdooIndex } from "./odoo_index.ts";
import type { BackfillScope } from "./scope.ts";

/** Under this name records wait until the matches of their project are decided. */
export function holdOf(runId: string, project: string): string {
  return `run:${runId}:${project}`;
}

export interface ItemContext {
  runId: string;
  project: string;
  direction: BackfillScope["direction"];
  /** Plane ids that have a pair or an intent. */
  paired: ReadonlySet<string>;
  /** Other models whose records this project shows. */
  models: ReadonlySet<string>;
  index: OdooIndex;
}

/**
 * The hint of one work item; null when it has no partner and shall not get one. It carries the row, so that nothing is read
 * twice. A child waits for its parent; who has a namesake in Odoo waits until all of the project is known.
 */
export function itemHint(item: PlaneWorkItem, context: ItemContext): RunHint | null {
  const { runId, project, direction, paired, index } = context;
  const hint = (more: RunHint["payload"], waitsFor: readonly string[]): RunHint => ({
    key: { side: "plane", type: "issue", id: item.id },
    priority: PRIORITY,
    projectId: project,
    payload: { project_id: project, run_id: runId, observed: asJson(item), ...more },
    ...(waitsFor.length === 0 ? {} : { waitsFor }),
  });
  const ofModel = paired.has(item.id) ? null : modelHint(item, context);
  if (ofModel !== null) return ofModel;
  const parent = item.parent === null || item.parent === item.id ? [] : [`issue:${item.parent}`];
  const external = index.byExternal.get(item.id);
  if (paired.has(item.id) || odooRecordOf(item) !== null) return hint({}, []);
  if (external !== undefined) return hint({ looked_up: true, match_odoo_id: external }, parent);
  if (index.byName.has(nameKey(item.name))) return hint({ looked_up: true }, [holdOf(runId, project)]);
  return direction === "to_plane" ? null : hint({ looked_up: true }, parent);
}

/**
 * The hint of a work item that is, or is to be, a record of one of these models: its pair with the row, or the record it was made
 * for. Null: it is nobody's, or of another model.
 */
export function modelHint(
  item: PlaneWorkItem,
  { runId, project, paired, models }: Pick<ItemContext, "runId" | "project" | "paired" | "models">,
): RunHint | null {
  if (paired.has(item.id)) return detailHint("issue", item, project, runId);
  const record = odooRecordOf(item);
  if (record === null || !models.has(record.model)) return null;
  const hint = recordHint(record.model, record.id, project, runId);
  return { ...hint, payload: { ...hint.payload, match_plane_id: item.id } };
}

/** The hint of an Odoo record that is to be a work item of this project. */
export function recordHint(model: string, id: number, project: string, runId: string): RunHint {
  return { ...odooHint(model, id, runId), projectId: project };
}

/** The hint of a project; `match` is the Odoo project it was found to be. */
export function projectHint(project: PlaneProject, runId: string, match: number | undefined): RunHint {
  return {
    key: { side: "plane", type: "project", id: project.id },
    priority: PRIORITY + 1,
    projectId: project.id,
    payload: {
      project_id: project.id,
      run_id: runId,
      observed: asJson(project),
      looked_up: true,
      ...(match === undefined ? {} : { match_odoo_id: match }),
    },
  };
}

export function odooHint(model: string, id: number, runId: string, priority = PRIORITY): RunHint {
  return { key: { side: "odoo", model, id: String(id) }, priority, payload: { run_id: runId } };
}

/** The hint of what hangs on a project or work item, with the row. */
export function detailHint(type: string, row: { id: string }, project: string, runId: string): RunHint {
  return {
    key: { side: "plane", type, id: row.id },
    priority: PRIORITY,
    projectId: project,
    payload: { project_id: project, run_id: runId, observed: asJson(row) },
  };
}

/** What the client parsed, as it goes into a payload: only what JSON has. */
function asJson(row: object): JsonObject {
  return JSON.parse(JSON.stringify(row)) as JsonObject;
}
