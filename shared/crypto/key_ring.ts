/** The keys that seal tokens, from one secret: `TOKEN_KEYS='{"k2":"<base64>","k1":"<base64>"}'`, the present one first. */
import { z } from "zod";
import { SuiteError } from "../errors.ts";

export interface KeyRing {
  /** The name of the key that seals; the others only open. */
  readonly current: string;
  readonly keys: ReadonlyMap<string, CryptoKey>;
}

/** Begins with a letter: JSON objects bring names that look like numbers into an order of their own. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
const KEY_BYTES = 32;

const secret = z.record(z.string().regex(NAME), z.base64())
  .refine((keys) => Object.keys(keys).length > 0);

/**
 * @param text the secret's value: a JSON object of names and keys, each 32 random bytes in base64
 * @throws SuiteError token_keys_invalid, which says what is wrong and nothing of the value
 */
export async function readKeyRing(text: string | undefined): Promise<KeyRing> {
  if (text === undefined) throw new SuiteError("token_keys_invalid", { message: "TOKEN_KEYS is not set." });
  const { data } = secret.safeParse(parsed(text));
  if (data === undefined) {
    throw invalid('must be a JSON object of names and base64 keys, like {"k1":"..."}');
  }
  const keys = new Map<string, CryptoKey>();
  for (const [name, value] of Object.entries(data)) {
    const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
    if (bytes.length !== KEY_BYTES) throw invalid(`must hold keys of ${KEY_BYTES} bytes`);
    keys.set(name, await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]));
  }
  const [current = ""] = keys.keys();
  return { current, keys };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(reason: string): SuiteError {
  return new SuiteError("token_keys_invalid", { message: `TOKEN_KEYS ${reason}.` });
}
