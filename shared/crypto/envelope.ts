/**
 * Secrets sealed before they reach the database: AES-256-GCM with a random nonce, bound to the place they are stored at. A copy
 * of the database without the key ring says nothing, and a sealed value moved to another row, column or version does not open.
 */
import { SuiteError } from "../errors.ts";
import type { KeyRing } from "./key_ring.ts";

/** Where a sealed value belongs; part of what GCM authenticates. */
export interface Place {
  /** Schema and table: `plane.oauth_token`. */
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
  /** Rises with every write of the row's sealed values, so that an older value does not open in a newer row. */
  readonly version: number;
}

/** As NIST SP 800-38D recommends for GCM; drawn anew for each value, never counted. */
const NONCE_BYTES = 12;

/** @returns nonce and ciphertext in one; the key's name (`ring.current`) is stored beside it */
export async function seal(ring: KeyRing, text: string, place: Place): Promise<Uint8Array> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: bytesOf(place) },
    keyNamed(ring, ring.current),
    new TextEncoder().encode(text),
  );
  const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), NONCE_BYTES);
  return bytes;
}

/** @throws SuiteError token_unreadable when the ring lacks the key, or the value is not what was sealed for this place */
export async function open(ring: KeyRing, keyId: string, sealed: Uint8Array, place: Place): Promise<string> {
  const key = keyNamed(ring, keyId);
  try {
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: new Uint8Array(sealed.slice(0, NONCE_BYTES)), additionalData: bytesOf(place) },
      key,
      new Uint8Array(sealed.slice(NONCE_BYTES)),
    );
    return new TextDecoder().decode(text);
  } catch {
    throw new SuiteError("token_unreadable", {
      facts: { table: place.table, column: place.column, row_id: place.rowId },
    });
  }
}

function keyNamed(ring: KeyRing, keyId: string): CryptoKey {
  const key = ring.keys.get(keyId);
  if (key === undefined) throw new SuiteError("token_unreadable", { facts: { key_id: keyId } });
  return key;
}

function bytesOf({ table, column, rowId, version }: Place) {
  return new TextEncoder().encode(`${table}:${column}:${rowId}:${version}`);
}
