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
import type { DrainReport } from "../../../shared/queue/drain.ts";
import { isDatabaseUnreachable } from "../../../shared/store/database.ts";
import type { ManualSync, Replay } from "../../../shared/store/manual.ts";
import type { Received } from "../../../shared/webhook/receive.ts";
import { manualSyncOf, replayOf } from "./requests.ts";

export interface AppDependencies {
  receive: (request: Request, source: "plane" | "odoo") => Promise<Received>;
  /** @throws SuiteError unauthorized or forbidden */
  authenticate: (request: Request) => Promise<Caller>;
  status: () => Promise<Record<string, unknown>>;
  sync: (wanted: ManualSync) => Promise<number>;
  replay: (wanted: Replay) => Promise<number>;
  /** Drains until the queue is empty or the limits are reached. */
  drain: () => Promise<DrainReport>;
  /** Starts a drain that outlives the answer. */
  drainInBackground: () => void;
  log: Log;
  /** A clock that never goes back, in ms. */
  now: () => number;
}

const ACTIONS: Readonly<Record<string, "GET" | "POST">> = {
  status: "GET",
  sync: "POST",
  drain: "POST",
  replay: "POST",
};

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
  const action = route.get("action");
  if (source !== null && action !== null) {
    throw new SuiteError("bad_request", { message: "Either source or action, not both." });
  }
  if (source === "plane" || source === "odoo") {
    allow(request, "POST");
    const received = await deps.receive(request, source);
    if (received.delivery.queue && !received.duplicate) deps.drainInBackground();
    return Response.json(webhookAnswer(received));
  }
  const method = action === null || !Object.hasOwn(ACTIONS, action) ? undefined : ACTIONS[action];
  if (action === null || method === undefined) {
    throw new SuiteError("bad_request", {
      message: "Use ?source=plane, ?source=odoo, or ?action=status, sync, drain or replay.",
    });
  }
  allow(request, method);
  const caller = await deps.authenticate(request);
  if (caller.kind === "cron" && action !== "drain") throw new SuiteError("forbidden");
  return await manage(deps, action, request);
}

async function manage(deps: AppDependencies, action: string, request: Request): Promise<Response> {
  if (action === "status") return Response.json(await deps.status());
  if (action === "drain") return Response.json({ ok: true, success: true, ...await deps.drain() });
  const text = decodeUtf8(await readBody(request, MAX_MANAGEMENT_BYTES));
  const body = text.trim() === "" ? {} : parseJsonObject(text);
  if (action === "replay") {
    const replayed = await deps.replay(replayOf(body));
    deps.drainInBackground();
    return Response.json({ ok: true, success: true, replayed });
  }
  const queued = await deps.sync(manualSyncOf(body));
  deps.drainInBackground();
  return Response.json({ ok: true, success: true, queued });
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
    action: action === null || Object.hasOwn(ACTIONS, action) ? action : "unknown",
  };
}

function allow(request: Request, method: string): void {
  if (request.method !== method) throw new SuiteError("method_not_allowed", { facts: { allow: method } });
}

/** What an operator needs to find the fault: the class and code of the cause, not its text, which may carry data. */
function causeOf(error: SuiteError): string | undefined {
  const { cause } = error;
  if (!(cause instanceof Error)) return undefined;
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" ? `${cause.name} ${code}` : cause.name;
}
