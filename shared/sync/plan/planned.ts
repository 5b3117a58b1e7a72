/** What a plan consists of: what each side is told, and why. */
import type { Json } from "../../json.ts";
import type { Joined } from "../lenses/lens.ts";

export type Side = "plane" | "odoo";

/** Which rule decided; `kept`: both sides changed and nothing was written, because a person is to choose. */
export type Why =
  | "created"
  | "changed_in_plane"
  | "changed_in_odoo"
  | "conflict_plane_won"
  | "conflict_odoo_won"
  | "resolved"
  | "joined"
  | "same_on_both"
  | "undone"
  | "kept";

/** One field's change as it is logged: the values of the side that is written, before and after. */
export interface Change {
  field: string;
  side: Side;
  from: Json;
  to: Json;
  why: Why;
  base: Json;
  /** With `undone`: the row of plane.sync_log that was taken back. */
  undoes?: string;
}

/** Both sides changed, and a person is to choose. */
export interface Conflict {
  field: string;
  base: Json;
  plane_value: Json;
  odoo_value: Json;
}

export interface Plan {
  /** Field of each side -> value; empty: nothing to write there. */
  odoo: Record<string, Json>;
  plane: Record<string, Json>;
  changes: Change[];
  /** Fields both sides agree on once the values are written. */
  agreed: string[];
  /** Fields that wait for a record without partner. */
  waiting: string[];
  conflicts: Conflict[];
  /** Fields whose open conflict is over. */
  settled: string[];
  placeholders: Record<string, string>;
  /** What each written lens is to see afterwards, by field. */
  expected: { odoo: Record<string, Json>; plane: Record<string, Json> };
  joined: Record<string, Joined>;
  /** Which lenses set a name of each side. */
  owners: { odoo: Record<string, string[]>; plane: Record<string, string[]> };
}

export function emptyPlan(): Plan {
  return {
    odoo: {},
    plane: {},
    changes: [],
    agreed: [],
    waiting: [],
    conflicts: [],
    settled: [],
    placeholders: {},
    expected: { odoo: {}, plane: {} },
    joined: {},
    owners: { odoo: {}, plane: {} },
  };
}
