/** `?action=explain`: who set the current value of a field, from which event, by which rule. */
import { SuiteError } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Sql } from "../store/database.ts";
import {
  type HistoryPair,
  type HistoryRow,
  type LoggedChange,
  readFieldHistory,
} from "../store/runs/history.ts";

interface Written {
  side: "plane" | "odoo";
  from: Json;
  to: Json;
}

interface Step {
  log_id: string;
  at: string;
  /** Which rule decided; the words are those of plane.sync_log. */
  rule: string;
  /** Who changed the value on the other side: the id of a Plane user, or `res.users,<id>`. */
  actor: string | null;
  written: Written[];
  event: HistoryRow["delivery"];
  run: HistoryRow["run"];
  undoes?: string;
}

export interface Explanation {
  entity: { plane: string | null; odoo: string | null };
  field: string;
  /** What both sides last agreed on, each in its own form. */
  agreed: { plane: Json; odoo: Json };
  /** What set it; null: never written by a synchronisation, it was so when the pair was linked. */
  set_by: Step | null;
  /** Since when the value is known to be agreed on. */
  since: string;
  /** What came before, the latest first. */
  before: Step[];
}

/**
 * @throws SuiteError not_found when the record belongs to no pair, or nothing is known of the field
 */
export async function explain(
  sql: Sql,
  entity: { type: string; id: string },
  field: string,
): Promise<Explanation> {
  const history = await readFieldHistory(sql, entity, field);
  if (history === null) {
    throw new SuiteError("not_found", { message: "This record belongs to no pair." });
  }
  return explanationOf(history.pair, history.rows, field);
}

/** @param rows the latest first */
function explanationOf(pair: HistoryPair, rows: readonly HistoryRow[], field: string): Explanation {
  const { plane_base, odoo_base } = pair;
  const steps = rows.flatMap((row) => stepOf(row, field) ?? []);
  const known = [plane_base, odoo_base].some((base) => base !== null && Object.hasOwn(base, field));
  if (steps.length === 0 && !known) {
    throw new SuiteError("not_found", { message: "Nothing is known of this field of the pair." });
  }
  const [latest = null, ...before] = steps;
  return {
    entity: {
      plane: pair.plane_id === null ? null : `${pair.plane_type}:${pair.plane_id}`,
      odoo: pair.odoo_id === null ? null : `${pair.odoo_model}:${pair.odoo_id}`,
    },
    field,
    agreed: { plane: own(plane_base, field), odoo: own(odoo_base, field) },
    set_by: latest,
    since: latest?.at ?? pair.created_at,
    before,
  };
}

/** Null: the row only says that something was left to a person. */
function stepOf(row: HistoryRow, field: string): Step | null {
  const changes = row.changes.filter((change) => change.field === field && change.why !== "kept");
  const [first] = changes;
  if (first === undefined) return null;
  return {
    log_id: row.log_id,
    at: row.at,
    rule: first.why,
    actor: row.actor,
    written: first.why === "same_on_both"
      ? []
      : changes.map(({ side, from, to }: LoggedChange) => ({ side, from, to })),
    event: row.delivery,
    run: row.run,
    ...(first.undoes === undefined ? {} : { undoes: first.undoes }),
  };
}

function own(base: JsonObject | null, field: string): Json {
  return base !== null && Object.hasOwn(base, field) ? base[field] ?? null : null;
}
