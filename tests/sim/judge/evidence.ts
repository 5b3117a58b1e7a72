/**
 * What the judge looks at: the simulation, or real servers of which somebody keeps a picture. Only tables and the store's rows;
 * nothing of how they came about.
 */
import type { Database } from "../../../dev/sandbox/odoo/database.ts";
import type { World as PlaneWorld } from "../../../dev/sandbox/plane/world.ts";
import type { SimStore } from "../world/sim_store.ts";
import type { ClaimWatch } from "../world/claim_watch.ts";
import type { History } from "./history.ts";

/** Odoo's tables, or a picture of them: many2one as an id or false, texts and dates as Odoo shows them. */
export interface OdooTables {
  readonly database: Pick<Database, "row" | "rows">;
}

export interface Evidence {
  readonly history: History;
  readonly store: Pick<SimStore, "pairs" | "log" | "conflicts">;
  readonly plane: { readonly world: PlaneWorld };
  readonly odoo: { readonly world: OdooTables };
  readonly claims: Pick<ClaimWatch, "unsettled" | "overtaken">;
}
