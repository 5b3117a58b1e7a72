/**
 * How an Odoo sender proves itself: `X-Odoo-Signature` is the lower-case hex HMAC-SHA256 of the body's bytes, or, with both
 * `X-Odoo-Timestamp` and `X-Odoo-Delivery`, of `<timestamp>.<delivery>.` followed by the body's bytes. Only in the second form
 * do the two headers count; in the first they are not signed, and anybody could have written them.
 */
import { verifyHmac } from "../crypto/hmac.ts";

/** What a delivery id may look like, in the header and in the body. */
export const DELIVERY_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/**
 * Unix seconds. Digits only: a body is a JSON object, so nothing that was signed as a body alone can be read as the longer form,
 * nor the other way round.
 */
const TIMESTAMP = /^\d{1,12}$/;

export interface SignedHeaders {
  deliveryId: string;
  /** Unix seconds. */
  timestamp: number;
}

/** @returns null when no secret made the signature; `signed`: the headers it covers, or null when it covers the body alone */
export function verifyOdooSignature(
  secrets: readonly string[],
  raw: Uint8Array,
  headers: Headers,
): { signed: SignedHeaders | null } | null {
  const signature = headers.get("x-odoo-signature");
  const [timestamp, deliveryId] = [headers.get("x-odoo-timestamp"), headers.get("x-odoo-delivery")];
  if (
    timestamp !== null && deliveryId !== null && TIMESTAMP.test(timestamp) && DELIVERY_ID.test(deliveryId) &&
    verifyHmac(secrets, withPrefix(`${timestamp}.${deliveryId}.`, raw), signature)
  ) {
    return { signed: { deliveryId, timestamp: Number(timestamp) } };
  }
  return verifyHmac(secrets, raw, signature) ? { signed: null } : null;
}

function withPrefix(prefix: string, raw: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(prefix);
  const all = new Uint8Array(head.length + raw.length);
  all.set(head);
  all.set(raw, head.length);
  return all;
}
