/** Whose word counts: only the holder of the fence opens intents, notes writes and settles. */
import type { Claimed } from "../../../shared/store/queue.ts";
import type { QueueRow, Tables } from "./tables.ts";

/** The row this claim still holds; undefined when the lease was lost. */
export function heldRow(tables: Tables, { entityKey, id, fence }: Claimed): QueueRow | undefined {
  const row = tables.queue.get(entityKey);
  return row?.id === id && row.status === "processing" && String(row.fence) === fence ? row : undefined;
}
