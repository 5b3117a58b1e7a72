/** What Plane's webhooks said of a record, read again from the ledger: the evidence of who changed what, and when. */
import { z } from "zod";
import { parseStamp } from "../../stamp.ts";
import type { Sql } from "../database.ts";
import type { Announcement } from "./sync_store.ts";

/** More than one edit brings in; enough to see who wrote the present value. */
const MOST = 50;

/** Plane v1's envelope; verified deliveries may still be of any shape. */
const envelope = z.object({
  data: z.unknown(),
  activity: z.object({
    field: z.string().nullish().catch(null),
    old_value: z.json().nullish().catch(null),
    new_value: z.json().nullish().catch(null),
    actor: z.object({ id: z.string().nullish() }).nullish().catch(null),
  }).nullish().catch(null),
}).catch({ data: null });

/**
 * The announcements with a stamp after the given one: the newest fifty, oldest first.
 *
 * @param after a stamp of the Plane record; null: all that the ledger still has
 */
export async function readAnnouncementsSince(
  sql: Sql,
  planeType: string,
  planeId: string,
  after: string | null,
): Promise<Announcement[]> {
  const rows = await sql<{ observed_at: string; received_at: string; body: string }[]>`
    select d.observed_at, d.received_at, d.body from plane.webhook_delivery d
    where d.entity_key = ${`${planeType}:${planeId}`} and d.envelope = 'plane_v1' and d.observed_at is not null
      and d.observed_at > coalesce(${after}::timestamptz, '-infinity')
    order by d.observed_at desc, d.id desc limit ${MOST}`;
  return rows.toReversed().map(({ observed_at, received_at, body }) => {
    const { data, activity } = envelope.parse(JSON.parse(body));
    return {
      at: parseStamp(observed_at) ?? observed_at,
      receivedAt: parseStamp(received_at) ?? received_at,
      field: activity?.field ?? null,
      oldValue: activity?.old_value ?? null,
      newValue: activity?.new_value ?? null,
      actorId: activity?.actor?.id ?? null,
      data: data ?? null,
    };
  });
}
