/** What was ordered to be taken back: it was, or somebody had changed it since; and what that excuses in the other laws. */
import type { UndoGiven } from "../world/operator.ts";
import type { Evidence } from "./evidence.ts";
import type { Change } from "./history.ts";
import { sameValue } from "./logged_values.ts";
import type { Pair } from "./pairs.ts";

/** Of these the judge knows at every moment what they are. */
const FOLLOWED = ["name", "priority", "target_date"];

/** Law 1 of an order: it does not stay open, and what it was for has happened or was given up. */
export async function notTakenBack(world: Evidence): Promise<string[]> {
  const open = (await world.store.conflicts()).filter(({ isOrder, status }) => isOrder && status === "open");
  const log = await world.store.log();
  const missed: string[] = [];
  for (const order of world.undone) {
    const lines = log.filter(({ pair }) => pair?.planeId === order.plane);
    const isSaid = lines.some(({ changes, error }) =>
      error === "changed_since" || error === "partner_deleted" || error === "unseen_edits" ||
      changes.some(({ undoes, field }) => field === order.field && undoes === order.logId)
    );
    const isGone = lines.some(({ pair }) => pair?.status === "archived");
    if (isSaid || isGone || !FOLLOWED.includes(order.field) || order.apart) continue;
    // A cycle or a module is no work item, and the judge of those looks at them.
    const pair = lines.find(({ pair }) => pair?.planeType === "issue")?.pair;
    const record = order.side === "plane" ? pair?.planeId : pair?.odooId;
    if (typeof record !== "string" || wasSo(world, order, record)) continue;
    missed.push(
      `law 1: ${order.field} of ${order.plane.slice(0, 4)} was not taken back, and nobody says why`,
    );
  }
  return [
    ...open.map(({ pair, field }) =>
      `law 1: the order to take back ${field} of ${pair.planeId?.slice(0, 4)} is still open`
    ),
    ...missed,
  ];
}

/** It was so when it was ordered, or at some time since. */
function wasSo(world: Evidence, { side, field, to, at }: UndoGiven, record: string): boolean {
  const changes = world.history.changes.filter((change) =>
    change.side === side && change.record === record && change.field === field
  );
  const values = [
    ...changes.filter((change) => change.at <= at).slice(-1),
    ...changes.filter((change) => change.at > at),
  ];
  return values.some((change) => sameValue(world, to, change.to));
}

/** Whether an edit is what an operator took back: the last value that was synchronised when it was ordered. */
export function isTakenBack(world: Evidence, edit: Change, pair: Pair, isSet: boolean): boolean {
  return world.undone.some((order) =>
    order.plane === pair.plane && order.field === edit.field && order.at >= edit.at &&
    (isSet || isMoveWhileClosed(world, edit) ||
      order.written.some((value) => sameValue(world, value, edit.to)))
  );
}

/** A task that is closed says so in any column: which one it is moved to is nothing the sides agree on, and an undo of its state moves it. */
function isMoveWhileClosed({ history }: Evidence, { side, record, field, at }: Change): boolean {
  const closed = history.changes.findLast((change) =>
    change.side === side && change.record === record && change.field === "closed" && change.at <= at
  );
  return field === "state" && side === "odoo" && closed !== undefined && closed.to !== "open";
}

/** Whether making one of the pair was taken back: that one alone is in the archive. */
export function isApart({ undone }: Pick<Evidence, "undone">, pair: Pick<Pair, "plane">): boolean {
  return undone.some(({ apart, plane }) => apart && plane === pair.plane);
}
