/**
 * Law 7: for one record, effects never go back in time. What an edit on one side put into the other is never replaced by what
 * an earlier edit had said.
 */
import { type Change, same } from "./history.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import type { Evidence } from "./evidence.ts";

/** Texts of which each is unique in its run. */
const UNIQUE = ["name", "description"] as const;

export async function backwards(world: Evidence): Promise<string[]> {
  const pairs = await pairsOf(world);
  return pairs.flatMap((pair) =>
    UNIQUE.flatMap((field) =>
      (["plane", "odoo"] as const).flatMap((side) => {
        const changes = world.history.changes.filter((change) =>
          change.field === field && pair[change.side] === change.record
        );
        // What an operator takes back goes back in time on purpose, and what follows from it.
        const until = world.undone.find((order) => order.plane === pair.plane && order.field === field)?.at;
        const judged = changes.filter(({ at }) => until === undefined || at < until);
        return backwardsIn(judged, side, field, pair);
      })
    )
  );
}

function backwardsIn(
  changes: readonly Change[],
  side: "plane" | "odoo",
  field: string,
  pair: Pair,
): string[] {
  const found: string[] = [];
  const sources = changes.filter(({ by, side: where, to }) => by === "person" && where !== side && to !== "");
  let newest = -1;
  for (const change of changes) {
    if (change.side !== side) continue;
    // Somebody wrote here too: what follows answers to both.
    if (change.by === "person") newest = -1;
    const index = sources.findLastIndex((source) => same(source.to, change.to) && source.at <= change.at);
    if (change.by !== "engine" || index < 0) continue;
    if (index < newest) {
      found.push(
        `law 7: ${side}'s ${field} of ${pair.plane.slice(0, 4)} went back to ${
          JSON.stringify(change.to)
        } at ${change.at}`,
      );
    }
    newest = Math.max(newest, index);
  }
  return found;
}
