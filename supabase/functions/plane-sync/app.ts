/**
 * plane-sync's routes. Webhooks prove themselves by their signature; everything else needs a management key. The two never
 * mix: a request that is both is refused.
 */
import { Hono } from "hono";
import { SuiteError, toSuiteError } from "../../../shared/errors.ts";
import { failure, statusOf } from "../../../shared/http/answers.ts";
import type { Caller } from "../../../shared/http/management_auth.ts";
import { decodeUtf8, parseJsonObject, readBody } from "../../../shared/http/read_body.ts";
import type { Log } from "../../../shared/log.ts";
import { isDatabaseUnreachable } from "../../../shared/store/database.ts";
import type { Received } from "../../../shared/webhook/receive.ts";
import type { ActionDependencies } from "./action_dependencies.ts";
import { actionNamed, ACTIONS, type Method } from "./actions.ts";
import { callerName } from "./caller_name.ts";

export interface AppDependencies extends ActionDependencies {
  receive: (request: Request, source: "plane" | "odoo") => Promise<Received>;
  /** @throws SuiteError unauthorized or forbidden */
  authenticate: (request: Request) => Promise<Caller>;
  log: Log;
  /** A clock that never goes back, in ms. */
  now: () => number;
}

/** Management requests are small. */
const MAX_MANAGEMENT_BYTES = 65_536;

export function createApp(deps: AppDependencies): Hono {
  const app = new Hono();
  app.all("*", async ({ req: { raw: request } }) => {
    const startedAt = deps.now();
    const route = new URL(request.url).searchParams;
    const facts = { method: request.method, ...named(route) };
    const answer = await respond(deps, request, route).catch((thrown) => {
      const error = isDatabaseUnreachable(thrown)
        ? new SuiteError("database_unreachable", { cause: thrown })
        : toSuiteError(thrown);
      const unexpected = statusOf(error.code) === 500;
      deps.log(unexpected ? "error" : "warn", "request_refused", {
        ...facts,
        code: error.code,
        cause: causeOf(error),
      });
      return failure(error, error.code === "method_not_allowed" ? { allow: String(error.facts.allow) } : {});
    });
    const duration_ms = Math.round((deps.now() - startedAt) * 10) / 10;
    deps.log("info", "request", { ...facts, status: answer.status, duration_ms });
    return answer;
  });
  return app;
}

async function respond(deps: AppDependencies, request: Request, route: URLSearchParams): Promise<Response> {
  const source = route.get("source");
  const name = route.get("action");
  if (source !== null && name !== null) {
    throw new SuiteError("bad_request", { message: "Either source or action, not both." });
  }
  if (source === "plane" || source === "odoo") {
    allow(request, ["POST"]);
    const received = await deps.receive(request, source);
    if (received.delivery.queue && !received.duplicate) deps.drainInBackground();
    return Response.json(webhookAnswer(received));
  }
  const action = actionNamed(name);
  if (action === undefined) {
    throw new SuiteError("bad_request", {
      message: `Use ?source=plane, ?source=odoo, or ?action= with one of ${Object.keys(ACTIONS).join(", ")}.`,
    });
  }
  const method = allow(request, action.methods);
  const caller = await deps.authenticate(request);
  if (caller.kind === "cron" && action.cron !== true) throw new SuiteError("forbidden");
  const answer = await action.answer({
    method,
    query: route,
    body: () => readObject(request),
    by: callerName(caller),
  }, deps);
  return Response.json({ ok: true, success: true, ...answer });
}

/** @throws SuiteError body_not_json or body_too_large */
async function readObject(request: Request): Promise<Record<string, unknown>> {
  const text = decodeUtf8(await readBody(request, MAX_MANAGEMENT_BYTES));
  return text.trim() === "" ? {} : parseJsonObject(text);
}

/** The shape callers of earlier versions read: `source_id`, `target_id`, `plane_issue_id`, ... */
function webhookAnswer({ delivery, duplicate, targetId }: Received): Record<string, unknown> {
  const { entity, source } = delivery;
  const planeIssue = source === "odoo" ? targetId : entity?.type === "issue" ? entity.id : null;
  return {
    ok: true,
    success: true,
    duplicate,
    queued: delivery.queue && !duplicate,
    source_id: entity?.id ?? null,
    target_id: targetId,
    plane_issue_id: planeIssue,
    entity_type: entity?.type ?? null,
    action: delivery.operation,
    event: delivery.eventType,
  };
}

/** The route for the log: what we do not know may be anything, a key pasted into the wrong place included. */
function named(route: URLSearchParams): { source: string | null; action: string | null } {
  const [source, action] = [route.get("source"), route.get("action")];
  return {
    source: source === null || source === "plane" || source === "odoo" ? source : "unknown",
    action: action === null || actionNamed(action) !== undefined ? action : "unknown",
  };
}

/** @throws SuiteError method_not_allowed, naming those that are */
function allow(request: Request, methods: readonly Method[]): Method {
  const method = methods.find((allowed) => allowed === request.method);
  if (method !== undefined) return method;
  throw new SuiteError("method_not_allowed", { facts: { allow: methods.join(", ") } });
}

/** What an operator needs to find the fault: the class and code of the cause, not its text, which may carry data. */
function causeOf(error: SuiteError): string | undefined {
  const { cause } = error;
  if (!(cause instanceof Error)) return undefined;
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" ? `${cause.name} ${code}` : cause.name;
}
