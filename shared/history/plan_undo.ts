/** From log rows to what is to be taken back, and what cannot be. Pure. */
import { type Json, type JsonObject, sameJson } from "../json.ts";
import type { FieldOrder, LoggedChange, UndoableRow } from "../store/runs/history.ts";
import type { UndoPart } from "../store/engine/sync_store.ts";

export type NotUndone =
  /** A later synchronisation changed the field, or the record that was made, or is about to. */
  | "changed_since"
  /** The row is about a decision; nothing was written. */
  | "nothing_written"
  /** The field waits for a decision, or for another undo. */
  | "in_conflict"
  /** One of the two records is gone. */
  | "record_gone"
  /** What was made cannot be put away: there is no archive for it, or the pair does not map it. */
  | "no_archive";

export interface Skipped {
  log_id: string;
  entity: string | null;
  field: string;
  reason: NotUndone;
}

/** One field that will be given its former value. */
export interface Undoing {
  log_id: string;
  entity: string;
  field: string;
  side: "plane" | "odoo";
  /** In the side's own form. */
  to: Json;
}

export interface UndoPlan {
  orders: FieldOrder[];
  undoing: Undoing[];
  not_undone: Skipped[];
}

/** The field by which a record that was made is put away; null: it cannot be. */
export type AwayBy = (row: Pick<UndoableRow, "plane_type" | "odoo_model" | "mapped">) => string | null;

/**
 * @param rows oldest first. What a selection changed several times goes back to what it was before the first; a record it made
 *   goes into the archive, and its other fields stay.
 */
export function planUndo(rows: readonly UndoableRow[], awayBy: AwayBy): UndoPlan {
  const plan: UndoPlan = { orders: [], undoing: [], not_undone: [] };
  for (const ofPair of byPair(rows)) planPair(ofPair, awayBy, plan);
  return plan;
}

function byPair(rows: readonly UndoableRow[]): UndoableRow[][] {
  const pairs = new Map<string, UndoableRow[]>();
  for (const row of rows) {
    const key = row.mapping_id ?? `log ${row.log_id}`;
    pairs.set(key, [...pairs.get(key) ?? [], row]);
  }
  return [...pairs.values()];
}

function planPair(rows: readonly UndoableRow[], awayBy: AwayBy, plan: UndoPlan): void {
  const [first] = rows;
  if (first === undefined) return;
  const making = rows.find(({ operation, changes }) =>
    operation === "create" && changes.some(({ why }) => why === "created")
  );
  const changed = new Map<string, { row: UndoableRow; changes: LoggedChange[] }>();
  for (const row of rows) {
    for (const change of row.changes) {
      const known = changed.get(change.field);
      changed.set(change.field, { row: known?.row ?? row, changes: [...known?.changes ?? [], change] });
    }
  }
  const skip = (row: UndoableRow, field: string, reason: NotUndone) =>
    plan.not_undone.push({ log_id: row.log_id, entity: entityOf(row), field, reason });
  const { mapping_id, plane_id, odoo_id } = first;
  const gone = mapping_id === null || plane_id === null || odoo_id === null || first.status === "archived";
  if (making !== undefined) {
    const side = making.changes.find(({ why }) => why === "created")?.side ?? "odoo";
    const away = awayBy(making);
    const field = away ?? "archived";
    const reason = gone
      ? "record_gone"
      : away === null
      ? "no_archive"
      : making.changed_since.length > 0 || making.under_way.some((change) => !isOneOf(making.changes, change))
      ? "changed_since"
      : making.in_conflict.includes(field)
      ? "in_conflict"
      : null;
    if (reason !== null) return void skip(making, field, reason);
    // Where the pair does not keep it alike on both sides, nothing was agreed on: what was just made is not away.
    const part = { side, from: true, to: false, base: baseOf(making, side, field) ?? false };
    return order(plan, making, field, [part], true);
  }
  for (const [field, { row, changes }] of changed) {
    const written = changes.filter(({ why }) => why !== "kept" && why !== "same_on_both");
    const reason = written.length === 0
      ? "nothing_written"
      : gone
      ? "record_gone"
      : rows.some(({ changed_since }) => changed_since.includes(field)) ||
          row.under_way.some((change) => change.field === field && !isOneOf(changes, change))
      ? "changed_since"
      : row.in_conflict.includes(field)
      ? "in_conflict"
      : null;
    if (reason !== null) {
      skip(row, field, reason);
      continue;
    }
    const parts = (["odoo", "plane"] as const).flatMap((side): UndoPart[] => {
      const ofSide = written.filter((change) => change.side === side);
      const [earliest, latest] = [ofSide[0], ofSide.at(-1)];
      if (earliest === undefined || latest === undefined) return [];
      return [{ side, from: earliest.from, to: latest.to, base: baseOf(row, side, field) }];
    });
    // The side that was written first began it; the other followed.
    const began = written[0]?.side ?? "odoo";
    order(
      plan,
      row,
      field,
      parts.sort((left, right) => Number(right.side === began) - Number(left.side === began)),
    );
  }
}

/** Whether a row tells of this very write already: its own note lives until its pair is settled as a whole. */
function isOneOf(changes: readonly LoggedChange[], { field, side, to }: LoggedChange): boolean {
  return changes.some((change) => change.field === field && change.side === side && sameJson(change.to, to));
}

function order(plan: UndoPlan, row: UndoableRow, field: string, parts: UndoPart[], apart = false): void {
  const [part] = parts;
  const entity = entityOf(row);
  if (part === undefined || row.mapping_id === null || entity === null) return;
  plan.orders.push({
    mapping_id: row.mapping_id,
    field,
    undo: { log_id: row.log_id, ...(apart ? { apart } : {}), parts },
  });
  plan.undoing.push({ log_id: row.log_id, entity, field, side: part.side, to: part.from });
}

function baseOf(row: UndoableRow, side: "plane" | "odoo", field: string): Json {
  const base: JsonObject | null = side === "odoo" ? row.odoo_base : row.plane_base;
  return base !== null && Object.hasOwn(base, field) ? base[field] ?? null : null;
}

function entityOf({ plane_type, plane_id, odoo_model, odoo_id }: UndoableRow): string | null {
  if (plane_type !== null && plane_id !== null) return `${plane_type}:${plane_id}`;
  return odoo_model === null || odoo_id === null ? null : `${odoo_model}:${odoo_id}`;
}
