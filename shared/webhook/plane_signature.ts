/** The proof that a webhook is Plane's. */
import { verifyHmac } from "../crypto/hmac.ts";

/**
 * `verify_plane_signature(secret, payload_bytes, signature_header)`: true when `signature` (the header `X-Plane-Signature`)
 * is the lower-case hex HMAC-SHA256 of exactly the bytes that were received.
 *
 * Plane signs what Python's `json.dumps` writes (`", "` and `": "` between the parts, `\u` escapes, `65535.0`), so JSON that
 * was parsed and written again never verifies: give it the body's raw bytes. The key is the whole secret, `plane_wh_` included.
 * Compares in constant time; no signature, no secret, or an empty one is false.
 *
 * @param secret the secret, or all that are live while one is being replaced
 */
export function verifyPlaneSignature(
  secret: string | readonly string[],
  payload: Uint8Array,
  signature: string | null,
): boolean {
  return verifyHmac(typeof secret === "string" ? [secret] : secret, payload, signature);
}
