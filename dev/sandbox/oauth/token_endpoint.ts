/** `POST /auth/o/token/`: who asks, for what, and the errors of RFC 6749 (5.2) in the form Plane's server gives them. */
import { createHash } from "node:crypto";
import type { Grants, TokenAnswer } from "./grants.ts";

export interface Requested {
  readonly grantType: string;
  /** `issued`, or the error. */
  readonly outcome: string;
}

/** `status`: answered before anything happened. `lost`: it happened, and the answer never arrives. */
export type TokenFault = { kind: "status"; status: number; body?: string } | { kind: "lost" };

export interface TokenEndpoint {
  readonly grants: Grants;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly requested: Requested[];
  readonly faults: TokenFault[];
}

type Outcome = TokenAnswer | { error: string; status?: number };

export async function token(request: Request, endpoint: TokenEndpoint): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const grantType = form.get("grant_type") ?? "";
  const fault = endpoint.faults.shift();
  if (fault?.kind === "status") {
    endpoint.requested.push({ grantType, outcome: `fault ${fault.status}` });
    return new Response(fault.body ?? "<!DOCTYPE html>", { status: fault.status });
  }
  const outcome = answer(request, form, grantType, endpoint);
  const failed = "error" in outcome;
  endpoint.requested.push({ grantType, outcome: failed ? outcome.error : "issued" });
  if (fault?.kind === "lost") return new Response("<!DOCTYPE html>", { status: 502 });
  if (!failed) return Response.json(outcome, { headers: { "cache-control": "no-store" } });
  const { error, status = 400 } = outcome;
  const headers: Record<string, string> = status === 401
    ? { "www-authenticate": `Bearer error="${error}"` }
    : {};
  return Response.json({ error }, { status, headers });
}

function answer(
  request: Request,
  form: URLSearchParams,
  grantType: string,
  endpoint: TokenEndpoint,
): Outcome {
  const { grants } = endpoint;
  const dead = { error: "invalid_grant" };
  if (!isClient(request, form, grantType, endpoint)) return { error: "invalid_client", status: 401 };
  if (grantType === "client_credentials") {
    const id = form.get("app_installation_id");
    if (id === null) return { error: "invalid_request" };
    return grants.botToken(id, form.get("scope") ?? "") ?? dead;
  }
  if (grantType === "authorization_code") {
    const code = grants.takeCode(form.get("code") ?? "");
    if (code === undefined || code.redirectUri !== form.get("redirect_uri")) return dead;
    if (code.challenge !== null && code.challenge !== s256(form.get("code_verifier") ?? "")) return dead;
    return grants.userTokens(code.scope);
  }
  if (grantType === "refresh_token") return grants.refresh(form.get("refresh_token") ?? "") ?? dead;
  return { error: "unsupported_grant_type" };
}

/** The bot's grant authenticates in the header, the others in the form, as Plane documents them. */
function isClient(
  request: Request,
  form: URLSearchParams,
  grantType: string,
  { clientId, clientSecret }: TokenEndpoint,
): boolean {
  if (grantType !== "client_credentials") {
    return form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
  }
  return request.headers.get("authorization") === `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
}

function s256(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
