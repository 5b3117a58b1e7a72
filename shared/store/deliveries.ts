import type { Delivery } from "../delivery.ts";
import type { Sql } from "./database.ts";
import { momentOf, type StoreClock } from "./store_clock.ts";

export interface StoredDelivery {
  /** True: this very delivery was stored before; nothing was changed. */
  duplicate: boolean;
  /** The partner's id, when the record has one. */
  targetId: string | null;
}

interface Row {
  stored: boolean;
  target_id: string | null;
}

/** Stores a verified delivery and leaves its hint: one statement, one round trip, repeatable. */
export async function recordDelivery(
  sql: Sql,
  delivery: Delivery,
  body: string,
  clock: StoreClock = {},
): Promise<StoredDelivery> {
  const { entity, observation } = delivery;
  const type = entity?.type ?? null;
  const id = entity?.id ?? null;
  const [row] = await sql<Row[]>`
    select * from plane.record_delivery(
      ${delivery.dedupKey}, ${delivery.deliveryId}, ${delivery.source}, ${delivery.envelope}, ${delivery.eventType},
      ${type}, ${id}, ${delivery.planeProjectId}, ${delivery.queue}, ${delivery.operation}, ${delivery.priority},
      ${observation?.at ?? null}, ${observation?.hash ?? null}, ${delivery.readFirst}, ${body},
      coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())
    )`;
  return storedOf(row);
}

/**
 * Stores several deliveries and leaves their hints: still one statement and one round trip, all or nothing. Throws
 * PostgreSQL's lock_not_available (55P03) when it would have to wait for a row; one by one they may.
 *
 * @returns what happened to each, in the order given
 */
export async function recordDeliveries(
  sql: Sql,
  deliveries: readonly { delivery: Delivery; body: string }[],
  clock: StoreClock = {},
): Promise<StoredDelivery[]> {
  const list = deliveries.map(({ delivery, body }) => ({
    dedup_key: delivery.dedupKey,
    delivery_id: delivery.deliveryId,
    source: delivery.source,
    envelope: delivery.envelope,
    event_type: delivery.eventType,
    entity_type: delivery.entity?.type,
    entity_id: delivery.entity?.id,
    plane_project_id: delivery.planeProjectId,
    queue: delivery.queue,
    operation: delivery.operation,
    priority: delivery.priority,
    observed_at: delivery.observation?.at,
    observation_hash: delivery.observation?.hash,
    read_first: delivery.readFirst,
    body,
  }));
  const rows = await sql<Row[]>`
    select * from plane.record_deliveries(${JSON.stringify(list)}::text::json, ${
    momentOf(clock)
  }::timestamptz)`;
  return deliveries.map((_, index) => storedOf(rows[index]));
}

function storedOf(row: Row | undefined): StoredDelivery {
  return { duplicate: row?.stored !== true, targetId: row?.target_id ?? null };
}
