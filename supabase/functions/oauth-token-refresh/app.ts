/**
 * oauth-token-refresh's routes. The redirect of a consent proves itself by its state; everything else needs a management key.
 * No answer carries a token.
 */
import { Hono } from "hono";
import { SuiteError, toSuiteError } from "../../../shared/errors.ts";
import { failure, statusOf } from "../../../shared/http/answers.ts";
import type { Caller } from "../../../shared/http/management_auth.ts";
import type { ScheduleReport } from "../../../shared/oauth/schedule.ts";
import type { Log } from "../../../shared/log.ts";
import { isDatabaseUnreachable } from "../../../shared/store/database.ts";
import type { FlowKind } from "../../../shared/store/oauth/oauth_grants.ts";
import { authorizeRequest, bodyOf, nothing, refreshRequest, removeRequest } from "./requests.ts";

export interface AppDependencies {
  /** @throws SuiteError unauthorized or forbidden */
  authenticate: (request: Request) => Promise<Caller>;
  status: () => Promise<Record<string, unknown>>;
  begin: (kind: FlowKind, opsUser: string) => Promise<{ url: string; expiresAt: string }>;
  /** Takes the query of the redirect; answers what may be shown of the new grant. */
  finish: (callback: URLSearchParams) => Promise<Record<string, unknown>>;
  /** What is due. */
  runSchedule: () => Promise<ScheduleReport>;
  /** One grant, now. @throws SuiteError not_found, oauth_* */
  refresh: (id: string) => Promise<Record<string, unknown>>;
  rotateKeys: () => Promise<Record<string, unknown>>;
  /** False: there is no such grant. */
  remove: (id: string) => Promise<boolean>;
  log: Log;
  /** A clock that never goes back, in ms. */
  now: () => number;
}

const ACTIONS: Readonly<Record<string, "GET" | "POST">> = {
  status: "GET",
  authorize: "POST",
  refresh: "POST",
  rotate_keys: "POST",
  remove: "POST",
};

/** The redirect's address holds a state and a code: neither travels on in a Referer, nor stays in a cache. */
const PRIVATE = { "referrer-policy": "no-referrer", "cache-control": "no-store" };

export function createApp(deps: AppDependencies): Hono {
  const app = new Hono();
  app.all("*", async ({ req: { raw: request } }) => {
    const startedAt = deps.now();
    const { pathname, searchParams } = new URL(request.url);
    const route = routeOf(pathname);
    const action = searchParams.get("action") ?? "status";
    const facts = { method: request.method, route, action: Object.hasOwn(ACTIONS, action) ? action : null };
    const answer = await respond(deps, request, route, action, searchParams).catch((thrown) => {
      const error = isDatabaseUnreachable(thrown)
        ? new SuiteError("database_unreachable")
        : toSuiteError(thrown);
      deps.log(statusOf(error.code) >= 500 ? "error" : "warn", "request_failed", {
        ...facts,
        code: error.code,
      });
      return failure(error, error.code === "method_not_allowed" ? { allow: String(error.facts.allow) } : {});
    });
    const duration_ms = Math.round((deps.now() - startedAt) * 10) / 10;
    deps.log("info", "request", { ...facts, status: answer.status, duration_ms });
    for (const [name, value] of Object.entries(PRIVATE)) answer.headers.set(name, value);
    return answer;
  });
  return app;
}

/** What follows the function's name; the platform passes the path from there on. */
function routeOf(pathname: string): "callback" | "setup" | "manage" | "unknown" {
  const [, rest = ""] = /^\/oauth-token-refresh(?:\/(.*?))?\/?$/.exec(pathname) ?? [null, "?"];
  if (rest === "callback" || rest === "setup") return rest;
  return rest === "" ? "manage" : "unknown";
}

async function respond(
  deps: AppDependencies,
  request: Request,
  route: ReturnType<typeof routeOf>,
  action: string,
  query: URLSearchParams,
): Promise<Response> {
  if (route === "unknown") throw new SuiteError("not_found");
  if (route === "callback") {
    allow(request, "GET");
    return Response.json({ ok: true, success: true, ...await deps.finish(query) });
  }
  if (route === "setup") {
    allow(request, "GET");
    const { url } = await deps.begin("bot", await operator(deps, request));
    return new Response(null, { status: 302, headers: { location: url } });
  }
  const method = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (method === undefined) {
    throw new SuiteError("bad_request", {
      message: "Use ?action=status, authorize, refresh, rotate_keys or remove.",
    });
  }
  allow(request, method);
  return Response.json({ ok: true, success: true, ...await manage(deps, action, request) });
}

async function manage(deps: AppDependencies, action: string, request: Request): Promise<object> {
  if (action === "refresh") {
    const caller = await deps.authenticate(request);
    const { id } = await bodyOf(request, refreshRequest);
    if (id === undefined) return await deps.runSchedule();
    if (caller.kind === "cron") throw new SuiteError("forbidden");
    return await deps.refresh(id);
  }
  const opsUser = await operator(deps, request);
  if (action === "status") return await deps.status();
  if (action === "authorize") {
    const { kind } = await bodyOf(request, authorizeRequest);
    const { url, expiresAt } = await deps.begin(kind, opsUser);
    return { url, expires_at: expiresAt };
  }
  if (action === "rotate_keys") {
    await bodyOf(request, nothing);
    return await deps.rotateKeys();
  }
  const { id } = await bodyOf(request, removeRequest);
  if (!await deps.remove(id)) throw new SuiteError("not_found");
  deps.log("warn", "oauth_grant_removed", { token_id: id, ops_user: opsUser });
  return { removed: id };
}

/** Who it is, for the books. The schedule's key may not do what people do. */
async function operator(deps: AppDependencies, request: Request): Promise<string> {
  const caller = await deps.authenticate(request);
  if (caller.kind === "cron") throw new SuiteError("forbidden");
  return caller.kind === "user" ? `user:${caller.id}` : `key:${caller.name}`;
}

function allow(request: Request, method: string): void {
  if (request.method !== method) throw new SuiteError("method_not_allowed", { facts: { allow: method } });
}
