/** Who made the changes that are carried over, as far as the two sides say. */
import { z } from "zod";
import type { OdooRecord } from "../odoo/client.ts";
import type { Claimed } from "../store/queue.ts";
import { relatedId } from "./lenses/lens.ts";

export interface Actors {
  /** The Plane user of the newest announcement. */
  plane: string | null;
  /** The last who wrote the Odoo record: `res.users,<id>`. */
  odoo: string | null;
}

const announcement = z.object({ activity: z.object({ actor: z.object({ id: z.string() }) }) });

export function actorsOf({ observation }: Pick<Claimed, "observation">, record: OdooRecord | null): Actors {
  const parsed = observation === null ? undefined : announcement.safeParse(JSON.parse(observation.body)).data;
  const writer = relatedId(record?.write_uid);
  return { plane: parsed?.activity.actor.id ?? null, odoo: writer === null ? null : `res.users,${writer}` };
}
