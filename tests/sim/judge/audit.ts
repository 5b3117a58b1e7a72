/**
 * Law 10: the log says what was written. Every value the engine left on a side is there, with its field, its side and a reason;
 * also when its worker died, or never heard that it was written.
 */
import type { JsonObject } from "../../../shared/json.ts";
import type { Change } from "./history.ts";
import { sameValue } from "./logged_values.ts";
import { pairsOf } from "./pairs.ts";
import type { Evidence } from "./evidence.ts";

const LOGGED = ["name", "description", "priority", "state", "target_date"] as const;

export async function unexplained(world: Evidence): Promise<string[]> {
  const pairs = await pairsOf(world);
  const log = await world.store.log();
  return pairs.flatMap((pair) => {
    const lines = log.filter((line) => line.pair?.planeId === pair.plane);
    const changes: JsonObject[] = lines.flatMap((line) => [...line.changes]);
    const made = lines.some(({ operation }) => operation === "create" || operation === "link");
    return (["plane", "odoo"] as const).flatMap((side) =>
      LOGGED.flatMap((field) => {
        const last = world.history.changes.findLast((change) =>
          change.side === side && change.record === pair[side] && change.field === field
        );
        if (last === undefined || last.by !== "engine") return [];
        // What a record is made with is the server's choice where nobody said anything.
        if (made && isMaking(world, last)) return [];
        const explained = changes.some((change) =>
          change.side === side && change.field === field && sameValue(world, change.to, last.to)
        );
        return explained ? [] : [
          `law 10: nothing says who set ${side}'s ${field} of ${pair.plane.slice(0, 4)} to ${
            JSON.stringify(last.to)
          } at ${last.at}`,
        ];
      })
    );
  });
}

function isMaking(world: Evidence, change: Change): boolean {
  return world.history.changes.some((other) =>
    other.field === "record" && other.to === "made" && other.at === change.at &&
    other.side === change.side && other.record === change.record
  );
}
