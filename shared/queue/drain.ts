/** Claims due entities, has them processed side by side, settles them; stops claiming well before the platform stops it. */
import { SuiteError } from "../errors.ts";
import type { Claimed, Settlement } from "../store/queue.ts";
import { failureOf } from "./failure.ts";
import { type Lease, leaseOf } from "./lease.ts";
import { outcomeOfFailure, type RetryRules } from "./outcome.ts";
import { settlingTogether } from "./settle_together.ts";
import type { Wake } from "./wake.ts";

/** After this many leases in a row without a word, the entity itself is what kills its workers. */
const MOST_CRASHES = 3;

/** A drain with nothing to do waits for an entity that is due again within this, in ms. */
const SOON_MS = 500;

export interface DrainDependencies {
  claim: (limit: number) => Promise<Claimed[]>;
  settle: (settlements: Settlement[]) => Promise<Set<string>>;
  /** Brings one entity up to date; a thrown SuiteError decides about the next try. */
  process: (claimed: Claimed, lease: Lease) => Promise<Settlement>;
  /** Adds what a failure leaves behind (log, mapping) to its settlement. */
  describeFailure: (claimed: Claimed, error: SuiteError, settlement: Settlement) => Settlement;
  /** What the entity's own pair says of tries and waits; absent: as usual. */
  retryRules?: (claimed: Claimed) => RetryRules;
  /** A clock that never goes back, in ms. */
  now: () => number;
  random: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** Rings when a hint was left while the drain runs. */
  wake: Wake;
  /** True once the platform has announced that this isolate ends. */
  stopping: () => boolean;
  /** A settlement that could not be written; the lease's end brings the entity back. */
  onSettleFailed: (error: SuiteError) => void;
}

export interface DrainLimits {
  concurrency: number;
  leaseMs: number;
  restMs: number;
  wallClockMs: number;
  /**
   * How many entities are claimed at most. It stands for the CPU time the platform gives a request: the hosted runtime cannot
   * measure that, and an entity costs a few ms.
   */
  entities: number;
}

export interface DrainReport {
  claimed: number;
  done: number;
  failed: number;
  /** Settlements that came too late: another worker has the entity. */
  lost: number;
  /** True when it stopped because of its limits: there may be more to do. */
  more: boolean;
}

/**
 * An entity whose last worker died holds up further claims until it is settled: two of them never run side by side, so the
 * one that kills its workers does not take others to their last attempt with it.
 *
 * @throws SuiteError when a claim fails, after everything that is running has ended
 */
export async function drain(deps: DrainDependencies, limits: DrainLimits): Promise<DrainReport> {
  const report: DrainReport = { claimed: 0, done: 0, failed: 0, lost: 0, more: false };
  const startedAt = deps.now();
  const running = new Set<Promise<void>>();
  // One promise for all that runs: racing each of them anew whenever one ends costs the square of the concurrency.
  let ended = Promise.withResolvers<void>();
  let suspects = 0;
  // The shortest of the waits that are worth waiting for: a lost race in Odoo is tried again at once, not at the next nudge.
  let soonMs: number | undefined;
  const settle = settlingTogether(deps.settle);
  const spent = () =>
    deps.stopping() || deps.now() - startedAt >= limits.wallClockMs || report.claimed >= limits.entities;

  const work = async (entity: Claimed, lease: Lease): Promise<void> => {
    const settlement = await processOne(deps, limits, entity, lease);
    const { outcome } = settlement;
    if ("delayMs" in outcome && outcome.delayMs <= SOON_MS) {
      soonMs = Math.min(outcome.delayMs, soonMs ?? SOON_MS);
    }
    const { ours, refused } = await settle(settlement);
    const refusal = refused.get(entity.id);
    if (refusal !== undefined) deps.onSettleFailed(refusal);
    if (!ours.has(entity.id)) report.lost += 1;
    else if (settlement.outcome.kind === "done") report.done += 1;
    else report.failed += 1;
  };

  try {
    while (true) {
      if (spent()) {
        report.more = true;
        break;
      }
      const rung = deps.wake.next();
      const left = limits.entities - report.claimed;
      const free = suspects > 0 ? 0 : Math.min(limits.concurrency - running.size, left);
      if (free > 0) {
        const claimedAt = deps.now();
        const entities = await deps.claim(free);
        report.claimed += entities.length;
        for (const entity of entities) {
          const suspect = entity.crashes > 0 ? 1 : 0;
          suspects += suspect;
          const job = work(entity, leaseOf(deps.now, claimedAt, limits.leaseMs)).finally(() => {
            suspects -= suspect;
            running.delete(job);
            ended.resolve();
            ended = Promise.withResolvers<void>();
          });
          running.add(job);
        }
      }
      // Nothing came and nothing runs: the queue is empty. Else a place gets free, or somebody leaves a hint.
      if (running.size === 0) {
        if (soonMs === undefined) break;
        const wait = soonMs + 1;
        soonMs = undefined;
        await deps.sleep(wait);
        continue;
      }
      await Promise.race([
        ended.promise,
        ...(suspects === 0 && running.size < limits.concurrency ? [rung] : []),
      ]);
    }
  } catch (thrown) {
    throw failureOf(thrown);
  } finally {
    await Promise.all(running);
  }
  return report;
}

async function processOne(
  deps: DrainDependencies,
  limits: DrainLimits,
  claimed: Claimed,
  lease: Lease,
): Promise<Settlement> {
  try {
    if (claimed.crashes >= MOST_CRASHES) throw new SuiteError("worker_crashed");
    return await deps.process(claimed, lease);
  } catch (thrown) {
    const error = failureOf(thrown);
    const outcome = outcomeOfFailure(
      error,
      claimed,
      limits.restMs,
      deps.random(),
      deps.retryRules?.(claimed),
    );
    return deps.describeFailure(claimed, error, { claimed, outcome });
  }
}
