/** Whether the engine knows of its own write. */
import type { Evidence } from "./evidence.ts";
import type { Change } from "./history.ts";

/** False: nobody heard the answer, or who wrote it did not come to settle it. It is then found, not remembered. */
export function isKnownToItsWriter(
  world: Pick<Evidence, "claims">,
  change: Pick<Change, "at" | "worker" | "heard">,
): boolean {
  return change.heard &&
    !world.claims.unsettled.some(({ worker, from, to }) =>
      worker === change.worker && from <= change.at && change.at <= to
    );
}
