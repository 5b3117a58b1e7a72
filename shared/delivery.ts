/** What the rest of the house knows about a webhook: one shape for every envelope of either side. */

export type Source = "plane" | "odoo";

/** `plane_v1`: self-hosted and older Cloud. `plane_v2`: Cloud since 2026. `plane_legacy`: event `issue.updated`. */
export type Envelope = "plane_v1" | "plane_v2" | "plane_legacy" | "odoo" | "unknown";

export type Operation = "create" | "update" | "delete" | "archive";

export interface Delivery {
  source: Source;
  envelope: Envelope;
  /** What makes two deliveries the same one. */
  dedupKey: string;
  /** The sender's id of this attempt. Plane draws a new one for each retry. */
  deliveryId: string | null;
  /** `<entity>.<verb>` in Plane v1's words, or the sender's own name for an event we do not know. */
  eventType: string;
  /** Which record it is about; null when the event names none that we understand. */
  entity: { type: string; id: string } | null;
  /** The project the record is in, where the delivery says so: reading a work item needs it. */
  planeProjectId: string | null;
  operation: Operation;
  /** False: stored, but no work follows from it. */
  queue: boolean;
  priority: number;
  /** The whole record as the sender saw it. Null: the delivery is only a hint. */
  observation: { at: string; hash: string } | null;
  /** True when the record must be read before anything is written, whatever the delivery says. */
  readFirst: boolean;
}
