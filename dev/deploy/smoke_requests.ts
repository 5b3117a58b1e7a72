/** What a freshly booted function has to answer when nobody has shown a key: the documented refusals. */

export interface SmokeRequest {
  method: string;
  /** From the function's name on, as the platform passes it. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  status: number;
  /** `error.code` of the JSON answer, where one is documented. */
  code?: string;
}

const JSON_BODY = { headers: { "content-type": "application/json" }, body: "{}" };

/** By function. A function without an entry fails the check: its first answers have to be written down. */
export const SMOKE_REQUESTS: Record<string, SmokeRequest[]> = {
  "plane-sync": [
    { method: "OPTIONS", path: "/plane-sync?action=status", status: 405, code: "method_not_allowed" },
    { method: "GET", path: "/plane-sync?source=plane", status: 405, code: "method_not_allowed" },
    { method: "GET", path: "/plane-sync", status: 400, code: "bad_request" },
    { method: "GET", path: "/plane-sync?action=status", status: 401, code: "unauthorized" },
    { method: "POST", path: "/plane-sync?action=drain", status: 401, code: "unauthorized" },
    {
      method: "POST",
      path: "/plane-sync?source=plane&action=status",
      status: 400,
      code: "bad_request",
      ...JSON_BODY,
    },
    {
      method: "POST",
      path: "/plane-sync?source=plane",
      status: 401,
      code: "signature_missing",
      ...JSON_BODY,
    },
    { method: "POST", path: "/plane-sync?source=odoo", status: 401, code: "signature_missing", ...JSON_BODY },
  ],
  "plane-proxy": [
    { method: "GET", path: "/plane-proxy/openapi.json", status: 200 },
    { method: "OPTIONS", path: "/plane-proxy/api/v1/users/me/", status: 405, code: "method_not_allowed" },
    { method: "GET", path: "/plane-proxy/api/v1/users/me/", status: 401, code: "unauthorized" },
    { method: "GET", path: "/plane-proxy/workspaces/acme/projects/", status: 401, code: "unauthorized" },
    {
      method: "GET",
      path: "/plane-proxy/users/me/",
      headers: { "x-proxy-signature": "0" },
      status: 401,
      code: "signature_missing",
    },
    { method: "GET", path: "/plane-proxy/auth/sign-in/", status: 404, code: "not_found" },
    { method: "GET", path: "/plane-proxy/workspaces/acme/%252e%252e/", status: 400, code: "bad_request" },
    { method: "POST", path: "/plane-proxy", status: 400, code: "bad_request", ...JSON_BODY },
    { method: "GET", path: "/plane-proxy?action=list", status: 405, code: "method_not_allowed" },
    { method: "POST", path: "/plane-proxy?action=list", status: 401, code: "unauthorized", ...JSON_BODY },
  ],
  "oauth-token-refresh": [
    { method: "OPTIONS", path: "/oauth-token-refresh", status: 405, code: "method_not_allowed" },
    { method: "GET", path: "/oauth-token-refresh", status: 401, code: "unauthorized" },
    { method: "GET", path: "/oauth-token-refresh?action=status", status: 401, code: "unauthorized" },
    { method: "GET", path: "/oauth-token-refresh?action=anything", status: 400, code: "bad_request" },
    { method: "GET", path: "/oauth-token-refresh/anything", status: 404, code: "not_found" },
    { method: "POST", path: "/oauth-token-refresh?action=refresh", status: 401, code: "unauthorized" },
    {
      method: "POST",
      path: "/oauth-token-refresh?action=authorize",
      status: 401,
      code: "unauthorized",
      ...JSON_BODY,
    },
    { method: "GET", path: "/oauth-token-refresh/setup", status: 401, code: "unauthorized" },
    { method: "POST", path: "/oauth-token-refresh/callback", status: 405, code: "method_not_allowed" },
    { method: "GET", path: "/oauth-token-refresh/callback", status: 400, code: "oauth_state_invalid" },
    {
      method: "GET",
      path: "/oauth-token-refresh/callback?state=unknown",
      status: 503,
      code: "database_unreachable",
    },
  ],
};

/** The variables the platform sets, and secrets nobody uses; nothing listens at the database's address. */
export const FUNCTION_ENVIRONMENT: Record<string, string> = {
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_DB_URL: "postgresql://postgres@127.0.0.1:9/postgres",
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: "sb_secret_not_used_anywhere" }),
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: "sb_publishable_not_used_anywhere" }),
  SUPABASE_JWKS: JSON.stringify({ keys: [] }),
};
