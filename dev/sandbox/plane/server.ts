/**
 * A small Plane: the community edition's public REST API v1 and its webhooks, in memory, on 127.0.0.1.
 * For tests, demos and development; it behaves as the real server was seen to behave, oddities included.
 */
import { type Exchange, exchangeFetch, type Handler, type Reply, responseOf } from "../exchange.ts";
import { type Answer, ApiError } from "./answers.ts";
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
  /** What carries webhooks to their receivers. Default: the network. */
  readonly webhookFetch?: typeof fetch;
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
   * (`/projects/`). Resolves to the parsed answer and throws an ApiError on any
   * status above 299.
   */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Resolves when no webhook is due or on its way. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** The same, also without a socket. */
export interface InProcessSandboxPlane extends SandboxPlane {
  /** One request, as a server hands it on. */
  readonly handle: Handler;
  /** Reaches this sandbox under any host name. */
  readonly fetch: typeof fetch;
  /** Everything it holds, for those who play the people in it. */
  readonly world: World;
}

/** Starts the sandbox on 127.0.0.1. `close()` ends the server and everything it still has on its way. */
export function startSandboxPlane(options: SandboxPlaneOptions = {}): Promise<InProcessSandboxPlane> {
  const inside = createSandboxPlane(options);
  const closing = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} },
    async (request) => {
      const reply = await inside.handle({
        method: request.method,
        url: new URL(request.url),
        header: (name) => request.headers.get(name),
        body: await request.text(),
      });
      return typeof reply === "string" ? await silence(closing.signal) : responseOf(reply);
    },
  );
  return Promise.resolve({
    ...inside,
    url: `http://127.0.0.1:${server.addr.port}`,
    async close() {
      closing.abort();
      await inside.close();
      await server.shutdown();
    },
  });
}

/** The sandbox inside this process: no socket, and no timer of its own when `scheduler` and `webhookFetch` are given. */
export function createSandboxPlane(options: SandboxPlaneOptions = {}): InProcessSandboxPlane {
  const now = options.now ?? Date.now;
  const world = new World({
    workspaceSlug: options.workspaceSlug ?? "acme",
    now,
    random: options.random ?? Math.random,
  });
  const { users, apiKeys } = seedPeople(world, options.requestsPerMinute ?? 60);
  const webhooks = new Webhooks(world);
  const outbox = new Outbox({
    world,
    webhooks,
    scheduler: options.scheduler ?? timerScheduler(),
    fetch: options.webhookFetch ?? fetch,
    delayMs: options.webhookDelayMs ?? 0,
    timeoutMs: options.webhookTimeoutMs ?? 30_000,
    workers: options.webhookWorkers ?? 1,
  });
  const router = new Router(world);
  const requests: { method: string; path: string }[] = [];

  async function handle(exchange: Exchange): Promise<Reply | "hang"> {
    const { method, url, body } = exchange;
    requests.push({ method, path: url.pathname + url.search });
    const fault = world.faults.take();
    if (fault?.kind === "status") {
      return { status: fault.status ?? 500, body: fault.body ?? null, headers: fault.headers ?? {} };
    }
    if (fault?.kind === "silence") return "hang";
    const answer = await router.answer({
      method,
      path: url.pathname,
      query: url.searchParams,
      apiKey: exchange.header("x-api-key") ?? keyOfBot(exchange),
      contentType: exchange.header("content-type") ?? "",
      body,
    });
    return fault?.kind === "silence_after_effect" ? "hang" : replyOf(answer, method, now());
  }

  function keyOfBot(exchange: Exchange): string | null {
    const [, token] = /^Bearer (\S+)$/.exec(exchange.header("authorization") ?? "") ?? [];
    return token !== undefined && options.acceptsToken?.(token) === true ? apiKeys.bot : null;
  }

  async function api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const headers: Record<string, string> = {
      "x-api-key": apiKeys.service,
      "content-type": "application/json",
    };
    const reply = await handle({
      method,
      url: new URL(`${IN_PROCESS_URL}/api/v1/workspaces/${world.slug}${path}`),
      header: (name) => headers[name] ?? null,
      body: body === undefined ? "" : JSON.stringify(body),
    });
    if (reply === "hang") throw new Error(`sandbox Plane does not answer ${method} ${path}`);
    if (reply.status > 299) {
      const message = `sandbox Plane answered ${reply.status} to ${method} ${path}: ${reply.body}`;
      throw Object.assign(new ApiError(reply.status, {}), { message });
    }
    return reply.body === null || reply.body === "" ? {} : JSON.parse(reply.body);
  }

  return {
    url: IN_PROCESS_URL,
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
    handle,
    fetch: exchangeFetch(handle),
    world,
    idle: () => outbox.idle(),
    close: () => outbox.close(),
  };
}

const IN_PROCESS_URL = "http://plane.invalid";

/** No answer until the sandbox closes. */
function silence(closing: AbortSignal): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const end = () => resolve(new Response(null, { status: 503 }));
  if (closing.aborted) end();
  closing.addEventListener("abort", end, { once: true });
  return promise;
}

function replyOf(answer: Answer, method: string, nowMs: number): Reply {
  const headers = {
    ...answer.headers,
    // The server's own clock, cut to seconds, as every answer shows it.
    "Date": new Date(nowMs).toUTCString(),
    // Keeps the server from compressing: Plane's own answers carry no such header.
    "Cache-Control": "no-transform",
  };
  if (answer.body === undefined) return { status: answer.status, headers, body: null };
  return {
    status: answer.status,
    headers: { ...headers, "Content-Type": "application/json" },
    body: method === "HEAD" ? null : dumpJson(answer.body, answer.style ?? RENDERED),
  };
}
