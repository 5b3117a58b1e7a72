/** The parents of a pair, and when they may differ. */
import type { Evidence } from "./evidence.ts";
import { type Pair, pairsOf } from "./pairs.ts";

export interface DifferentParents {
  /** Plane's ids; empty: none. */
  readonly plane: string;
  readonly odoo: string;
  /**
   * Plane lets people make a circle, Odoo refuses the write that would close it (docs/sync.md, loops of parents). Each side
   * then keeps what it says, Odoo also another parent that somebody there has chosen meanwhile. When the circle is opened
   * further up, the parent is tried again when that one moves, or at the first look of the next day.
   */
  readonly isRefused: boolean;
}

/** Null: they are the same, or one of them has lost its partner and cannot be named on the other side, or the pair itself has. */
export function parentsOf(
  { history }: Pick<Evidence, "history">,
  pair: Pair,
  pairs: readonly Pair[],
): DifferentParents | null {
  const plane = history.fields("plane").get(pair.plane)?.parent;
  const task = history.fields("odoo").get(pair.odoo)?.parent;
  if (plane === undefined || task === undefined) return null;
  const odoo = pairs.find((other) => other.odoo === task)?.plane ?? task;
  if (plane === odoo) return null;
  const wanted = pairs.find((other) => other.plane === plane)?.odoo ?? "";
  if (plane !== "" && !history.fields("odoo").has(wanted)) return null;
  if (odoo !== "" && !history.fields("plane").has(odoo)) return null;
  return { plane, odoo, isRefused: wasAbove(pair, wanted, history) };
}

/** How many pairs have different parents because of a circle. */
export async function refusedParents(world: Evidence): Promise<number> {
  const pairs = await pairsOf(world);
  return pairs.filter((pair) => parentsOf(world, pair, pairs)?.isRefused === true).length;
}

/** Whether the way up from `wanted` in Odoo met the task at any moment since either side changed the parent, or that moved. */
function wasAbove(pair: Pair, wanted: string, { changes }: Evidence["history"]): boolean {
  const moves = changes.filter(({ field }) => field === "parent");
  const last = moves.findLast(({ side, record }) =>
    record === pair[side] || (side === "odoo" && record === wanted)
  );
  const parents = new Map<string, string>();
  return moves.some((change) => {
    if (change.side === "odoo") parents.set(change.record, String(change.to));
    return change.at >= (last?.at ?? 0) && isAbove(pair.odoo, wanted, parents);
  });
}

function isAbove(task: string, first: string, parents: ReadonlyMap<string, string>): boolean {
  let id = first;
  // No way is longer, also while what changed at one moment is only half told.
  for (let steps = 0; steps <= parents.size && id !== ""; steps++) {
    if (id === task) return true;
    id = parents.get(id) ?? "";
  }
  return false;
}
