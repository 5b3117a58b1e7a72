/**
 * What an Odoo failure means. The exception's name decides, not the HTTP status: a 500 can be a wrong value that
 * never works, or a lost race that works at the next try; a 404 is a model, a method, a record or a database.
 *
 * Odoo's message texts contain record contents and its `debug` a traceback. Neither goes further than this file.
 */
import { type ErrorCode, type ErrorFacts, SuiteError } from "../errors.ts";
import type { HttpAnswer } from "./http.ts";
import { namedField } from "./named_fields.ts";

const READS: ReadonlySet<string> = new Set([
  "search",
  "search_read",
  "search_count",
  "read",
  "read_group",
  "web_read",
  "web_search_read",
  "fields_get",
  "name_search",
  "default_get",
  "context_get",
  "check_object_reference",
  "has_access",
]);

/** Methods that change nothing, whatever becomes of their answer. An unknown method counts as a write. */
export function isRead(method: string): boolean {
  return READS.has(method);
}

/** Exceptions by full name. What is not here is taken for a fault of the server. */
const CODE_OF_EXCEPTION: Readonly<Record<string, ErrorCode>> = {
  "odoo.exceptions.AccessDenied": "odoo_unauthorized",
  "odoo.http.SessionExpiredException": "odoo_unauthorized",
  "werkzeug.exceptions.Unauthorized": "odoo_unauthorized",
  "odoo.exceptions.AccessError": "odoo_forbidden",
  "werkzeug.exceptions.Forbidden": "odoo_forbidden",
  "odoo.exceptions.MissingError": "odoo_missing_record",
  "odoo.exceptions.UserError": "odoo_rejected",
  "odoo.exceptions.RedirectWarning": "odoo_rejected",
  "odoo.exceptions.ValidationError": "odoo_rejected",
  "psycopg2.errors.CheckViolation": "odoo_rejected",
  "psycopg2.errors.ForeignKeyViolation": "odoo_rejected",
  "psycopg2.errors.NotNullViolation": "odoo_rejected",
  "psycopg2.errors.UniqueViolation": "odoo_rejected",
  "werkzeug.exceptions.NotFound": "odoo_not_found",
  "werkzeug.exceptions.MethodNotAllowed": "odoo_not_found",
  "werkzeug.exceptions.BadRequest": "odoo_bad_request",
  "werkzeug.exceptions.UnprocessableEntity": "odoo_bad_request",
  "werkzeug.exceptions.UnsupportedMediaType": "odoo_bad_request",
  "werkzeug.exceptions.RequestEntityTooLarge": "odoo_bad_request",
  "builtins.AssertionError": "odoo_bad_request",
  "builtins.AttributeError": "odoo_bad_request",
  "builtins.IndexError": "odoo_bad_request",
  "builtins.KeyError": "odoo_bad_request",
  "builtins.TypeError": "odoo_bad_request",
  "builtins.ValueError": "odoo_bad_request",
  "psycopg2.errors.DatetimeFieldOverflow": "odoo_bad_request",
  "psycopg2.errors.InvalidDatetimeFormat": "odoo_bad_request",
  "psycopg2.errors.InvalidTextRepresentation": "odoo_bad_request",
  "psycopg2.errors.NumericValueOutOfRange": "odoo_bad_request",
  "odoo.exceptions.ConcurrencyError": "odoo_conflict",
  "odoo.exceptions.LockError": "odoo_conflict",
  "psycopg2.errors.DeadlockDetected": "odoo_conflict",
  "psycopg2.errors.LockNotAvailable": "odoo_conflict",
  "psycopg2.errors.SerializationFailure": "odoo_conflict",
  "psycopg2.extensions.TransactionRollbackError": "odoo_conflict",
};

/**
 * A failure Odoo described itself. Facts: `exception`; for a missing record `missingModel` and `missingId`, so
 * that a missing target of a relation is not taken for the record that was written; for refused values `fields`, the
 * field it is about, if Odoo names one of those that were sent.
 *
 * @param args what the method was called with
 */
export function failureFrom(
  error: { name: string; message: string },
  at: { model: string; method: string; status?: number },
  args: Readonly<Record<string, unknown>> = {},
): SuiteError {
  const exception = /^[A-Za-z_][\w.]{0,99}$/.test(error.name) ? error.name : "unnamed";
  const code = codeOf(exception, error.message);
  const missing = code === "odoo_missing_record" ? missingRecord(error.message) : {};
  const field = code === "odoo_rejected" || code === "odoo_bad_request"
    ? namedField(error.message, args)
    : undefined;
  return failure(code, at, { exception, ...missing, ...(field === undefined ? {} : { fields: field }) });
}

/** 18 and later, and before. */
const NO_METHOD = /^The method '[\w.]+' does not exist$|^type object '[\w.]+' has no attribute '\w+'$/;

function codeOf(exception: string, message: string): ErrorCode {
  // JSON-RPC has no exception of its own for these three: only the text tells them from other failures.
  if (exception === "builtins.AttributeError" && NO_METHOD.test(message)) {
    return "odoo_not_found";
  }
  if (exception === "odoo.exceptions.UserError" && /^Object [\w.]+ doesn't exist$/.test(message)) {
    return "odoo_not_found";
  }
  if (exception === "psycopg2.OperationalError" && /database ".*" does not exist/.test(message)) {
    return "odoo_not_found";
  }
  return CODE_OF_EXCEPTION[exception] ?? "odoo_server_error";
}

/** Odoo writes `(Record: project.task(5,), User: 2)` into the text, in every language. */
function missingRecord(message: string): ErrorFacts {
  const found = /([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\((\d+)[,)]/.exec(message);
  if (found?.[1] === undefined || found[2] === undefined) return {};
  return { missingModel: found[1], missingId: Number(found[2]) };
}

/** An answer that does not come from Odoo's own error handling: a proxy, a page, a redirect. */
export function proxyFailure(answer: HttpAnswer, at: { model: string; method: string }): SuiteError {
  const facts = { status: answer.status };
  if (answer.status === 429) {
    return failure("odoo_unreachable", at, facts, { retryAfterMs: answer.retryAfterMs });
  }
  if (answer.status >= 500) {
    return failure("odoo_server_error", at, facts, { retryAfterMs: answer.retryAfterMs });
  }
  if (answer.status === 401) return failure("odoo_unauthorized", at, facts);
  if (answer.status === 403) return failure("odoo_forbidden", at, facts);
  if (answer.status === 404) return failure("odoo_not_found", at, facts);
  if (answer.status >= 400) return failure("odoo_bad_request", at, facts);
  return failure("odoo_bad_answer", at, facts);
}

function failure(
  code: ErrorCode,
  at: { model: string; method: string; status?: number },
  facts: ErrorFacts,
  options: { retryAfterMs?: number | undefined } = {},
): SuiteError {
  const what = facts.exception ?? `status ${facts.status}`;
  return new SuiteError(code, {
    message: `${at.model}/${at.method} failed in Odoo: ${what}.`,
    outcomeUnknown: (code === "odoo_server_error" || code === "odoo_bad_answer") && !isRead(at.method),
    facts: {
      model: at.model,
      method: at.method,
      ...(at.status === undefined ? {} : { status: at.status }),
      ...facts,
    },
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  });
}
