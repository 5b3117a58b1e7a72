/** The drain of this isolate: one at a time, and another request goes on where it stopped at its limits. */
import type { Config } from "../../../shared/config.ts";
import { toSuiteError } from "../../../shared/errors.ts";
import type { Log } from "../../../shared/log.ts";
import { drain, type DrainDependencies, type DrainReport } from "../../../shared/queue/drain.ts";
import { createWake, oneAtATime } from "../../../shared/queue/wake.ts";
import type { SyncStore } from "../../../shared/store/engine/sync_store.ts";
import { continueElsewhere } from "./continue_elsewhere.ts";
import { type Runtime, sleep } from "./runtime.ts";

/**
 * @param concurrency how many entities are carried out side by side, asked anew each time one ends
 * @returns a function that drains; whoever asks while a drain runs wakes it and is told of the same one
 */
export function createDraining(
  config: Config,
  runtime: Runtime,
  log: Log,
  store: Pick<SyncStore, "claim" | "settle">,
  processor: Pick<DrainDependencies, "process" | "describeFailure" | "retryRules">,
  beforeDrain: () => Promise<void>,
  concurrency: () => number,
): () => Promise<DrainReport> {
  const { monotonicMs } = runtime;
  let ending = false;
  runtime.onEnding(() => ending = true);
  const workerId = crypto.randomUUID();
  const wake = createWake();
  const drainOnce = async () => {
    const startedAt = monotonicMs();
    await beforeDrain();
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
      get concurrency() {
        return concurrency();
      },
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
  return oneAtATime(wake, () =>
    drainOnce().catch((thrown) => {
      log("error", "drain_failed", { code: toSuiteError(thrown).code });
      throw thrown;
    }));
}
