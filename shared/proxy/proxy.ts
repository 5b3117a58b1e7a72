/** From an authorised call to its answer: the cache, a call that is under way, or Plane. */
import type { AdmittedClient } from "../store/proxy/proxy_calls.ts";
import type { ProxiedAnswer } from "./answer.ts";
import type { AnswerCache, Kept } from "./cache.ts";
import { type CacheRule, keepMs } from "./cache_rules.ts";
import type { Collapse } from "./collapse.ts";
import { headersToPlane } from "./headers.ts";
import { planeAddress, type ProxyTarget } from "./target.ts";
import { callPlane, type UpstreamDependencies, type UpstreamRequest } from "./upstream.ts";

export interface ProxyDependencies extends UpstreamDependencies {
  collapse: Collapse;
  cache: AnswerCache;
  cacheRules: readonly CacheRule[];
  /** Whether a webhook has told of a change since then, in ms since the epoch. */
  changedSince: (sinceMs: number) => Promise<boolean>;
  /** Ms since the epoch. */
  now: () => number;
}

export interface ProxyCall {
  request: Request;
  target: ProxyTarget;
  client: AdmittedClient;
  body: Uint8Array;
}

export type AnswerSource = "plane" | "cache" | "shared";

/** A webhook may be on its way for so long before it is in the ledger. */
const WEBHOOK_DELAY_MS = 10_000;

/** Answers one call. Only reads are shared or kept, and only among the calls of one client. Throws as `callPlane` does. */
export async function proxy(
  call: ProxyCall,
  deps: ProxyDependencies,
): Promise<{ answer: ProxiedAnswer; source: AnswerSource }> {
  const { request, target, body } = call;
  const url = planeAddress(deps.apiRoot, target);
  const headers = headersToPlane(request.headers);
  const upstream: UpstreamRequest = { method: request.method, url, headers, body };
  if (request.method !== "GET") {
    try {
      return { answer: await callPlane(upstream, request.signal, deps), source: "plane" };
    } finally {
      // Whoever wrote reads what was written: no answer that was asked for before this moment is given any more.
      deps.cache.clear();
    }
  }
  const key = JSON.stringify([call.client.id, url, headers]);
  const lifetime = keepMs(deps.cacheRules, target.segments);
  const wantsFresh = /no-cache|no-store/i.test(request.headers.get("cache-control") ?? "");
  if (lifetime > 0 && !wantsFresh) {
    const kept = await stillTrue(key, deps);
    if (kept !== undefined) return { answer: withAge(kept, deps.now()), source: "cache" };
  }
  const askedAt = deps.now();
  const generation = deps.cache.generation();
  const { answer, shared } = await deps.collapse.run(
    `${generation} ${key}`,
    request.signal,
    (signal) => callPlane({ ...upstream, body: null }, signal, deps),
  );
  if (lifetime > 0 && !shared && answer.status === 200 && answer.body instanceof Uint8Array) {
    deps.cache.put(key, { answer: { ...answer, body: answer.body }, askedAt }, lifetime, generation);
  }
  return { answer, source: shared ? "shared" : "plane" };
}

/** What is kept, unless a webhook has told of a change since it was asked for. */
async function stillTrue(key: string, deps: ProxyDependencies): Promise<Kept | undefined> {
  const kept = deps.cache.get(key);
  if (kept === undefined) return undefined;
  if (!await deps.changedSince(kept.askedAt - WEBHOOK_DELAY_MS)) return kept;
  deps.cache.remove(key);
  return undefined;
}

function withAge({ answer, askedAt }: Kept, now: number): ProxiedAnswer {
  // The limit's headers told of the call that was made then.
  const headers = Object.entries(answer.headers).filter(([name]) => !name.startsWith("x-ratelimit-"));
  const age = String(Math.max(0, Math.round((now - askedAt) / 1000)));
  return { ...answer, headers: { ...Object.fromEntries(headers), age } };
}
