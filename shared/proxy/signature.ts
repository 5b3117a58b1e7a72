/**
 * Signed requests, for callers that can compute an HMAC and should not send a secret. A client's secret is derived from
 * the function's own, so no table holds it.
 */
import { createHmac } from "node:crypto";
import { sha256, verifyHmac } from "../crypto/hmac.ts";
import { SuiteError } from "../errors.ts";
import type { SignedHeaders } from "./presented.ts";

/** How far a timestamp may be off, in either direction. A nonce is remembered for twice as long. */
const WINDOW_SECONDS = 300;

const SIGNING_SECRET_PREFIX = "pps_";

export interface SignedRequest {
  readonly method: string;
  /** What follows the function's name, decoded: `/api/v1/workspaces/acme/projects/`. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  readonly body: Uint8Array;
  readonly timestamp: string;
  readonly nonce: string;
}

/** The text that is signed: seven lines, the first one the version. */
export function textToSign(request: SignedRequest): string {
  const { method, path, query, body, timestamp, nonce } = request;
  return ["plane-proxy-v1", method, path, query, sha256(body), timestamp, nonce].join("\n");
}

/** The secret of a client: different for each client, each version, and each secret of the function. */
export function signingSecret(functionSecret: string, clientId: string, version: number): string {
  const digest = createHmac("sha256", functionSecret)
    .update(`plane-proxy signing secret\n${clientId}\n${version}`).digest("base64url");
  return `${SIGNING_SECRET_PREFIX}${digest}`;
}

/**
 * Before anything is read or looked up.
 *
 * @throws SuiteError signature_expired
 */
export function assertInWindow(timestamp: string, nowMs: number): void {
  if (Math.abs(nowMs / 1000 - Number(timestamp)) <= WINDOW_SECONDS) return;
  throw new SuiteError("signature_expired");
}

/** @throws SuiteError signature_invalid unless one of the secrets signed exactly this request */
export function assertSigned(
  secrets: readonly string[],
  signed: SignedHeaders,
  request: Omit<SignedRequest, "timestamp" | "nonce">,
): void {
  const { timestamp, nonce, signature } = signed;
  const text = new TextEncoder().encode(textToSign({ ...request, timestamp, nonce }));
  if (verifyHmac(secrets, text, signature)) return;
  throw new SuiteError("signature_invalid", { message: "The signature does not match the request." });
}
