/** A record whose partner was deleted is kept for an edit that nobody had seen over there, also where the judge sees none any more. */
import type { Side } from "../world/schedule.ts";
import type { SimLogLine } from "../world/sim_store.ts";
import type { Evidence } from "./evidence.ts";
import type { FieldName } from "./fields.ts";
import type { Pair } from "./pairs.ts";

/**
 * The engine says so in its log, and one of these is true of what the servers saw: somebody edited the record after its partner
 * was deleted, and may have taken that back since (what is kept once stays kept); people on both sides made the same edit, which
 * the engine had not seen when one of the records went; or Plane's item has or had the priority "low", which says no more to the
 * judge than "none", as in Odoo: from the one to the other, either way, is an edit all the same.
 *
 * @param side where the record is left
 */
export function isKeptForAnEdit(
  { history }: Pick<Evidence, "history">,
  log: readonly SimLogLine[],
  pair: Pair,
  side: Side,
  compared: readonly FieldName[],
): boolean {
  const said = log.some((line) => line.pair?.planeId === pair.plane && line.error === "unseen_edits");
  if (!said) return false;
  const gone = side === "plane" ? "odoo" : "plane";
  const of = (one: Side) =>
    history.changes.filter((change) => change.side === one && change.record === pair[one]);
  const deletedAt = of(gone).find(({ field, to }) => field === "record" && to === "deleted")?.at ?? Infinity;
  const edited = of(side).some((change) =>
    change.by === "person" && change.at >= deletedAt && compared.some((field) => field === change.field)
  );
  const isEdited = (one: Side, field: FieldName) => {
    const last = of(one).findLast((change) => change.field === field);
    return last?.by === "person" && last.from !== null;
  };
  const alike = compared.some((field) => isEdited(side, field) && isEdited(gone, field));
  return edited || alike || (side === "plane" && history.onceLow.has(pair.plane));
}
