/** From configuration to the app's dependencies: which client, which pool, which limits. */
import { ClockOffset, watchingDates } from "../../../shared/clock_offset.ts";
import { type Config, webhookSecrets } from "../../../shared/config.ts";
import { explain } from "../../../shared/history/explain.ts";
import { undo } from "../../../shared/history/undo.ts";
import { createUndoStore } from "../../../shared/store/runs/history.ts";
import { authenticateManagement } from "../../../shared/http/management_auth.ts";
import { createLog } from "../../../shared/log.ts";
import { planeCredential } from "../../../shared/oauth/plane_credential.ts";
import { readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { createModelFields, withModels } from "../../../shared/odoo/model_fields.ts";
import { describeStatus } from "../../../shared/ops/status.ts";
import { createCallBudget, type Lane } from "../../../shared/plane/call_budget.ts";
import { createConflictStore } from "../../../shared/store/operators/conflicts.ts";
import { openDatabase, withDeadline } from "../../../shared/store/database.ts";
import { replayDeadLetters, requestSync } from "../../../shared/store/operators/manual.ts";
import { createSqlStore } from "../../../shared/store/engine/sql_store.ts";
import { createSwitchStore } from "../../../shared/store/operators/switches.ts";
import { readStatus } from "../../../shared/store/operators/status.ts";
import type { SyncDependencies } from "../../../shared/sync/sides/dependencies.ts";
import { modelsToDescribe } from "../../../shared/sync/kinds.ts";
import { createProcessor } from "../../../shared/sync/process.ts";
import type { AppDependencies } from "./app.ts";
import { createBackfilling } from "./backfilling.ts";
import { createBreakers } from "./breakers.ts";
import { odooClient, PLANE_TIMEOUT_MS, planeAccess } from "./clients.ts";
import { createDraining } from "./draining.ts";
import { createReceiving } from "./receiving.ts";
import type { Runtime } from "./runtime.ts";
import { createSweeping } from "./sweeping.ts";

/** How many open conflicts are listed at once. */
const MOST_CONFLICTS = 500;
/** How long the status waits for Odoo, in ms. */
const STATUS_ODOO_MS = 3_000;

export function connect(config: Config, runtime: Runtime): AppDependencies {
  const { monotonicMs } = runtime;
  const log = createLog(runtime.writeLine, Date.now, config.logLevel);
  const sql = openDatabase(config);
  const store = createSqlStore(sql);
  const breakers = createBreakers(config, sql, monotonicMs);
  const clocks = { plane: new ClockOffset(), odoo: new ClockOffset() };
  const watched = (clock: ClockOffset) =>
    watchingDates(runtime.fetch, Date.now, (server, sent, received) => clock.observe(server, sent, received));
  const odoo = odooClient(config, watched(clocks.odoo), breakers.odoo);
  const capabilities = keepWhenItWorks(async () => await readCapabilities(odoo()));
  const modelFields = createModelFields(odoo);
  const credential = planeCredential(config, sql, runtime, log);
  const planeIn = (lane: Lane) =>
    planeAccess(
      config,
      { ...runtime, fetch: watched(clocks.plane) },
      createCallBudget(sql),
      credential,
      breakers.plane,
      lane,
    );
  const plane = planeIn("live");
  const engine: SyncDependencies = {
    store,
    odoo,
    capabilities,
    modelFields,
    urls: {
      odoo: config.odooUrl,
      plane: config.planeBaseUrl,
      planeWorkspace: config.planeWorkspaceSlug,
    },
    plane,
    now: monotonicMs,
    wallClock: Date.now,
    clockOffsets: { plane: () => clocks.plane.offsetMs(), odoo: () => clocks.odoo.offsetMs() },
    odooTimeoutMs: config.odooTimeoutMs,
    planeTimeoutMs: PLANE_TIMEOUT_MS,
    log,
  };
  const processor = createProcessor(engine);
  const backfillPlane = planeIn("backfill");
  const sweeping = createSweeping(config, runtime, sql, engine, backfillPlane, breakers.refresh);
  const backfilling = createBackfilling(config, runtime, sql, engine, backfillPlane, credential?.name);
  const conflicts = createConflictStore(sql);
  const switches = createSwitchStore(sql);
  const drainNow = createDraining(
    config,
    runtime,
    log,
    backfilling.watched,
    backfilling.processor(processor),
    breakers.refresh,
    backfilling.concurrency,
  );
  const drainInBackground = () => runtime.waitUntil(drainNow().catch(() => {}));

  return {
    receive: createReceiving(config, sql, runtime),
    authenticate: (request) => authenticateManagement(request, config),
    status: async () => {
      const rows = await readStatus(sql);
      const described = async () =>
        await withModels(await capabilities(), modelsToDescribe(rows.config), modelFields);
      const status = describeStatus({
        rows,
        sweeps: await sweeping.describe(),
        capabilities: await withDeadline(described(), STATUS_ODOO_MS).catch(() => undefined),
        configured: {
          plane_webhook: webhookSecrets(config, "plane").length > 0,
          odoo_webhook: webhookSecrets(config, "odoo").length > 0,
          plane_api: plane !== undefined,
          odoo: config.odooUrl !== undefined && config.odooApiKey !== undefined,
        },
        now: new Date(),
      });
      return { ...status, runs: await backfilling.describe(rows.runs) };
    },
    sync: (wanted) => requestSync(sql, wanted),
    replay: (wanted) => replayDeadLetters(sql, wanted),
    conflicts: () => conflicts.list({ limit: MOST_CONFLICTS }),
    resolve: async ({ conflict, resolution }, by) => {
      const id = typeof conflict === "string"
        ? conflict
        : await conflicts.find(conflict.type, conflict.id, conflict.field);
      return id !== null && await conflicts.resolve(id, resolution, by) ? id : null;
    },
    explain: (entity, field) => explain(sql, entity, field),
    undo: (selection, options) => undo(createUndoStore(sql), selection, options),
    pause: ({ scope, options }) => switches.pause(scope, options),
    resume: ({ scope }) => switches.resume(scope),
    sweep: sweeping.sweep,
    drain: drainNow,
    drainInBackground,
    backfill: backfilling.request,
    readRun: backfilling.read,
    listRecords: backfilling.listRecords,
    drift: backfilling.drift,
    workInBackground: () => runtime.waitUntil(backfilling.work(drainInBackground).catch(() => {})),
    log,
    now: monotonicMs,
  };
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
