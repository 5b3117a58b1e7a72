/** From configuration to the app's dependencies: which client, which pool, which limits. */
import { type Config, webhookSecrets } from "../../../shared/config.ts";
import { toSuiteError } from "../../../shared/errors.ts";
import { authenticateManagement } from "../../../shared/http/management_auth.ts";
import { readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { createLog } from "../../../shared/log.ts";
import { planeCredential } from "../../../shared/oauth/plane_credential.ts";
import { describeStatus } from "../../../shared/ops/status.ts";
import { ClockOffset, watchingDates } from "../../../shared/clock_offset.ts";
import { createCallBudget } from "../../../shared/plane/call_budget.ts";
import { drain } from "../../../shared/queue/drain.ts";
import { createWake, oneAtATime } from "../../../shared/queue/wake.ts";
import { openDatabase, withDeadline } from "../../../shared/store/database.ts";
import { recordDeliveries, recordDelivery, type StoredDelivery } from "../../../shared/store/deliveries.ts";
import { replayDeadLetters, requestSync } from "../../../shared/store/manual.ts";
import { createSqlStore } from "../../../shared/store/sql_store.ts";
import { readStatus } from "../../../shared/store/status.ts";
import { createProcessor } from "../../../shared/sync/process.ts";
import type { Delivery } from "../../../shared/delivery.ts";
import { receiveWebhook } from "../../../shared/webhook/receive.ts";
import { storeTogether } from "../../../shared/webhook/store_together.ts";
import { storeWithPatience } from "../../../shared/webhook/store_with_patience.ts";
import type { AppDependencies } from "./app.ts";
import { odooClient, planeAccess, PLANE_TIMEOUT_MS } from "./clients.ts";
import { continueElsewhere } from "./continue_elsewhere.ts";

/** What the runtime gives. */
export interface Runtime {
  fetch: typeof fetch;
  writeLine: (line: string) => void;
  /** A clock that never goes back, in ms. */
  monotonicMs: () => number;
  /** Keeps the isolate alive until the promise ends. */
  waitUntil: (promise: Promise<unknown>) => void;
  /** Calls the listener when the platform is about to end this isolate. */
  onEnding: (listener: () => void) => void;
}

/** One attempt to store may take this long, in ms. */
const STORE_ATTEMPT_MS = 5_000;
/** How long the status waits for Odoo, in ms. */
const STATUS_ODOO_MS = 3_000;

export function connect(config: Config, runtime: Runtime): AppDependencies {
  const { monotonicMs } = runtime;
  const log = createLog(runtime.writeLine, Date.now, config.logLevel);
  const sql = openDatabase(config);
  const store = createSqlStore(sql);
  const clocks = { plane: new ClockOffset(), odoo: new ClockOffset() };
  const watched = (clock: ClockOffset) =>
    watchingDates(runtime.fetch, Date.now, (server, sent, received) => clock.observe(server, sent, received));
  const odoo = odooClient(config, watched(clocks.odoo));
  const capabilities = keepWhenItWorks(async () => await readCapabilities(odoo()));
  const credential = planeCredential(config, sql, runtime, log);
  const plane = planeAccess(config, { ...runtime, fetch: watched(clocks.plane) }, createCallBudget(sql), credential);
  const processor = createProcessor({
    store,
    odoo,
    capabilities,
    plane,
    now: monotonicMs,
    wallClock: Date.now,
    clockOffsets: { plane: () => clocks.plane.offsetMs(), odoo: () => clocks.odoo.offsetMs() },
    odooTimeoutMs: config.odooTimeoutMs,
    planeTimeoutMs: PLANE_TIMEOUT_MS,
    log,
  });

  const storeDelivery = storeTogether<{ delivery: Delivery; body: string }, StoredDelivery>({
    storeOne: ({ delivery, body }) => withDeadline(recordDelivery(sql, delivery, body), STORE_ATTEMPT_MS),
    storeMany: (deliveries) => withDeadline(recordDeliveries(sql, deliveries), STORE_ATTEMPT_MS),
    sizeOf: ({ body }) => body.length,
  }, {
    // The other half of the connections is the drain's.
    statements: Math.ceil(config.databaseConnections / 2),
    items: 32,
    size: 1_000_000,
  });
  const storePatiently = storeWithPatience(
    (delivery: Delivery, body: string) => storeDelivery({ delivery, body }),
    { patienceMs: config.storeRetryMs, maxHeld: config.maxHeldRequests, now: monotonicMs, sleep },
  );

  let ending = false;
  runtime.onEnding(() => ending = true);
  const workerId = crypto.randomUUID();
  const wake = createWake();
  const drainOnce = async () => {
    const startedAt = monotonicMs();
    const report = await drain({
      ...processor,
      claim: (limit) => store.claim(workerId, limit, config.leaseMs),
      settle: (settlements) => store.settle(settlements),
      describeFailure: (claimed, error, settlement) => {
        log("warn", "entity_failed", {
          entity_key: claimed.entityKey,
          code: error.code,
          outcome: settlement.outcome.kind,
        });
        return processor.describeFailure(claimed, error, settlement);
      },
      now: monotonicMs,
      random: Math.random,
      sleep,
      wake,
      stopping: () => ending,
      onSettleFailed: (error) => log("error", "settle_failed", { code: error.code }),
    }, {
      concurrency: config.drainConcurrency,
      leaseMs: config.leaseMs,
      restMs: config.restAfterUnknownMs,
      wallClockMs: config.drainWallClockMs,
      entities: config.drainEntities,
    });
    if (report.claimed > 0) {
      log("info", "drain", { ...report, duration_ms: Math.round(monotonicMs() - startedAt) });
    }
    if (report.more) runtime.waitUntil(continueElsewhere(config, runtime.fetch, log));
    return report;
  };
  // Told once, however many requests wait for this drain.
  const drainNow = oneAtATime(wake, () =>
    drainOnce().catch((thrown) => {
      log("error", "drain_failed", { code: toSuiteError(thrown).code });
      throw thrown;
    }));

  return {
    receive: (request, source) =>
      receiveWebhook(request, source, {
        secrets: (of) => webhookSecrets(config, of),
        maxBodyBytes: config.maxBodyBytes,
        store: storePatiently,
        now: Date.now,
        randomId: () => crypto.randomUUID(),
      }),
    authenticate: (request) => authenticateManagement(request, config),
    status: async () =>
      describeStatus({
        rows: await readStatus(sql),
        capabilities: await withDeadline(capabilities(), STATUS_ODOO_MS).catch(() => undefined),
        configured: {
          plane_webhook: webhookSecrets(config, "plane").length > 0,
          odoo_webhook: webhookSecrets(config, "odoo").length > 0,
          plane_api: plane !== undefined,
          odoo: config.odooUrl !== undefined && config.odooApiKey !== undefined,
        },
        now: new Date(),
      }),
    sync: (wanted) => requestSync(sql, wanted),
    replay: (wanted) => replayDeadLetters(sql, wanted),
    drain: drainNow,
    drainInBackground: () => runtime.waitUntil(drainNow().catch(() => {})),
    log,
    now: monotonicMs,
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks once and keeps the answer; a failure is not kept. */
function keepWhenItWorks<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let kept: Promise<Answer> | undefined;
  return () => {
    const asked = kept ??= ask();
    asked.catch(() => {
      if (kept === asked) kept = undefined;
    });
    return asked;
  };
}
