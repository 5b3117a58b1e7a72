/**
 * A stand-in for the sweep: it looks at everything on both sides and leaves a hint for each record, so that nothing depends on
 * webhooks alone. Pairs get one too: what was deleted is in no list.
 */
import type { Hint, RecordKey } from "../../../shared/store/engine/sync_store.ts";
import type { Evidence } from "../judge/evidence.ts";
import { keysOf, type SimStore } from "./sim_store.ts";

export async function sweep(...sides: Parameters<typeof sweepHints>): Promise<void> {
  for (const hint of await sweepHints(...sides)) await sides[0].port.hint(hint);
}

/** The hints of a sweep, to be left one by one. */
export async function sweepHints(
  store: Pick<SimStore, "port" | "pairs">,
  plane: Evidence["plane"],
  odoo: Evidence["odoo"],
): Promise<Hint[]> {
  const hint = (key: RecordKey, projectId: string | null): Hint => (
    { key, priority: 3, projectId, readFirst: key.side === "plane" }
  );
  const ofModel = (model: string) =>
    [...odoo.world.database.rows(model)].map(({ id }) => hint({ side: "odoo", model, id: String(id) }, null));
  return [
    ...[...plane.world.projects.keys()].map((id) => hint({ side: "plane", type: "project", id }, id)),
    ...[...plane.world.workItems.values()]
      .filter(({ archived_at }) => archived_at === null)
      .map(({ id, project }) => hint({ side: "plane", type: "issue", id }, project)),
    ...ofModel("project.project"),
    ...ofModel("project.task"),
    ...(await store.pairs()).flatMap(keysOf).map((key) => hint(key, null)),
  ];
}
