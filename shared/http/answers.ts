/** Every answer is JSON: `{ok: true, ...}` or `{ok: false, success: false, error, code}`. */
import { type ErrorCode, type SuiteError } from "../errors.ts";

const STATUS: Partial<Record<ErrorCode, number>> = {
  body_not_json: 400,
  bad_request: 400,
  signature_missing: 401,
  signature_invalid: 401,
  signature_expired: 401,
  secret_not_configured: 401,
  request_replayed: 401,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  unsupported_media_type: 415,
  client_rate_limited: 429,
  too_busy: 503,
  database_unreachable: 503,
  // The other side failed or refused us; what it refuses of our values stays a fault of ours.
  plane_rate_limited: 429,
  plane_not_found: 404,
  plane_unauthorized: 502,
  plane_forbidden: 502,
  plane_plan_required: 502,
  plane_server_error: 502,
  plane_bad_answer: 502,
  plane_unreachable: 502,
  plane_timeout: 504,
  plane_not_configured: 503,
  odoo_unauthorized: 502,
  odoo_forbidden: 502,
  odoo_missing_record: 502,
  odoo_not_found: 502,
  odoo_server_error: 502,
  odoo_bad_answer: 502,
  odoo_unreachable: 502,
  odoo_timeout: 504,
  odoo_conflict: 503,
  odoo_not_configured: 503,
  circuit_open: 503,
  oauth_state_invalid: 400,
  oauth_denied: 403,
  oauth_needs_reauthorization: 409,
  oauth_refused: 502,
  oauth_unavailable: 502,
  oauth_not_configured: 503,
  token_keys_invalid: 503,
  token_unreadable: 503,
};

/** The HTTP status of a code; whatever a door does not name is a fault of ours. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 500;
}

/** The answer for a failure: its text and code, nothing of its cause. */
export function failure(error: SuiteError, headers: Record<string, string> = {}): Response {
  const status = statusOf(error.code);
  const body = { ok: false, success: false, error: error.message, code: error.code };
  return Response.json(body, { status, headers: { ...retryAfter(error, status), ...headers } });
}

/** Whole seconds, rounded up: never earlier than the wait that is known. */
function retryAfter({ retryAfterMs }: SuiteError, status: number): Record<string, string> {
  if (retryAfterMs !== undefined) {
    return { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  }
  if (status === 503) return { "retry-after": "30" };
  return status === 429 ? { "retry-after": "60" } : {};
}
