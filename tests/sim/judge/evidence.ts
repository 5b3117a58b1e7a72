/**
 * What the judge looks at: the simulation, or real servers of which somebody keeps a picture. Only tables and the store's rows;
 * nothing of how they came about.
 */
import type { Database } from "../../../dev/sandbox/odoo/database.ts";
import type { Label, Project, State, User, WorkItem } from "../../../dev/sandbox/plane/model.ts";
import type { UndoGiven } from "../world/operator.ts";
import type { SimStore } from "../world/sim_store.ts";
import type { ClaimWatch } from "../world/claim_watch.ts";
import type { History } from "./history.ts";

/** Odoo's tables, or a picture of them: many2one as an id or false, texts and dates as Odoo shows them. */
export interface OdooTables {
  readonly database: Pick<Database, "row" | "rows">;
}

/** Plane's tables, or a picture of them. */
export interface PlaneTables {
  readonly users: ReadonlyMap<string, Pick<User, "email">>;
  readonly projects: ReadonlyMap<string, Pick<Project, "id">>;
  readonly states: ReadonlyMap<string, Pick<State, "id" | "project" | "name" | "group" | "sequence">>;
  readonly labels: ReadonlyMap<string, Pick<Label, "id" | "project" | "name" | "created_at">>;
  readonly workItems: ReadonlyMap<string, SeenItem>;
}

/** What is looked at of a work item. */
export type SeenItem = Readonly<
  Pick<
    WorkItem,
    | "id"
    | "project"
    | "name"
    | "description_html"
    | "priority"
    | "state"
    | "parent"
    | "assignees"
    | "labels"
    | "target_date"
    | "archived_at"
    | "external_id"
    | "external_source"
    | "created_at"
  >
>;

export interface Evidence {
  readonly history: History;
  readonly store: Pick<SimStore, "pairs" | "log" | "conflicts">;
  readonly plane: { readonly world: PlaneTables };
  readonly odoo: { readonly world: OdooTables };
  readonly undone: readonly UndoGiven[];
  readonly claims: Pick<ClaimWatch, "unsettled" | "overtaken">;
}
