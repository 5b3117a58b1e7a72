/**
 * What is taken back is noted before it is sent, like every write (attempts.ts). Such a note has no bases, because both sides agree
 * only once the plan that follows is carried out: it names its orders, and stays until then. Where a value is back in a record that
 * was written since, nobody can tell whether the order did nothing or somebody has set the value again.
 */
import { SuiteError } from "../errors.ts";
import { type Json, type JsonObject, sameJson } from "../json.ts";
import type { AttemptRow } from "../store/engine/sync_store.ts";
import { actorsOf } from "./actors.ts";
import { stampsOf } from "./attempts.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { undoOrders } from "./pairs/undo_orders.ts";
import type { AttemptOver } from "./plan/attempts.ts";
import type { PairNow } from "./plan/pair_now.ts";
import type { Change, Side } from "./plan/planned.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";

/** In a note's base of the side it is about, in the place of fields: by field, the row of the log that is taken back. */
const UNDOES = "undoes";

type Stamps = Readonly<Record<Side, string | null>>;

export interface UndoNote {
  id: string;
  side: Side;
  stamp: string | null;
  orders: JsonObject;
}

/** Those of a pair's notes that are about taking back. Pure. */
export function undoNotesIn(attempts: readonly AttemptRow[]): UndoNote[] {
  return attempts.flatMap(({ id, side, stamp, plane_base, odoo_base }) => {
    const { [UNDOES]: orders } = side === "plane" ? plane_base : odoo_base;
    return isObject(orders) ? [{ id, side, stamp, orders }] : [];
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a worker before us may have carried an order out on a side: it noted that, and the record was written since. Pure. */
export function mayBeDone(notes: readonly UndoNote[], stamps: Stamps, change: Change): boolean {
  return notes.some((note) => isAbout(note, change) && note.stamp !== stamps[note.side]);
}

/** Whether a worker before us noted an order for a side, which it then may have carried out there within the same second. Pure. */
export function isBegun(notes: readonly UndoNote[], change: Change): boolean {
  return notes.some((note) => isAbout(note, change));
}

function isAbout({ side, orders }: UndoNote, change: Change): boolean {
  return side === change.side && orders[change.field] === change.undoes;
}

/**
 * Notes what is taken back on one side; a note that says just that already counts.
 *
 * @param changes all of that side
 * @returns the note's id
 * @throws SuiteError lease_lost
 */
export async function noteUndo<Form extends PlaneForm>(
  { claimed, pair }: SyncEntity<Form>,
  side: Side,
  now: Pick<PairNow<Form>, "form" | "record" | "mapping">,
  changes: readonly Change[],
  deps: SyncDependencies,
): Promise<string> {
  const stamp = stampsOf(now)[side];
  const orders = Object.fromEntries(changes.map(({ field, undoes }) => [field, undoes ?? ""]));
  const known = undoNotesIn(pair.attempts).find((note) =>
    note.side === side && note.stamp === stamp && sameJson(note.orders, orders)
  );
  if (known !== undefined) return known.id;
  const actors = actorsOf(claimed, now.record);
  const id = await deps.store.noteAttempt(claimed, now.mapping.id, {
    side,
    stamp,
    plane_base: side === "plane" ? { [UNDOES]: orders } : {},
    odoo_base: side === "odoo" ? { [UNDOES]: orders } : {},
    changes,
    actor: side === "plane" ? actors.odoo : actors.plane,
  });
  if (id === null) throw new SuiteError("lease_lost");
  return id;
}

/**
 * What becomes of the notes that were found, once their pair is settled. What was carried out is logged by whoever settles that;
 * of the rest the log keeps what may have been written. Pure.
 *
 * @param stamps of both records before anything was taken back in this pass
 * @param givenUp fields that are not taken back; null: nothing is, whatever was ordered
 */
export function undoNotesOver(
  pair: SyncEntity<never>["pair"],
  stamps: Stamps,
  givenUp: readonly string[] | null,
): AttemptOver[] {
  const live = undoOrders({ pair });
  return undoNotesIn(pair.attempts).map(({ id, side, stamp, orders }) => {
    const lost = Object.keys(orders).some((field) =>
      live.get(field)?.log_id === orders[field] && (givenUp === null || givenUp.includes(field))
    );
    return { id, became: lost && stamp !== stamps[side] ? "unknown" : "settled" };
  });
}

/** Notes all of whose changes were found and are logged. Pure. */
export function undoNotesSaid(attempts: readonly AttemptRow[], changes: readonly Change[]): Set<string> {
  const isSaid = ({ side, orders }: UndoNote) =>
    Object.entries(orders).every(([field, undoes]) =>
      changes.some((change) => change.side === side && change.field === field && change.undoes === undoes)
    );
  return new Set(undoNotesIn(attempts).filter(isSaid).map(({ id }) => id));
}
