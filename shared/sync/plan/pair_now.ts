/** Both records of a pair as they are now. */
import type { OdooRecord } from "../../odoo/client.ts";
import type { MappingRow } from "../../store/engine/sync_store.ts";
import type { AttemptOver } from "./attempts.ts";
import type { ActiveLens } from "./plan_input.ts";

export interface PairNow<Form> {
  mapping: MappingRow;
  /** Null: made now. */
  form: Form | null;
  record: OdooRecord | null;
  odooId: number | null;
  /** Where a work item is made. */
  projectId: string | null;
  /** The Plane record was read in this very pass. */
  fresh: boolean;
  /** The pair was only just linked (again): nothing is known to be agreed. */
  linkedNow: boolean;
  /** Where an earlier try made the record that was linked now, when one did. */
  madeBefore?: "plane" | "odoo" | undefined;
  /** What became of notes of an earlier pass in this very claim. */
  over?: readonly AttemptOver[] | undefined;
  lenses: readonly ActiveLens<Form>[];
  fields: readonly string[];
}
