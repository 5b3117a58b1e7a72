/**
 * A small Plane: the community edition's public REST API v1 and its webhooks, in memory, on 127.0.0.1.
 * For tests, demos and development; it behaves as the real server was seen to behave, oddities included.
 */
import type { Answer } from "./answers.ts";
import type { Fault, Faults } from "./faults.ts";
import { type Delivery, Outbox } from "./outbox.ts";
import { dumpJson, RENDERED } from "./python_json.ts";
import { Router } from "./router.ts";
import { type Scheduler, timerScheduler } from "./scheduler.ts";
import { type SandboxKeys, type SandboxUsers, seedPeople } from "./seed.ts";
import { WebDoor } from "./web_door.ts";
import { type Webhook, type WebhookRequest, Webhooks } from "./webhooks.ts";
import { World } from "./world.ts";

export type { Delivery, Fault, Scheduler, Webhook, WebhookRequest };

export interface SandboxPlaneOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `acme`. */
  readonly workspaceSlug?: string;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number;
  /** In [0, 1): ids, keys, secrets and retry delays are drawn from it. */
  readonly random?: () => number;
  /** When webhooks and their retries run. Default: real timers. */
  readonly scheduler?: Scheduler;
  /** Between a change and the reading of the record for its webhook, in ms. Default 0. */
  readonly webhookDelayMs?: number;
  /** How long a receiver may take to answer. Default 30 s, as in Plane. */
  readonly webhookTimeoutMs?: number;
  /** Deliveries on their way at once. Default 1, which keeps their order; Plane promises none. */
  readonly webhookWorkers?: number;
  /** Requests a minute of an ordinary key. Default 60. Service keys have five times as many. */
  readonly requestsPerMinute?: number;
  /** Says which Bearer tokens count as the bot's, as in the cloud. Default: none, as in the community edition. */
  readonly acceptsToken?: (token: string) => boolean;
}

export interface SandboxPlane {
  /** Without a path and without a slash at the end; the API is at `/api/v1/`. */
  readonly url: string;
  readonly workspaceSlug: string;
  readonly workspaceId: string;
  readonly users: SandboxUsers;
  readonly apiKeys: SandboxKeys;
  readonly webhooks: Webhooks;
  /** Every delivery attempt so far. */
  readonly deliveries: readonly Delivery[];
  /** What people do in the web app: other field names in the webhooks, archiving. */
  readonly web: WebDoor;
  readonly faults: Faults;
  /** Every request that came in, without headers. */
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  /**
   * A call with the administrator's service key, for setting a scene: the path is relative to the workspace
   * (`/projects/`). Resolves to the parsed answer and throws on any status above 299.
   */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Resolves when no webhook is due or on its way. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the sandbox. `close()` ends the server and everything it still has on its way. */
export function startSandboxPlane(options: SandboxPlaneOptions = {}): Promise<SandboxPlane> {
  const world = new World({
    workspaceSlug: options.workspaceSlug ?? "acme",
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  });
  const { users, apiKeys } = seedPeople(world, options.requestsPerMinute ?? 60);
  const webhooks = new Webhooks(world);
  const outbox = new Outbox({
    world,
    webhooks,
    scheduler: options.scheduler ?? timerScheduler(),
    fetch,
    delayMs: options.webhookDelayMs ?? 0,
    timeoutMs: options.webhookTimeoutMs ?? 30_000,
    workers: options.webhookWorkers ?? 1,
  });
  const router = new Router(world);
  const requests: { method: string; path: string }[] = [];
  const closing = new AbortController();

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    requests.push({ method: request.method, path: url.pathname + url.search });
    const body = await request.text();
    const fault = world.faults.take();
    if (fault?.kind === "status") {
      return new Response(fault.body ?? null, { status: fault.status, headers: fault.headers });
    }
    if (fault?.kind === "silence") return await silence(closing.signal);
    const answer = await router.answer({
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      apiKey: request.headers.get("x-api-key") ?? keyOfBot(request),
      contentType: request.headers.get("content-type") ?? "",
      body,
    });
    if (fault?.kind === "silence_after_effect") return await silence(closing.signal);
    return toResponse(answer, request.method);
  }

  function keyOfBot(request: Request): string | null {
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
    return token !== undefined && options.acceptsToken?.(token) === true ? apiKeys.bot : null;
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} }, handle);
  const url = `http://127.0.0.1:${server.addr.port}`;

  async function api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}/api/v1/workspaces/${world.slug}${path}`, {
      method,
      headers: { "X-Api-Key": apiKeys.service, "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`sandbox Plane answered ${response.status} to ${method} ${path}: ${text}`);
    }
    return text === "" ? {} : JSON.parse(text);
  }

  return Promise.resolve({
    url,
    workspaceSlug: world.slug,
    workspaceId: world.workspaceId,
    users,
    apiKeys,
    webhooks,
    deliveries: outbox.deliveries,
    web: new WebDoor(world),
    faults: world.faults,
    requests,
    api,
    idle: () => outbox.idle(),
    async close() {
      closing.abort();
      await outbox.close();
      await server.shutdown();
    },
  });
}

/** No answer until the sandbox closes. */
function silence(closing: AbortSignal): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const end = () => resolve(new Response(null, { status: 503 }));
  if (closing.aborted) end();
  closing.addEventListener("abort", end, { once: true });
  return promise;
}

function toResponse(answer: Answer, method: string): Response {
  const headers = new Headers(answer.headers);
  // Keeps the server from compressing: Plane's own answers carry no such header.
  headers.set("Cache-Control", "no-transform");
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  headers.set("Content-Type", "application/json");
  const text = method === "HEAD" ? null : dumpJson(answer.body, answer.style ?? RENDERED);
  return new Response(text, { status: answer.status, headers });
}
