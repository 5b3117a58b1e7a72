/** The way from a worker to Plane or Odoo: requests arrive, are lost, take effect without an answer, or late. */
import type { Exchange, Handler, Reply } from "../../../dev/sandbox/exchange.ts";
import type { Isolate } from "../kernel/isolate.ts";
import { passOf, type Reader } from "./pass.ts";
import type { Side } from "./schedule.ts";
import type { Fate, Trouble } from "./trouble.ts";

/** A late effect comes within this, in ms: the engine rests longer after an outcome it does not know. */
const LATEST_EFFECT_MS = 80_000;
/** A dead worker's request is not late: whoever takes over has waited for the end of its lease. */
const DEAD_WORKERS_EFFECT_MS = 40_000;

export interface Route {
  side: Side;
  isolate: Isolate;
  trouble: Trouble;
  server: Handler;
  /**
   * Called when a request has taken effect.
   *
   * @param heard false: its sender will not learn of it
   */
  onEffect: (reader: Reader, exchange: Exchange, reply: Reply, heard: boolean) => void;
}

export function fetchFrom(route: Route): typeof fetch {
  const { side, isolate, trouble } = route;
  return (input, init = {}) => {
    const url = new URL(String(input));
    const headers = new Headers(init.headers);
    const method = init.method ?? "GET";
    const reader = { worker: isolate.name, pass: passOf() };
    const fate = trouble.upstream(side);
    const travel = trouble.travel(20);
    if (fate === "late") travel.there = trouble.random.between(20_000, LATEST_EFFECT_MS);
    const sentAt = isolate.kernel.now;
    const label = `${side} ${method} ${shortened(url.pathname)}${fate === "well" ? "" : ` [${fate}]`}`;
    const answer = isolate.call<Response>(() => label, travel, async () => {
      const tooLate = !isolate.alive && isolate.kernel.now - sentAt > DEAD_WORKERS_EFFECT_MS;
      if (tooLate) return "lost";
      const body = await bodyText(init.body);
      return await exchangeWith(route, reader, fate, {
        method,
        url,
        header: (name) => headers.get(name),
        body,
      });
    });
    return orAborted(answer, init.signal ?? undefined);
  };
}

async function exchangeWith(
  { side, server, trouble, onEffect }: Route,
  reader: Reader,
  fate: Fate,
  exchange: Exchange,
): Promise<{ value: Response } | { error: unknown } | "lost"> {
  switch (fate) {
    case "error_before":
      return { value: failure(trouble.random.pick([500, 502, 503])) };
    case "rate_limited":
      return { value: failure(429, { "Retry-After": String(trouble.random.between(1, 60)) }) };
    case "drop_before":
      return { error: new TypeError("connection reset by peer") };
    case "silence_before":
      return "lost";
    case "serialization":
      if (side === "odoo") return { value: serializationFailure() };
  }
  const reply = await server(exchange);
  if (reply === "hang") return "lost";
  if (reply === "drop") return { error: new TypeError("connection reset by peer") };
  onEffect(reader, exchange, reply, fate === "well");
  switch (fate) {
    case "error_after":
      return { value: failure(trouble.random.pick([502, 504])) };
    case "drop_after":
      return { error: new TypeError("connection reset by peer") };
    case "silence_after":
    case "late":
      return "lost";
    default:
      return { value: new Response(reply.body, { status: reply.status, headers: { ...reply.headers } }) };
  }
}

function failure(status: number, headers: Record<string, string> = {}): Response {
  return new Response("<html>out of order</html>", {
    status,
    headers: { "Content-Type": "text/html", ...headers },
  });
}

/** What Odoo says after its own five tries; nothing happened. */
function serializationFailure(): Response {
  const body = {
    name: "psycopg2.errors.SerializationFailure",
    message: "could not serialize access due to concurrent update\n",
    arguments: [],
    context: {},
    debug: "",
  };
  return new Response(JSON.stringify(body), {
    status: 500,
    headers: { "Content-Type": "application/json" },
  });
}

async function bodyText(body: BodyInit | null | undefined): Promise<string> {
  if (body === null || body === undefined) return "";
  return typeof body === "string" ? body : body instanceof Blob ? await body.text() : String(body);
}

function orAborted<Result>(answer: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    answer.then(resolve, reject);
  });
}

/** Without ids and workspace: for reading a trace. */
function shortened(path: string): string {
  return path.replace("/api/v1/workspaces/acme", "").replace("/json/2/", "").replaceAll(
    /[0-9a-f]{8}-[0-9a-f-]{27}/g,
    (id) => id.slice(0, 4),
  );
}
