/**
 * A stand-in for the sweep: it looks at everything on both sides and leaves a hint for each record, so that nothing depends on
 * webhooks alone. Pairs get one too: what was deleted is in no list.
 */
import type { RecordKey } from "../../../shared/store/sync_store.ts";
import type { Evidence } from "../judge/evidence.ts";
import { keysOf, type SimStore } from "./sim_store.ts";

export async function sweep(
  store: Pick<SimStore, "port" | "pairs">,
  plane: Evidence["plane"],
  odoo: Evidence["odoo"],
): Promise<void> {
  const hint = (key: RecordKey, projectId: string | null) =>
    store.port.hint({ key, priority: 3, projectId, readFirst: key.side === "plane" });
  for (const { id } of plane.world.projects.values()) {
    await hint({ side: "plane", type: "project", id }, id);
  }
  for (const { id, project, archived_at } of plane.world.workItems.values()) {
    if (archived_at === null) await hint({ side: "plane", type: "issue", id }, project);
  }
  for (const model of ["project.project", "project.task"]) {
    for (const { id } of odoo.world.database.rows(model)) {
      await hint({ side: "odoo", model, id: String(id) }, null);
    }
  }
  for (const pair of await store.pairs()) {
    for (const key of keysOf(pair)) await hint(key, null);
  }
}
