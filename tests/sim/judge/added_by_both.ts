/**
 * Somebody on each side had added the same member, and one of them took it away again before the engine knew that both had it. The
 * three-way merge then sees that one side alone added it, and brings it to the other: there and back while nobody looked is no
 * edit, and the other's is one. Taking it away would lose what the other side's person did.
 */
import type { Change, History } from "./history.ts";
import type { Pair } from "./pairs.ts";

/** @param member what the edit took away, and what is there in the end */
export function isAddedByBoth(
  { history }: { readonly history: Pick<History, "changes" | "wasRead"> },
  edit: Change,
  pair: Pair,
  member: string,
): boolean {
  const has = (value: unknown) => Array.isArray(value) && value.map(String).includes(member);
  if (has(edit.to)) return false;
  const other = edit.side === "plane" ? "odoo" : "plane";
  const moves = history.changes.filter((change) =>
    change.field === edit.field && change.record === pair[change.side] &&
    change.at < edit.at && has(change.from) !== has(change.to)
  );
  const mine = moves.findLast(({ side }) => side === edit.side);
  const theirs = moves.findLast(({ side }) => side === other);
  if (mine === undefined || theirs === undefined) return false;
  const isAddition = ({ by, to }: Change) => by === "person" && has(to);
  return isAddition(mine) && isAddition(theirs) && !history.wasRead(other, pair[other], theirs.at, edit.at);
}
