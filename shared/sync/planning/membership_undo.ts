/**
 * Joining or leaving that is taken back. Only the tasks that came or went are touched; one whose joining was taken back stays apart
 * as long as its work item stays in Plane's list, so that the next look does not mark it again.
 */
import type { JsonObject } from "../../json.ts";
import { relatedIds } from "../lenses/lens.ts";
import type { PlaneForm, SyncEntity } from "../pairs/kind.ts";
import { undoOrders } from "../pairs/undo_orders.ts";
import type { Change } from "../plan/planned.ts";

/** Under this name the base keeps the tasks that do not get the mark, though Plane lists their work items. */
export const APART = "members_apart";

interface MembersTakenBack {
  ordered: boolean;
  apart: number[];
  /** Tasks that get the mark back, and such that lose it. */
  give: number[];
  take: number[];
  /** What the log says of the change. */
  says: Pick<Change, "why" | "undoes">;
}

/** @param listed tasks of the work items Plane lists */
export function membersTakenBack<Form extends PlaneForm>(
  entity: Pick<SyncEntity<Form>, "pair">,
  base: JsonObject,
  listed: readonly number[],
): MembersTakenBack {
  const order = undoOrders(entity).get("members");
  const part = order?.parts.find(({ side }) => side === "odoo");
  const [from, to] = [relatedIds(part?.from), relatedIds(part?.to)];
  const came = to.filter((id) => !from.includes(id));
  const went = from.filter((id) => !to.includes(id));
  const apart = [...new Set([...relatedIds(base[APART]), ...came])];
  return {
    ordered: order !== undefined,
    apart: apart.filter((id) => listed.includes(id) && !went.includes(id)),
    give: went,
    take: came,
    says: order === undefined ? { why: "changed_in_plane" } : { why: "undone", undoes: order.log_id },
  };
}
