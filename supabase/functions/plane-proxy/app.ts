/**
 * plane-proxy's routes: Plane's own paths below the function's, `/openapi.json`, and the management of its clients at the
 * function's address itself. A proxy key never manages; a management key never reaches Plane.
 */
import { Hono } from "hono";
import { SuiteError, toSuiteError } from "../../../shared/errors.ts";
import { failure, statusOf } from "../../../shared/http/answers.ts";
import type { Caller } from "../../../shared/http/management_auth.ts";
import { decodeUtf8, parseJsonObject, readBody } from "../../../shared/http/read_body.ts";
import type { Log } from "../../../shared/log.ts";
import type { ProxiedAnswer } from "../../../shared/proxy/answer.ts";
import { MANAGEMENT_ACTIONS, type ManagementAction } from "../../../shared/proxy/manage_clients.ts";
import { openApiDocument } from "../../../shared/proxy/openapi.ts";
import type { AnswerSource, ProxyCall } from "../../../shared/proxy/proxy.ts";
import { METHODS } from "../../../shared/proxy/scope.ts";
import { type ProxyTarget, readDestination } from "../../../shared/proxy/target.ts";
import type { AdmittedClient, AuditedCall } from "../../../shared/store/proxy/proxy_calls.ts";

export interface AppDependencies {
  /** Proves the caller; tells who it is as soon as that is known. */
  authorise: (
    request: Request,
    target: ProxyTarget,
    onClient: (client: { id: string; name: string }) => void,
  ) => Promise<{ client: AdmittedClient; body: Uint8Array }>;
  proxy: (call: ProxyCall) => Promise<{ answer: ProxiedAnswer; source: AnswerSource }>;
  /** @throws SuiteError unauthorized or forbidden */
  authenticate: (request: Request) => Promise<Caller>;
  manage: (
    action: ManagementAction,
    body: Record<string, unknown>,
    by: string,
  ) => Promise<Record<string, unknown>>;
  audit: (call: AuditedCall) => void;
  log: Log;
  /** Ms since the epoch. */
  now: () => number;
  /** A clock that never goes back, in ms. */
  monotonicMs: () => number;
}

/** Management requests are small. */
const MAX_MANAGEMENT_BYTES = 65_536;

export function createApp(deps: AppDependencies): Hono {
  const app = new Hono();
  app.all("*", async ({ req: { raw: request } }) => {
    try {
      const destination = readDestination(request.url);
      if (destination.kind === "plane") return await passOn(request, destination.target, deps);
      if (destination.kind === "openapi") {
        allow(request, ["GET"]);
        return Response.json(openApiDocument());
      }
      return await manage(request, deps);
    } catch (thrown) {
      return refuse(toSuiteError(thrown), deps);
    }
  });
  return app;
}

async function passOn(request: Request, target: ProxyTarget, deps: AppDependencies): Promise<Response> {
  const startedAt = deps.monotonicMs();
  const at = new Date(deps.now()).toISOString();
  let known: { id: string; name: string } | undefined;
  let source: AuditedCall["source"] = "proxy";
  let code: string | null = null;
  let response: Response;
  try {
    allow(request, METHODS);
    assertNoBodyOfGet(request);
    const { client, body } = await deps.authorise(request, target, (client) => known = client);
    const proxied = await deps.proxy({ request, target, client, body });
    source = proxied.source;
    response = toResponse(proxied.answer, source);
  } catch (thrown) {
    const error = toSuiteError(thrown);
    code = error.code;
    response = refuse(error, deps);
  }
  // Nobody knows who the others were, and their number must not be what fills the audit.
  if (known === undefined) return response;
  deps.audit({
    at,
    level: response.status >= 500 ? "error" : response.status >= 400 ? "warn" : "info",
    client: known.name,
    client_id: known.id,
    method: request.method,
    path: target.segments.join("/").slice(0, 500),
    status: response.status,
    source,
    code,
    duration_ms: Math.round(deps.monotonicMs() - startedAt),
  });
  return response;
}

async function manage(request: Request, deps: AppDependencies): Promise<Response> {
  const asked = new URL(request.url).searchParams.get("action");
  const action = MANAGEMENT_ACTIONS.find((known) => known === asked);
  if (action === undefined) {
    throw new SuiteError("bad_request", { message: `Use ?action=${MANAGEMENT_ACTIONS.join(", ")}.` });
  }
  allow(request, ["POST"]);
  const caller = await deps.authenticate(request);
  if (caller.kind === "cron") throw new SuiteError("forbidden");
  const text = decodeUtf8(await readBody(request, MAX_MANAGEMENT_BYTES));
  const body = text.trim() === "" ? {} : parseJsonObject(text);
  const by = caller.kind === "key" ? `key ${caller.name}` : `user ${caller.id}`;
  const answer = await deps.manage(action, body, by);
  deps.log("info", "managed", { action, by });
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

function toResponse({ status, headers, body }: ProxiedAnswer, source: string): Response {
  return new Response(body as BodyInit | null, {
    status,
    headers: {
      // A key in a header of its own is nothing a cache on the way knows to keep answers apart by.
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
      "x-plane-proxy": source,
    },
  });
}

function refuse(error: SuiteError, deps: AppDependencies): Response {
  const status = statusOf(error.code);
  const cause = error.cause instanceof Error ? error.cause.name : undefined;
  deps.log(status === 500 ? "error" : status > 500 ? "warn" : "info", "refused", {
    code: error.code,
    status,
    cause,
  });
  const headers: Record<string, string> = { "x-plane-proxy": "proxy", "cache-control": "no-store" };
  if (error.code === "method_not_allowed") headers.allow = String(error.facts.allow);
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="plane-proxy"';
  return failure(error, headers);
}

function allow(request: Request, methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  throw new SuiteError("method_not_allowed", { facts: { allow: methods.join(", ") } });
}

/** One that is sent anyway would not be passed on: the caller would be told nothing of it. */
function assertNoBodyOfGet({ method, headers }: Request): void {
  if (method !== "GET") return;
  const length = headers.get("content-length");
  if ((length === null || length === "0") && !headers.has("transfer-encoding")) return;
  throw new SuiteError("bad_request", { message: "A GET carries no body." });
}
