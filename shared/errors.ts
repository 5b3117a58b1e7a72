/**
 * The one error type that crosses rooms: a stable code, and whether trying again can help.
 *
 * A message may be shown to an operator and written to a log. It therefore never carries a secret, a
 * record's contents, a request body or an upstream's traceback.
 */

/** `never`: the same attempt fails again. `later`: wait first. `now`: repeat at once, it is safe. */
export type Retry = "never" | "later" | "now";

/** Every code, with its retry class and what it tells the reader. Adding one here is the only way to add one. */
export const ERROR_CODES = {
  // Requests to our own doors.
  body_not_json: { retry: "never", meaning: "The request body is not a JSON object." },
  body_too_large: { retry: "never", meaning: "The request body is larger than the configured limit." },
  bad_request: { retry: "never", meaning: "The request is understood but not valid." },
  unsupported_media_type: { retry: "never", meaning: "The request body must be application/json." },
  method_not_allowed: { retry: "never", meaning: "The endpoint does not answer this method." },
  not_found: { retry: "never", meaning: "There is nothing at this address." },
  signature_missing: { retry: "never", meaning: "The webhook carries no signature." },
  signature_invalid: { retry: "never", meaning: "The webhook's signature does not match its body." },
  signature_expired: { retry: "never", meaning: "The signed timestamp is outside the window." },
  secret_not_configured: { retry: "later", meaning: "The webhook secret of this source is not configured." },
  request_replayed: { retry: "never", meaning: "The nonce of this signed request has been used before." },
  unauthorized: { retry: "never", meaning: "A key or token with the right to do this is required." },
  forbidden: { retry: "never", meaning: "The key or token does not allow this." },
  client_rate_limited: { retry: "later", meaning: "This key's own share of requests is used up." },
  too_busy: { retry: "later", meaning: "Too many requests are waiting for the database." },
  database_unreachable: { retry: "later", meaning: "The database did not answer in time." },
  internal: { retry: "later", meaning: "An unexpected fault; the log has the details." },

  // Configuration.
  plane_not_configured: {
    retry: "later",
    meaning:
      "Reaching Plane needs PLANE_API_URL, PLANE_WORKSPACE_SLUG, and PLANE_API_KEY or an installed OAuth app.",
  },
  odoo_not_configured: {
    retry: "later",
    meaning: "Reaching Odoo needs ODOO_URL and ODOO_API_KEY; 17 and 18 also ODOO_DB and ODOO_LOGIN.",
  },

  // Odoo.
  odoo_unauthorized: { retry: "later", meaning: "Odoo refused the API key (wrong or expired)." },
  odoo_forbidden: { retry: "never", meaning: "The Odoo user lacks a right for this." },
  odoo_missing_record: { retry: "never", meaning: "The Odoo record does not exist." },
  odoo_not_found: { retry: "never", meaning: "Odoo does not know this model, method or database." },
  odoo_rejected: { retry: "never", meaning: "Odoo refused the values (user or validation error)." },
  odoo_bad_request: {
    retry: "never",
    meaning: "Odoo cannot process this request (unknown field, wrong value).",
  },
  odoo_conflict: { retry: "now", meaning: "Another transaction was in the way; Odoo changed nothing." },
  odoo_server_error: { retry: "later", meaning: "Odoo failed; the outcome of a write is unknown." },
  odoo_timeout: {
    retry: "later",
    meaning: "Odoo did not answer in time; the outcome of a write is unknown.",
  },
  odoo_unreachable: { retry: "later", meaning: "Odoo could not be reached." },
  odoo_bad_answer: { retry: "later", meaning: "Odoo answered something that is not its protocol." },

  // Plane.
  plane_unauthorized: { retry: "later", meaning: "Plane asks for an API key." },
  plane_forbidden: {
    retry: "later",
    meaning: "Plane refused the key, or the key's user may not see this project.",
  },
  plane_plan_required: { retry: "never", meaning: "The Plane workspace's plan does not include this." },
  plane_not_found: { retry: "never", meaning: "Plane does not show this record (deleted or archived)." },
  plane_rejected: { retry: "never", meaning: "Plane refused the values." },
  plane_conflict: { retry: "never", meaning: "The external id, or a project's name, is taken in Plane." },
  plane_rate_limited: { retry: "later", meaning: "Plane's request limit is reached." },
  plane_server_error: { retry: "later", meaning: "Plane failed." },
  plane_timeout: { retry: "later", meaning: "Plane did not answer in time." },
  plane_unreachable: { retry: "later", meaning: "Plane could not be reached." },
  plane_bad_answer: { retry: "later", meaning: "Plane answered something that is not its API." },

  circuit_open: {
    retry: "later",
    meaning: "This side failed several times in a row; nothing is sent to it until the cool-down ends.",
  },

  // OAuth tokens for Plane.
  oauth_not_configured: {
    retry: "later",
    meaning: "OAuth needs PLANE_OAUTH_CLIENT_ID, PLANE_OAUTH_CLIENT_SECRET and an address for the redirect.",
  },
  token_keys_invalid: { retry: "later", meaning: "TOKEN_KEYS, the keys that seal tokens, cannot be used." },
  token_unreadable: {
    retry: "later",
    meaning: "A stored token cannot be opened with the keys in TOKEN_KEYS.",
  },
  oauth_state_invalid: {
    retry: "never",
    meaning: "This consent was not begun here, was finished already, or took more than ten minutes.",
  },
  oauth_denied: { retry: "never", meaning: "The consent was refused in Plane." },
  oauth_needs_reauthorization: {
    retry: "later",
    meaning: "There is no live grant for Plane: somebody must authorise (again).",
  },
  oauth_refused: { retry: "later", meaning: "The authorization server refused the app or its request." },
  oauth_unavailable: {
    retry: "later",
    meaning: "The authorization server failed, did not answer in time, or is being asked by another worker.",
  },

  // Synchronisation.
  project_unknown: {
    retry: "never",
    meaning:
      "A Plane record can only be read inside its project, and nobody has named that: give project_id.",
  },
  work_item_unknown: {
    retry: "never",
    meaning: "A comment can only be read inside its work item, and neither a hint nor its message names it.",
  },
  waits_for_project: {
    retry: "later",
    meaning: "What this record hangs on (its project, work item or task) has no partner yet.",
  },
  outcome_unknown: {
    retry: "later",
    meaning:
      "A write was sent and nobody knows whether it took effect: the entity rests, is read again and goes on.",
  },
  lease_lost: { retry: "now", meaning: "Another worker took the entity over; nothing was written." },
  worker_crashed: { retry: "never", meaning: "The worker died on this entity several times in a row." },
  paused: { retry: "later", meaning: "This entity or its kind is paused by configuration." },
  left_out: {
    retry: "later",
    meaning: "The configuration leaves its project out; it is looked at again when that changes.",
  },
  partner_deleted: {
    retry: "never",
    meaning: "Its Odoo record, or what it hangs on, was deleted in Odoo; that is not made again.",
  },
  partner_taken: {
    retry: "never",
    meaning:
      "The Odoo record this one would be linked to belongs to another by now: unlink one, or leave it.",
  },
  unknown_entity: { retry: "never", meaning: "This kind of entity is not synchronised." },
} as const satisfies Record<string, { retry: Retry; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Facts about a failure that are safe to log: identifiers, counts, upstream exception names. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null>>;

export class SuiteError extends Error {
  override readonly name = "SuiteError";
  readonly code: ErrorCode;
  readonly retry: Retry;
  /** How long the other side asked us to wait, in ms. */
  readonly retryAfterMs: number | undefined;
  /** True when a write was sent and nobody knows whether it took effect. */
  readonly outcomeUnknown: boolean;
  readonly facts: ErrorFacts;

  constructor(
    code: ErrorCode,
    options: {
      message?: string;
      retry?: Retry;
      retryAfterMs?: number;
      outcomeUnknown?: boolean;
      facts?: ErrorFacts;
      cause?: unknown;
    } = {},
  ) {
    super(options.message ?? ERROR_CODES[code].meaning, { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? ERROR_CODES[code].retry;
    this.retryAfterMs = options.retryAfterMs;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
    this.facts = options.facts ?? {};
  }

  /** The same error for a write that may have taken effect all the same. */
  withUnknownOutcome(): SuiteError {
    if (this.outcomeUnknown) return this;
    return new SuiteError(this.code, {
      message: this.message,
      retry: this.retry,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      outcomeUnknown: true,
      facts: this.facts,
      cause: this.cause,
    });
  }
}

/** Anything thrown, as a SuiteError. What we do not know is `internal`: its own text stays in `cause`. */
export function toSuiteError(thrown: unknown): SuiteError {
  return thrown instanceof SuiteError ? thrown : new SuiteError("internal", { cause: thrown });
}
