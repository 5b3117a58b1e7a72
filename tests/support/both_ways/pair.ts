/** A project and a work item with their partners, for cases that hold with a sandbox Odoo and with a real one. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "../sync_world.ts";

export interface Pair {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  item: string;
  task: number;
  /** For names that may be there only once in Odoo. */
  unique: string;
}

export type Values = Record<string, unknown>;

/** @param odooAheadMs how much later what is written in Odoo counts */
export type StartPair = (odooAheadMs?: number) => Promise<Pair>;

export type BothWaysCase = readonly [behaviour: string, run: (start: StartPair) => Promise<void>];

export function startPairIn(options: SyncWorldOptions): StartPair {
  return async (odooAheadMs = 0) => {
    const world = await createSyncWorld({ ...options, withPlane: true, odooAheadMs });
    const { plane } = world;
    assert(plane !== undefined);
    const made = await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" });
    const project = String(made.id);
    await world.arrive();
    const item = String(
      (await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id,
    );
    await world.arrive();
    const task = Number((await world.partner("issue", item)).id);
    return { world, plane, project, item, task, unique: crypto.randomUUID().slice(0, 8) };
  };
}

export const inPlane = ({ plane, project, item }: Pair) =>
  plane.api("GET", `/projects/${project}/work-items/${item}/`);
export const editPlane = ({ plane, project, item }: Pair, values: Values) =>
  plane.api("PATCH", `/projects/${project}/work-items/${item}/`, values);
export const editOdoo = ({ world, task }: Pair, values: Values) =>
  world.odoo.write("project.task", [task], values);

/** A stage of the pair's own project. */
export async function stageId(pair: Pair, name: string): Promise<number> {
  const { id } = await pair.world.partner("project", pair.project);
  const [stage] = await pair.world.odoo.search("project.task.type", [
    ["project_ids", "in", [id]],
    ["name", "=", name],
  ]);
  return stage ?? assert.fail(`no stage ${name}`);
}

export async function stateName(pair: Pair): Promise<string> {
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/states/`);
  const { state } = await inPlane(pair);
  return (results as { id: string; name: string }[]).find(({ id }) => id === state)?.name ?? "";
}

export async function logged(pair: Pair): Promise<{ field: string; side: string; why: string }[]> {
  const rows = await pair.world.sql<{ changes: { field: string; side: string; why: string }[] }[]>`
    select changes from plane.sync_log order by id`;
  return rows.flatMap(({ changes }) => changes);
}
