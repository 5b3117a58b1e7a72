/** `?action=undo`: takes back one row of the log, or all that a run did, as planned synchronisations. */
import { SuiteError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { UndoSelection, UndoStore } from "../store/runs/history.ts";
import { kindOf } from "../sync/kinds.ts";
import { type AwayBy, planUndo, type Skipped, type Undoing } from "./plan_undo.ts";

export interface UndoAnswer {
  dry_run: boolean;
  /** The run whose rows in plane.sync_log say what came of it; it can be undone too. Null when nothing is to be done. */
  run_id: string | null;
  undoing: Undoing[];
  not_undone: Skipped[];
}

/**
 * Ordered here, carried out by the next look at each pair: what somebody changes until then stays, and is logged as
 * `changed_since`.
 *
 * @throws SuiteError not_found when the selection changed nothing
 */
export async function undo(
  store: UndoStore,
  selection: UndoSelection,
  { dryRun, by }: { dryRun: boolean; by: string },
): Promise<UndoAnswer> {
  const rows = await store.readUndoable(selection);
  if (rows.length === 0) {
    throw new SuiteError("not_found", { message: "Nothing in the log was changed by this." });
  }
  const { orders, undoing, not_undone } = planUndo(rows, awayBy);
  if (dryRun || orders.length === 0) return { dry_run: dryRun, run_id: null, undoing, not_undone };
  const scope: JsonObject = "logId" in selection ? { log_id: selection.logId } : { run_id: selection.runId };
  const report: JsonObject = {
    ordered: undoing.length,
    not_undone: not_undone.map(({ log_id, field, reason }) => ({ log_id, field, reason })),
  };
  const { runId, refused } = await store.orderUndo(orders, { scope, report, by });
  // Somebody opened a conflict, ordered the same, or unlinked the pair between the reading and the order.
  const late = undoing.filter((_, place) => refused.includes(place)).map((
    { log_id, entity, field },
  ): Skipped => (
    { log_id, entity, field, reason: "in_conflict" }
  ));
  return {
    dry_run: false,
    run_id: runId,
    undoing: undoing.filter((_, place) => !refused.includes(place)),
    not_undone: [...not_undone, ...late],
  };
}

/** What the pair's kind says; a field that people may map must be mapped. */
const awayBy: AwayBy = ({ plane_type, odoo_model, mapped }) => {
  const kind = plane_type === null || odoo_model === null ? undefined : kindOf(plane_type, odoo_model);
  if (kind === undefined) return null;
  const away = kind.use(({ putAway }) =>
    putAway === null ? null : { field: putAway?.field ?? "archived", always: putAway?.lens !== undefined }
  );
  return away === null || (!away.always && !mapped.includes(away.field)) ? null : away.field;
};
