/** HMAC-SHA256 over raw bytes, as Plane and our Odoo senders sign their webhooks. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

const STRICT_HEX = /^[0-9a-f]{64}$/;

/**
 * True when `signature` is the lower-case hex HMAC-SHA256 of exactly these bytes under one of the secrets.
 *
 * The key is the whole secret, prefix included. Compares in constant time. No secret, an empty secret, or anything
 * that is not 64 lower-case hex digits is false: this fails closed.
 */
export function verifyHmac(
  secrets: readonly string[],
  payload: Uint8Array,
  signature: string | null,
): boolean {
  if (signature === null || !STRICT_HEX.test(signature)) return false;
  const given = hexBytes(signature);
  let matches = false;
  for (const secret of secrets) {
    if (secret === "") continue;
    const expected = createHmac("sha256", secret).update(payload).digest();
    // No early exit: which of two live secrets signed is nobody's business either.
    matches = timingSafeEqual(expected, given) || matches;
  }
  return matches;
}

/** SHA-256 as lower-case hex. */
export function sha256(payload: Uint8Array | string): string {
  return createHash("sha256").update(payload).digest("hex");
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(
    { length: hex.length / 2 },
    (_, index) => parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
}
