/** Who calls, and may they do this. Everything here happens before anything is sent to Plane. */
import { sha256 } from "../crypto/hmac.ts";
import { SuiteError } from "../errors.ts";
import { readBody } from "../http/read_body.ts";
import type { AdmittedBy, AdmittedClient, Verdict } from "../store/proxy/proxy_calls.ts";
import { readPresented, type SignedHeaders } from "./presented.ts";
import { permits } from "./scope.ts";
import { assertInWindow, assertSigned, signingSecret } from "./signature.ts";
import type { ProxyTarget } from "./target.ts";

export interface AuthoriseDependencies {
  admit: (by: AdmittedBy) => Promise<Verdict>;
  /** The good versions of a client's signing secret; undefined for no such client. */
  secretVersions: (clientId: string) => Promise<readonly number[] | undefined>;
  /** The function's own secrets; none: signed requests are refused. */
  functionSecrets: readonly string[];
  maxBodyBytes: number;
  /** Ms since the epoch. */
  now: () => number;
  /** Told who it is as soon as that is known, so that refusals are audited too. */
  onClient: (client: { id: string; name: string }) => void;
}

/**
 * Proves the caller and reads the body. The body of a signed request is read before the signature can be checked, but
 * only for a client that exists; any other body is read only when the call is allowed.
 *
 * @throws SuiteError unauthorized, signature_*, request_replayed, client_rate_limited (with retryAfterMs), forbidden,
 *   body_too_large, bad_request, secret_not_configured
 */
export async function authorise(
  request: Request,
  target: ProxyTarget,
  deps: AuthoriseDependencies,
): Promise<{ client: AdmittedClient; body: Uint8Array }> {
  const presented = readPresented(request.headers);
  if (presented.kind === "key") {
    const client = await admitted({ keyHash: sha256(presented.key) }, deps);
    assertPermitted(client, request, target);
    return { client, body: await readBody(request, deps.maxBodyBytes) };
  }
  const { signed } = presented;
  const body = await verified(request, target, signed, deps);
  const client = await admitted({ clientId: signed.clientId, nonce: signed.nonce }, deps);
  assertPermitted(client, request, target);
  return { client, body };
}

async function verified(
  request: Request,
  target: ProxyTarget,
  signed: SignedHeaders,
  deps: AuthoriseDependencies,
): Promise<Uint8Array> {
  if (deps.functionSecrets.length === 0) {
    throw new SuiteError("secret_not_configured", {
      message: "Signed requests need PLANE_PROXY_SIGNING_SECRET.",
    });
  }
  assertInWindow(signed.timestamp, deps.now());
  const versions = await deps.secretVersions(signed.clientId);
  // Nobody learns which clients exist: the answer is that of a wrong signature.
  if (versions === undefined) {
    throw new SuiteError("signature_invalid", { message: "The signature does not match the request." });
  }
  const body = await readBody(request, deps.maxBodyBytes);
  const secrets = deps.functionSecrets.flatMap((secret) =>
    versions.map((version) => signingSecret(secret, signed.clientId, version))
  );
  const { signedPath: path, query } = target;
  assertSigned(secrets, signed, { method: request.method, path, query, body });
  return body;
}

async function admitted(by: AdmittedBy, deps: AuthoriseDependencies): Promise<AdmittedClient> {
  const verdict = await deps.admit(by);
  if (verdict.verdict !== "unknown") deps.onClient(verdict.client);
  switch (verdict.verdict) {
    case "admitted":
      return verdict.client;
    case "limited":
      throw new SuiteError("client_rate_limited", { retryAfterMs: verdict.retry_after_ms });
    case "replayed":
      throw new SuiteError("request_replayed");
    case "expired":
      throw new SuiteError("unauthorized", { message: "This key has expired." });
    case "revoked":
      throw new SuiteError("unauthorized", { message: "This key has been revoked." });
    case "unknown":
      throw new SuiteError("unauthorized");
  }
}

function assertPermitted(client: AdmittedClient, request: Request, target: ProxyTarget): void {
  if (permits(client, request.method, target)) return;
  throw new SuiteError("forbidden", {
    message: "No scope of this key allows this method on this path in this workspace.",
  });
}
