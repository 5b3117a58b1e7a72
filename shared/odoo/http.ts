/**
 * One HTTP exchange with Odoo, and what its failure means: was the request certainly not delivered, or may it
 * still take effect? No cookie is kept and no redirect followed (it would carry the key elsewhere).
 */
import { SuiteError } from "../errors.ts";
import { jsonBody } from "../json_body.ts";

export interface HttpRequest {
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON in a POST; without a body this is a GET. */
  body?: unknown;
  /** True when the call may change something, so that a lost answer leaves its outcome unknown. */
  writes: boolean;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** For messages: `model/method`. */
  label: string;
}

export interface HttpAnswer {
  status: number;
  contentType: string;
  text: string;
  /** The `Retry-After` header in ms, when it is a number of seconds. */
  retryAfterMs: number | undefined;
}

export type HttpPoster = (request: HttpRequest) => Promise<HttpAnswer>;

/** Network and TLS failures that come before the first byte of the request is sent. */
const NEVER_SENT =
  /client error \(Connect\)|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|connection refused|dns error|ports? .*blocked|invalid url/i;

/** Throws `odoo_timeout` or `odoo_unreachable`; whatever answer arrives is returned, whatever its status. */
export function httpPoster(fetchFunction: typeof fetch, defaultTimeoutMs: number): HttpPoster {
  return async (request) => {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const signals = request.signal === undefined ? [deadline.signal] : [deadline.signal, request.signal];
    try {
      if (request.signal?.aborted === true) throw new NotSent();
      const response = await fetchFunction(request.url, {
        method: request.body === undefined ? "GET" : "POST",
        headers: { accept: "application/json", "content-type": "application/json", ...request.headers },
        ...(request.body === undefined ? {} : { body: jsonBody(request.body) }),
        signal: AbortSignal.any(signals),
        redirect: "manual",
        credentials: "omit",
      });
      return {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        text: await response.text(),
        retryAfterMs: retryAfter(response.headers.get("retry-after")),
      };
    } catch (thrown) {
      throw transferFailure(thrown, request, { timedOut: deadline.signal.aborted, timeoutMs });
    } finally {
      clearTimeout(timer);
    }
  };
}

class NotSent extends Error {}

/** The upstream's own error text is only looked at, never passed on: it can name hosts and addresses. */
function transferFailure(
  thrown: unknown,
  request: HttpRequest,
  wait: { timedOut: boolean; timeoutMs: number },
): SuiteError {
  if (thrown instanceof NotSent) {
    return new SuiteError("odoo_timeout", {
      message: `${request.label} was cancelled before it was sent.`,
      facts: { call: request.label },
    });
  }
  if (wait.timedOut) {
    return new SuiteError("odoo_timeout", {
      message: `Odoo did not answer ${request.label} within ${wait.timeoutMs} ms.`,
      outcomeUnknown: request.writes,
      facts: { call: request.label, timeoutMs: wait.timeoutMs },
    });
  }
  if (request.signal?.aborted === true) {
    return new SuiteError("odoo_timeout", {
      message: `${request.label} was cancelled while waiting for Odoo.`,
      outcomeUnknown: request.writes,
      facts: { call: request.label },
    });
  }
  const sent = !NEVER_SENT.test(describe(thrown));
  return new SuiteError("odoo_unreachable", {
    message: sent
      ? `The connection to Odoo broke during ${request.label}.`
      : `Odoo could not be reached for ${request.label}.`,
    outcomeUnknown: sent && request.writes,
    facts: { call: request.label, sent },
  });
}

/** A fetch failure with its causes: runtimes differ in how deep they put the reason. */
function describe(thrown: unknown): string {
  const parts: string[] = [];
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    parts.push(error.message);
    if ("code" in error) parts.push(String(error.code));
  }
  return parts.join(" ");
}

function retryAfter(header: string | null): number | undefined {
  if (header === null || !/^\d{1,6}$/.test(header.trim())) return undefined;
  return Number(header.trim()) * 1000;
}
