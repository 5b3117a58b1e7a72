/** The parents of a pair, and when they may differ. */
import type { Evidence } from "./evidence.ts";
import { type Pair, pairsOf } from "./pairs.ts";

export interface DifferentParents {
  /** Plane's ids; empty: none. */
  readonly plane: string;
  readonly odoo: string;
  /**
   * Plane lets people make a circle, Odoo refuses the write that would close it. Then each side keeps what it says
   * (docs/sync.md, loops of parents): Odoo's own parent, when somebody there has given it another one meanwhile.
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
  const above = (side: "plane" | "odoo") => (id: string) => history.fields(side).get(id)?.parent ?? "";
  return {
    plane,
    odoo,
    isRefused: comesBack(wanted, above("odoo"), pair.odoo) ||
      (task === "" && comesBack(plane, above("plane"))),
  };
}

/** How many pairs have different parents because of a circle. */
export async function refusedParents(world: Evidence): Promise<number> {
  const pairs = await pairsOf(world);
  return pairs.filter((pair) => parentsOf(world, pair, pairs)?.isRefused === true).length;
}

/** Whether the way up from `first` meets `goal`, or without one any record twice. */
function comesBack(first: string, above: (id: string) => string, goal?: string): boolean {
  const seen = new Set<string>();
  for (let id = first; id !== ""; id = above(id)) {
    if (id === goal) return true;
    if (seen.has(id)) return goal === undefined;
    seen.add(id);
  }
  return false;
}
