/** Who belongs to whom, by the marks the engine left on both servers, and by its own memory. */
import type { Evidence } from "./evidence.ts";

export interface Pair {
  readonly plane: string;
  readonly odoo: string;
}

export async function pairsOf(world: Evidence): Promise<Pair[]> {
  const pairs = new Map<string, Pair>();
  const add = (plane: string, odoo: string) => pairs.set(`${plane} ${odoo}`, { plane, odoo });
  for (const { planeType, planeId, odooId } of await world.store.pairs()) {
    if (planeType === "issue" && planeId !== null && odooId !== null) add(planeId, odooId);
  }
  for (const row of world.odoo.world.database.rows("ir.model.data")) {
    const name = String(row.name);
    if (row.module === "plane" && row.model === "project.task" && name.startsWith("issue_")) {
      add(name.slice("issue_".length), String(row.res_id));
    }
  }
  for (const item of world.plane.world.workItems.values()) {
    const [model, id] = item.external_source === "odoo" ? (item.external_id ?? "").split(",") : [];
    if (model === "project.task" && id !== undefined) add(item.id, id);
  }
  return [...pairs.values()];
}
