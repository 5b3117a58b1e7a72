/** What an operator takes back is taken back once more when nobody knows that it was done: also where a person has just set it again. */
import { type Change, same } from "./history.ts";
import { isKnownToItsWriter } from "./known.ts";
import { sameValue } from "./logged_values.ts";
import type { Evidence } from "./evidence.ts";
import type { Pair } from "./pairs.ts";

/**
 * Whether somebody gave a field the very value back that an order had just taken from it, before whoever carried the order out
 * could settle it. The order is still open then, and the field is what it was when the order was given: nothing tells this from
 * an order that nobody has begun with. The value must be in the log as what that order took, with its id.
 *
 * @param lost of a set, the members that are not as the edit left them; null: the field is no set
 */
export async function isTakenBackAgain(
  world: Evidence,
  edit: Change,
  pair: Pair,
  lost: readonly string[] | null,
): Promise<boolean> {
  const former = world.history.changes.findLast((change) => change.at <= edit.at && isOfField(change, edit));
  if (former === undefined || former.by !== "engine" || isKnownToItsWriter(world, former)) return false;
  if (!gaveBack(edit, former, lost)) return false;
  const again = world.history.changes.find((change) => change.at >= edit.at && isOfField(change, edit));
  if (again === undefined || again.by !== "engine") return false;
  const log = (await world.store.log()).filter(({ pair: of }) => of?.planeId === pair.plane);
  return world.undone.some((order) =>
    order.plane === pair.plane && order.field === edit.field && order.at <= former.at &&
    log.some(({ changes }) =>
      changes.some(({ undoes, field, side, from, to }) =>
        undoes === order.logId && field === edit.field && side === edit.side &&
        (lost === null
          ? sameValue(world, from, edit.to)
          : sizeOf(from) - sizeOf(to) === sizeOf(again.from) - sizeOf(again.to))
      )
    )
  );
}

function isOfField(change: Change, edit: Change): boolean {
  return change !== edit && change.side === edit.side && change.record === edit.record &&
    change.field === edit.field;
}

/** Of a set: as a list of names or ids, or as partners by id. */
function sizeOf(members: unknown): number {
  return typeof members === "object" && members !== null ? Object.keys(members).length : 0;
}

/** The edit set what the writing before it had replaced. */
function gaveBack(edit: Change, former: Change, lost: readonly string[] | null): boolean {
  if (lost === null) return same(former.from, edit.to);
  const has = (members: unknown, member: string) => Array.isArray(members) && members.includes(member);
  return lost.every((member) =>
    has(former.from, member) === has(edit.to, member) && has(former.to, member) !== has(edit.to, member)
  );
}
