/** What Plane's status codes mean. Their bodies have four shapes, and the same 404 can mean two things. */
import { type ErrorCode, SuiteError } from "../errors.ts";

/** The part of an answer that classification needs. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body, `undefined` when it is not JSON. */
  readonly body: unknown;
}

/** The community edition says "Page not found." when the address is no view, and another text for a missing record. */
export function isUnknownAddress(answer: FailedAnswer): boolean {
  return answer.status === 404 && /page not found/i.test(errorText(answer.body) ?? "");
}

/**
 * The error of an answer that is no success. Never contains Plane's text, which may repeat the values that were sent.
 *
 * A wrong or expired key is 403, like a missing right and like an unknown project; 401 is only "no key". A 404 is a
 * missing record only when Plane itself says so: a proxy's 404 must not look like a deletion. A 409 to a create has the id
 * of the record that is in the way in `facts.existing_id`, where Plane gives one. A 400, and a 409 to
 * a change, have the names of the refused fields in `facts.fields`, with spaces between, as far as they are among those that
 * were sent.
 *
 * @param sent the body of the request
 */
export function answerError(
  answer: FailedAnswer,
  operation: string,
  method = "GET",
  sent?: unknown,
): SuiteError {
  const { status } = answer;
  const facts = { operation, status };
  if (status === 429 || status === 503) {
    const retryAfterMs = retryAfter(answer.headers);
    return new SuiteError(codeOf(status), {
      facts,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (status === 409 && method === "POST") {
    // On a PATCH the id in the body is the patched record's own: it says nothing about the owner.
    const existing = existingId(answer.body);
    return new SuiteError("plane_conflict", {
      facts: existing === undefined ? facts : { ...facts, existing_id: existing },
    });
  }
  if (status >= 300 && status < 400) {
    const message = "Plane answered with a redirect; PLANE_BASE_URL must be the final address.";
    return new SuiteError("plane_bad_answer", { message, facts });
  }
  if (status === 404 && (isUnknownAddress(answer) || errorText(answer.body) === undefined)) {
    const message = "There is no Plane API at this address; check PLANE_BASE_URL.";
    return new SuiteError("plane_bad_answer", { message, facts });
  }
  const refused = status === 400 || status === 409 ? refusedFields(answer.body, sent) : "";
  return new SuiteError(codeOf(status), { facts: refused === "" ? facts : { ...facts, fields: refused } });
}

/**
 * Plane answers `{"name": ["..."]}`, nested for lists: `{"assignees": {"0": ["..."]}}`. Nothing of the answer goes further
 * that was not in the request: an error may repeat anything.
 */
function refusedFields(body: unknown, sent: unknown): string {
  if (typeof body !== "object" || body === null || typeof sent !== "object" || sent === null) return "";
  return Object.keys(sent).filter((name) => Object.hasOwn(body, name)).join(" ");
}

function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "plane_unauthorized";
    case 402:
      return "plane_plan_required";
    case 403:
      return "plane_forbidden";
    case 404:
      return "plane_not_found";
    case 409:
      return "plane_conflict";
    case 429:
      return "plane_rate_limited";
  }
  return status >= 500 ? "plane_server_error" : "plane_rejected";
}

/** `Retry-After` in seconds, the form Plane sends, as ms; on a 429 it is the only header about the limit. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1000) : undefined;
}

function existingId(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("id" in body)) return undefined;
  return typeof body.id === "string" && /^[\w-]{1,64}$/.test(body.id) ? body.id : undefined;
}

/** `{"error": "..."}` or `{"detail": "..."}`. */
function errorText(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const text = "error" in body ? body.error : "detail" in body ? body.detail : undefined;
  return typeof text === "string" ? text : undefined;
}
