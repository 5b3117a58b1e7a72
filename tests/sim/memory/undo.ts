/** plane.order_undo, and what it is planned from. */
import type { FieldOrder, LoggedChange, UndoableRow, UndoStore } from "../../../shared/store/runs/history.ts";
import { entityKey, leaveFreeHint } from "./hints.ts";
import type { LogRow, Tables } from "./tables.ts";

export function undoStore(tables: Tables, now: () => number, newId: () => string): UndoStore {
  return {
    readUndoable: (selection) =>
      Promise.resolve(
        tables.log.filter((row) =>
          "logId" in selection && String(row.id) === selection.logId && row.success && row.changes.length > 0
        ).map((row) => undoableRow(tables, row)),
      ),
    orderUndo: (orders) => {
      const runId = newId();
      const refused = orders.flatMap((order, place) =>
        leaveOrder(tables, order, runId, now(), newId) ? [] : [place]
      );
      return Promise.resolve({ runId, refused });
    },
  };
}

function undoableRow(tables: Tables, { id, operation, changes, mappingId }: LogRow): UndoableRow {
  const mapping = tables.mappings.get(mappingId ?? "");
  const snapshot = tables.snapshots.get(mappingId ?? "");
  const config = tables.configs.find(({ plane_type, odoo_model }) =>
    plane_type === mapping?.plane_type && (odoo_model === mapping.odoo_model || plane_type === "module")
  );
  const since = tables.log.filter((later) => later.mappingId === mappingId && later.id > id && later.success)
    .flatMap((later) => logged(later)).filter(({ why }) => why !== "kept" && why !== "same_on_both");
  return {
    log_id: String(id),
    operation,
    changes: logged({ changes }),
    mapping_id: mapping?.id ?? null,
    plane_type: mapping?.plane_type ?? null,
    plane_id: mapping?.plane_id ?? null,
    odoo_model: mapping?.odoo_model ?? null,
    odoo_id: mapping?.odoo_id ?? null,
    status: mapping?.status ?? null,
    plane_base: snapshot?.plane_base ?? null,
    odoo_base: snapshot?.odoo_base ?? null,
    mapped: Object.keys(config?.field_mappings ?? {}),
    changed_since: [...new Set(since.map(({ field }) => field))],
    under_way: tables.attempts.filter((attempt) => attempt.mappingId === mappingId).flatMap(logged),
    in_conflict: tables.conflicts.filter((one) => one.mappingId === mapping?.id && one.status === "open")
      .map(({ field }) => field),
  };
}

/** The engine wrote them as such. */
function logged({ changes }: Pick<LogRow, "changes">): LoggedChange[] {
  return changes.map(({ field, side, from = null, to = null, why, undoes }) => ({
    field: String(field),
    side: side === "plane" ? "plane" : "odoo",
    from,
    to,
    why: String(why),
    ...(undoes === undefined ? {} : { undoes: String(undoes) }),
  }));
}

/** False: one of the records is gone, or the field waits for a decision already. */
function leaveOrder(
  tables: Tables,
  { mapping_id, field, undo }: FieldOrder,
  runId: string,
  now: number,
  newId: () => string,
): boolean {
  const mapping = tables.mappings.get(mapping_id);
  if (mapping === undefined || mapping.plane_id === null || mapping.odoo_id === null) return false;
  const { plane_type: type, plane_id: id, plane_project_id: projectId } = mapping;
  const odoo = { side: "odoo", model: mapping.odoo_model, id: mapping.odoo_id } as const;
  leaveFreeHint(tables, { key: odoo, priority: 7, projectId: null }, now, newId);
  leaveFreeHint(tables, { key: { side: "plane", type, id }, priority: 7, projectId }, now, newId);
  const queued = tables.queue.get(entityKey(tables, "plane", type, id));
  if (queued !== undefined) queued.runId = runId;
  const isOpen = tables.conflicts.some((one) =>
    one.mappingId === mapping.id && one.field === field && one.status === "open"
  );
  if (isOpen) return false;
  tables.conflicts.push({
    id: newId(),
    mappingId: mapping.id,
    field,
    base: null,
    planeValue: null,
    odooValue: null,
    planeAt: null,
    odooAt: null,
    status: "open",
    resolution: { value: null, undo },
    resolutionGeneration: queued?.generation ?? null,
    createdAt: now,
  });
  return true;
}
