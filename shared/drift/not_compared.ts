/** What a drift check leaves out, and why. Pure. */
import type { ConfigRow } from "../store/engine/sync_store.ts";
import { configOf } from "../sync/pairs/configuration.ts";

export interface NotCompared {
  /** A kind of Plane's records, an Odoo model, or `archived`: work items in Plane's archive. */
  what: string;
  reason:
    /** Nothing of it is synchronised. */
    | "switched_off"
    /** It costs as many calls, and nobody has asked for it. */
    | "not_asked"
    /** The time was over before that many calls. */
    | "out_of_time"
    /** Plane's lists leave them out, and only who changes one learns whether it is still there. */
    | "not_listed";
  plane_calls?: number;
  records?: number;
}

/** The kinds whose records hang on projects and work items. */
const DETAILS = ["cycle", "issue_comment", "module"] as const;

/** What is switched off, of the details and of the other models that this project holds. */
export function switchedOff(rows: readonly ConfigRow[], project: string): NotCompared[] {
  const isOn = (type: string) => rows.some(({ plane_type, enabled }) => plane_type === type && enabled);
  const models = rows.map(configOf).filter(({ enabled, planeType, options }) =>
    !enabled && planeType === "issue" && options.plane_project === project
  );
  return [...DETAILS.filter((type) => !isOn(type)), ...models.map(({ odooModel }) => odooModel)].map((
    what,
  ) => ({ what, reason: "switched_off" as const }));
}
