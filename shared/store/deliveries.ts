import type { Delivery } from "../webhook/delivery.ts";
import type { Sql } from "./database.ts";

export interface StoredDelivery {
  /** True: this very delivery was stored before; nothing was changed. */
  duplicate: boolean;
  /** The partner's id, when the record has one. */
  targetId: string | null;
}

/** Stores a verified delivery and leaves its hint: one statement, one round trip, repeatable. */
export async function recordDelivery(sql: Sql, delivery: Delivery, body: string): Promise<StoredDelivery> {
  const { entity, observation } = delivery;
  const type = entity?.type ?? null;
  const id = entity?.id ?? null;
  const [row] = await sql<{ stored: boolean; target_id: string | null }[]>`
    select * from plane.record_delivery(
      ${delivery.dedupKey}, ${delivery.deliveryId}, ${delivery.source}, ${delivery.envelope}, ${delivery.eventType},
      ${type}, ${id}, ${delivery.planeProjectId}, ${delivery.queue}, ${delivery.operation}, ${delivery.priority},
      ${observation?.at ?? null}, ${observation?.hash ?? null}, ${delivery.readFirst}, ${body}
    )`;
  return { duplicate: row?.stored !== true, targetId: row?.target_id ?? null };
}
