/** From configuration to the app's dependencies. */
import type { Config } from "../../../shared/config.ts";
import {
  isDatabaseUnreachable,
  openDatabase,
  type Sql,
  withDeadline,
} from "../../../shared/store/database.ts";
import { SuiteError, toSuiteError } from "../../../shared/errors.ts";
import { authenticateManagement } from "../../../shared/http/management_auth.ts";
import { createLog } from "../../../shared/log.ts";
import { planeCredential } from "../../../shared/oauth/plane_credential.ts";
import { apiRoot } from "../../../shared/plane/base_url.ts";
import { createCallBudget } from "../../../shared/plane/call_budget.ts";
import type { PlaneCredential } from "../../../shared/plane/credential.ts";
import { createAudit } from "../../../shared/proxy/audit.ts";
import { authorise } from "../../../shared/proxy/authorise.ts";
import { createAnswerCache } from "../../../shared/proxy/cache.ts";
import { type CacheRule, readCacheRules } from "../../../shared/proxy/cache_rules.ts";
import { createCollapse } from "../../../shared/proxy/collapse.ts";
import { manageClients } from "../../../shared/proxy/manage_clients.ts";
import { proxy, type ProxyDependencies } from "../../../shared/proxy/proxy.ts";
import {
  admitCall,
  hasChangedSince,
  readSecretVersions,
  recordCalls,
} from "../../../shared/store/proxy/proxy_calls.ts";
import type { AppDependencies } from "./app.ts";

/** What the runtime gives. */
export interface Runtime {
  fetch: typeof fetch;
  writeLine: (line: string) => void;
  /** A clock that never goes back, in ms. */
  monotonicMs: () => number;
  /** Keeps the worker alive until the promise ends. */
  waitUntil: (promise: Promise<unknown>) => void;
}

/** One statement may take this long, in ms: a caller waits for it. */
const STATEMENT_MS = 5_000;
const CACHE_BYTES = 8 * 1024 * 1024;

/** The pool is the function's own unless one is given. @throws Error when a setting cannot be used */
export function connect(config: Config, runtime: Runtime, sql: Sql = openDatabase(config)): AppDependencies {
  const cacheRules = readCacheRules(config.proxyCache);
  const log = createLog(runtime.writeLine, Date.now, config.logLevel);
  const functionSecrets = [config.proxySigningSecret, config.proxySigningSecretPrevious]
    .filter((secret) => secret !== undefined);
  const background = (work: Promise<unknown>) =>
    runtime.waitUntil(
      work.catch((thrown) => log("error", "background_failed", { code: toSuiteError(thrown).code })),
    );
  const audit = createAudit({
    write: (calls) => recordCalls(sql, calls),
    share: config.proxyAuditShare,
    random: Math.random,
    background,
    log,
  });
  const manage = manageClients({
    sql,
    functionSecrets,
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  });
  const upstream = keepWhenItWorks(() =>
    proxyDependencies(
      config,
      cacheRules,
      runtime,
      sql,
      background,
      planeCredential(config, sql, runtime, log),
    )
  );
  return {
    authorise: (request, target, onClient) =>
      authorise(request, target, {
        admit: (by) => reached(admitCall(sql, by)),
        secretVersions: (clientId) => reached(readSecretVersions(sql, clientId)),
        functionSecrets,
        maxBodyBytes: config.proxyMaxBodyBytes,
        now: Date.now,
        onClient,
      }),
    proxy: (call) => reached(proxy(call, upstream()), null),
    authenticate: (request) => authenticateManagement(request, config),
    manage: (action, body, by) => reached(manage(action, body, by)),
    audit,
    log,
    now: Date.now,
    monotonicMs: runtime.monotonicMs,
  };
}

function proxyDependencies(
  config: Config,
  cacheRules: readonly CacheRule[],
  runtime: Runtime,
  sql: Sql,
  background: (work: Promise<unknown>) => void,
  credential: PlaneCredential | undefined,
): ProxyDependencies {
  if (config.planeBaseUrl === undefined || credential === undefined) {
    throw new SuiteError("plane_not_configured");
  }
  return {
    fetch: runtime.fetch,
    apiRoot: apiRoot(config.planeBaseUrl),
    credential,
    budget: createCallBudget(sql),
    longestWaitMs: config.proxyLongestWaitMs,
    timeoutMs: config.proxyTimeoutMs,
    sleep,
    background,
    collapse: createCollapse(),
    cache: createAnswerCache(CACHE_BYTES, Date.now),
    cacheRules,
    changedSince: (sinceMs) => hasChangedSince(sql, sinceMs),
    now: Date.now,
  };
}

/** A database that is away is said as such; a deadline of null leaves the time to the work itself. */
async function reached<Result>(
  work: Promise<Result>,
  deadlineMs: number | null = STATEMENT_MS,
): Promise<Result> {
  try {
    return await (deadlineMs === null ? work : withDeadline(work, deadlineMs));
  } catch (thrown) {
    if (isDatabaseUnreachable(thrown)) throw new SuiteError("database_unreachable", { cause: thrown });
    throw thrown;
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", leave, { once: true });
  });
}

/** Made with the first call: without Plane's address or key the clients can still be managed. */
function keepWhenItWorks<Made>(make: () => Made): () => Made {
  let kept: Made | undefined;
  return () => kept ??= make();
}
