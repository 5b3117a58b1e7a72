/** How many records of another model there are, how many have a work item, and why the rest has none. */
import type { OdooDomain } from "../odoo/client.ts";
import type { KnownPair, Unsettled } from "../store/runs/backfill.ts";
import type { BackfillDependencies } from "./steps/dependencies.ts";
import type { ModelPair } from "./steps/models.ts";

export interface ModelReport {
  odoo_model: string;
  plane_project: string;
  /** What the filters take, as of now. */
  odoo_records: number;
  paired: number;
  waiting: number;
  resting: number;
  dead: number;
  /** Left out by the configuration, or made meanwhile. */
  unpaired_odoo: number;
}

/** @param pairs of the model in the project */
export async function modelReport(
  { model, project, domain }: ModelPair,
  pairs: readonly KnownPair[],
  unsettled: readonly Unsettled[],
  { odoo }: Pick<BackfillDependencies, "odoo">,
): Promise<ModelReport> {
  const count = async (wanted: OdooDomain) => {
    const found = await odoo.call(model, "search_count", { domain: wanted });
    return typeof found === "number" ? found : 0;
  };
  const whole = pairs.filter(({ planeId, odooId }) => planeId !== null && odooId !== null);
  const ids = whole.flatMap(({ odooId }) => odooId ?? []);
  const records = await count(domain);
  const paired = ids.length === 0 ? 0 : await count([["id", "in", ids], ...domain]);
  const items = new Set(whole.map(({ planeId }) => `issue:${planeId}`));
  const isUnborn = ({ entity_key }: Unsettled) => entity_key.startsWith(`${model}:`);
  const own = unsettled.filter((entry) => isUnborn(entry) || items.has(entry.entity_key));
  const inState = (state: Unsettled["state"]) => own.filter((entry) => entry.state === state).length;
  return {
    odoo_model: model,
    plane_project: project,
    odoo_records: records,
    paired,
    waiting: inState("waiting"),
    resting: inState("resting"),
    dead: inState("dead"),
    unpaired_odoo: Math.max(0, records - paired - own.filter(isUnborn).length),
  };
}
