/**
 * One request to Plane and its JSON answer, or a SuiteError. What a budget or retries need to know is on
 * `PlaneRequest`, so that both can be wrapped around a `PlaneTransport` without the client noticing.
 */
import { SuiteError } from "../errors.ts";
import { jsonBody } from "../json_body.ts";
import { answerError, type FailedAnswer, isUnknownAddress } from "./answer_errors.ts";
import { apiRoot } from "./base_url.ts";
import { apiKeyCredential, bearerCredential, type PlaneCredential } from "./credential.ts";

export interface PlaneCall {
  readonly signal?: AbortSignal;
  /** Overrides the client's time limit for one attempt, in ms. */
  readonly timeoutMs?: number;
  /** How long the whole call may take, waiting for the budget and retries included, in ms. */
  readonly deadlineMs?: number;
}

export interface PlaneRequest extends PlaneCall {
  /** What the caller is doing, for errors and logs: `read work item`. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Segments after `/api/v1/`, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** For wrappers: called just before a request leaves, and with each answer, whatever its status. */
  readonly onSend?: () => void;
  readonly onAnswer?: (answer: { readonly status: number; readonly headers: Headers }) => void;
}

export interface PlaneAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `null` when there is no body. */
  readonly body: unknown;
}

/** Resolves for any 2xx; rejects with a SuiteError `plane_*`, or with the caller's own abort reason. */
export type PlaneTransport = (request: PlaneRequest) => Promise<PlaneAnswer>;

export interface PlaneTransportConfig {
  readonly baseUrl: string;
  /** Who we are; goes before key and token. */
  readonly credential?: PlaneCredential;
  readonly apiKey?: string;
  /** An OAuth token of the cloud; the community edition understands only the key. */
  readonly accessToken?: string;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Throws `plane_not_configured` when there is neither a key nor a token, or no usable base URL. */
export function createPlaneTransport(
  config: PlaneTransportConfig,
  deps: { fetch: typeof fetch },
): PlaneTransport {
  const root = apiRoot(config.baseUrl);
  const credential = credentialOf(config);
  // Until Plane says otherwise: the community edition before 1.1 knows work items only as `/issues/`.
  let collection = "work-items";

  async function send(request: PlaneRequest, path: readonly string[]): Promise<PlaneAnswer | FailedAnswer> {
    const url = address(root, path, request.query);
    const credentials = await credential.headers();
    request.signal?.throwIfAborted();
    const timeout = new AbortController();
    const limit = Math.min(
      request.timeoutMs ?? config.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      Math.max(request.deadlineMs ?? Infinity, 0),
    );
    const timer = setTimeout(() => timeout.abort(), limit);
    const writes = request.method !== "GET";
    const facts = { operation: request.operation };
    try {
      request.onSend?.();
      const response = await deps.fetch(url, {
        method: request.method,
        headers: {
          ...credentials,
          Accept: "application/json",
          ...(request.body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        body: request.body === undefined ? null : jsonBody(request.body),
        // A key must never travel on to where a redirect points.
        redirect: "manual",
        signal: request.signal === undefined
          ? timeout.signal
          : AbortSignal.any([timeout.signal, request.signal]),
      });
      request.onAnswer?.({ status: response.status, headers: response.headers });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: parse(text) };
    } catch (cause) {
      if (request.signal?.aborted) throw request.signal.reason;
      const code = timeout.signal.aborted ? "plane_timeout" : "plane_unreachable";
      throw new SuiteError(code, { facts, outcomeUnknown: writes, cause });
    } finally {
      clearTimeout(timer);
    }
  }

  const renamed = (path: readonly string[]) =>
    path.map((segment) => segment === "work-items" ? collection : segment);

  return async (request) => {
    request.signal?.throwIfAborted();
    let answer = await send(request, renamed(request.path));
    if (collection === "work-items" && isUnknownAddress(answer) && request.path.includes("work-items")) {
      const other = await send(
        request,
        request.path.map((segment) => segment === "work-items" ? "issues" : segment),
      );
      if (!isUnknownAddress(other)) collection = "issues";
      answer = other;
    }
    if (answer.status < 200 || answer.status >= 300) throw unsuccessful(answer, request);
    if (answer.body === undefined) {
      throw new SuiteError("plane_bad_answer", {
        facts: { operation: request.operation, status: answer.status },
      });
    }
    return answer;
  };
}

/** A 5xx to a write says nothing about its effect. */
function unsuccessful(answer: FailedAnswer, request: PlaneRequest): SuiteError {
  const error = answerError(answer, request.operation, request.method, request.body);
  return error.code === "plane_server_error" && request.method !== "GET" ? error.withUnknownOutcome() : error;
}

function credentialOf({ credential, apiKey, accessToken }: PlaneTransportConfig): PlaneCredential {
  if (credential !== undefined) return credential;
  return accessToken && !apiKey ? bearerCredential(accessToken) : apiKeyCredential(apiKey);
}

/** Plane's addresses end in a slash: without it even a POST is answered with a redirect. */
function address(
  root: string,
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  // `..` would climb out of the project, and nothing at all would address the list instead of the record.
  if (path.some((segment) => segment === "" || segment === "." || segment === "..")) {
    throw new SuiteError("plane_rejected", { message: "This is no Plane id." });
  }
  const search = new URLSearchParams(query).toString();
  return `${root}${path.map(encodeURIComponent).join("/")}/${search === "" ? "" : `?${search}`}`;
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
