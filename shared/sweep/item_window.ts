/**
 * How far down a Plane list is read, newest first, and what is remembered of it. Pure.
 *
 * Plane cannot filter by time, so the list is read down to the watermark, and `OVERLAP_MS` further: a transaction may end after
 * its stamp. A row that changes meanwhile moves to the front, above the new watermark: the next sweep meets it.
 */
import { z } from "zod";

const OVERLAP_MS = 60_000;
/** Two stamps this close are one change seen twice: Plane saves a row more than once, 40 ms apart at most. */
const SAME_CHANGE_MS = 50;
/** How many of the rows read last are kept to find the place again. */
const TAIL_ROWS = 200;

export const itemCursorShape = z.object({
  /** The greatest `updated_at` of the last whole sweep. */
  watermark: z.string(),
  swept_at: z.string().nullable(),
  /** Id -> `updated_at` of rows that were dealt with and will be met again within the overlap. */
  recent: z.record(z.string(), z.string()),
  /** A sweep that ran out of time: how many rows were read, the last of them, and the watermark it will leave. */
  place: z.object({ offset: z.number(), tail: z.array(z.string()), reached: z.string() }).nullable(),
  /** Work items whose comments are still to be read. */
  to_read: z.array(z.string()),
  /** Those whose stamp is explained by what was seen of them, so that their comments were not read. */
  explained: z.array(z.string()),
  /** When the comments of such items were last read all the same. */
  explained_read_at: z.string().nullable(),
  /** Something may have changed in the project's cycles. */
  cycles: z.boolean(),
}).partial();

export type ItemCursor = z.output<typeof itemCursorShape>;
export interface Place {
  offset: number;
  tail: string[];
  reached: string;
}

/** The stamp below which nothing is read. */
export function floorOf(watermark: string): string {
  const micros = watermark.slice(19);
  const at = Date.parse(`${watermark.slice(0, 19)}Z`) - OVERLAP_MS;
  return `${new Date(at).toISOString().slice(0, 19)}${micros}`;
}

/** The place after one more row. */
export function passed(place: Place | null, row: { id: string }, updatedAt: string): Place {
  return {
    offset: (place?.offset ?? 0) + 1,
    tail: [...(place?.tail ?? []).slice(1 - TAIL_ROWS), row.id],
    reached: place === null || updatedAt > place.reached ? updatedAt : place.reached,
  };
}

export function stillWithin(
  recent: Readonly<Record<string, string>>,
  watermark: string,
): Record<string, string> {
  const floor = floorOf(watermark);
  return Object.fromEntries(Object.entries(recent).filter(([, at]) => at >= floor));
}

/** Whether what was seen of a record explains the stamp of its row: nothing else has touched it since. */
export function explains(seenAt: unknown, rowAt: string): boolean {
  return typeof seenAt === "string" && Math.abs(Date.parse(rowAt) - Date.parse(seenAt)) <= SAME_CHANGE_MS;
}
