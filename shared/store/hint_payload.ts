/** What a hint brings along, in `payload` of plane.sync_queue. Anybody may write there by hand, so it is checked. */
import { z } from "zod";
import type { JsonObject } from "../json.ts";

/** What a hint brings along: an observation a sweep or a backfill has already paid for. */
export interface HintPayload {
  project_id?: string;
  /** The Plane record as a list showed it (REST form). */
  observed?: JsonObject;
  /** The run that left the hint: a backfill, an undo. */
  run_id?: string;
  /** A record of the other side a backfill found by name. */
  match_odoo_id?: number;
  match_plane_id?: string;
  /** The run has looked for the partner by its external id as well: without a match there is none. */
  looked_up?: boolean;
  /** What was refused for may be over: it is tried again, also what was given up. */
  retry_refused?: boolean;
}

const payloadSchema = z.object({
  project_id: z.string().min(1),
  observed: z.record(z.string(), z.json()),
  run_id: z.guid(),
  match_odoo_id: z.int().positive(),
  match_plane_id: z.string().min(1),
  looked_up: z.boolean(),
  retry_refused: z.boolean(),
}).partial();

/** The part of a payload that is understood; a field nobody knows, or that is not what it should be, is left out. */
export function readHintPayload(payload: unknown): HintPayload {
  const given = z.record(z.string(), z.unknown()).safeParse(payload).data ?? {};
  const understood = Object.entries(payloadSchema.shape).flatMap(([name, schema]): [string, unknown][] => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return value !== undefined && schema.safeParse(value).success ? [[name, value]] : [];
  });
  return payloadSchema.parse(Object.fromEntries(understood));
}
