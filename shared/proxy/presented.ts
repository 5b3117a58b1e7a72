/** What a caller shows: a proxy key, or a signature. Exactly one of them, so that no two readers can disagree. */
import { SuiteError } from "../errors.ts";

export type Presented =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "signed"; readonly signed: SignedHeaders };

export interface SignedHeaders {
  readonly clientId: string;
  /** Unix seconds, as sent. */
  readonly timestamp: string;
  readonly nonce: string;
  /** HMAC-SHA256, 64 lower-case hex digits. */
  readonly signature: string;
}

export const KEY_PREFIX = "ppk_";
const KEY = /^ppk_[A-Za-z0-9_-]{43}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Reads `X-API-Key`, `Authorization: Bearer` and the `X-Proxy-*` headers.
 *
 * @throws SuiteError unauthorized when none is there or it cannot be one; bad_request when two different ones are;
 *   signature_missing or signature_invalid when a part of a signature is missing or malformed
 */
export function readPresented(headers: Headers): Presented {
  const apiKey = headers.get("x-api-key");
  const authorization = headers.get("authorization");
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  const keys = new Set([apiKey, bearer].filter((key) => key !== null && key !== undefined));
  const signature = headers.get("x-proxy-signature");
  if (signature !== null) {
    if (keys.size > 0 || authorization !== null) throw twoCredentials();
    return { kind: "signed", signed: readSigned(headers) };
  }
  if (keys.size > 1) throw twoCredentials();
  const [key] = keys;
  if (key === undefined || !KEY.test(key)) throw new SuiteError("unauthorized");
  return { kind: "key", key };
}

function readSigned(headers: Headers): SignedHeaders {
  const part = (name: string, form: RegExp): string => {
    const value = headers.get(name);
    if (value === null) {
      throw new SuiteError("signature_missing", { message: `The signed request has no ${name} header.` });
    }
    if (!form.test(value)) {
      throw new SuiteError("signature_invalid", { message: `The ${name} header is malformed.` });
    }
    return value;
  };
  return {
    clientId: part("x-proxy-client", UUID),
    timestamp: part("x-proxy-timestamp", /^\d{1,12}$/),
    nonce: part("x-proxy-nonce", /^[A-Za-z0-9_-]{16,128}$/),
    signature: part("x-proxy-signature", /^[0-9a-f]{64}$/),
  };
}

function twoCredentials(): SuiteError {
  return new SuiteError("bad_request", {
    message: "Show one credential: a key in X-API-Key, a key as Bearer, or a signature.",
  });
}
