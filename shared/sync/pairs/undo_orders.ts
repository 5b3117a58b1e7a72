/** Orders to take something back, among what people decided of a pair. */
import type { UndoOrder } from "../../store/engine/sync_store.ts";
import type { SyncEntity } from "./kind.ts";

/** By field. */
export function undoOrders({ pair }: Pick<SyncEntity<never>, "pair">): Map<string, UndoOrder> {
  return new Map(
    pair.conflicts.flatMap(({ field, resolution }) =>
      resolution !== null && "undo" in resolution && resolution.undo !== undefined
        ? [[field, resolution.undo] as const]
        : []
    ),
  );
}
