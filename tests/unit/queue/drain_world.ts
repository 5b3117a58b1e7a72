/** A queue in memory and a clock that stands still, for the drain loop. Every process and settle ends when told to. */
import {
  drain,
  type DrainDependencies,
  type DrainLimits,
  type DrainReport,
} from "../../../shared/queue/drain.ts";
import type { Lease } from "../../../shared/queue/lease.ts";
import { createWake, type Wake } from "../../../shared/queue/wake.ts";
import type { Claimed, Settlement } from "../../../shared/store/queue.ts";

export function claimedEntity(id: string, more: Partial<Claimed> = {}): Claimed {
  return {
    id,
    entityKey: `issue:${id}`,
    sourceSystem: "plane",
    sourceId: id,
    sourceType: "issue",
    operation: "update",
    attempts: 1,
    outages: 0,
    maxAttempts: 12,
    crashes: 0,
    fence: "1",
    planeProjectId: null,
    readFirst: false,
    planeHinted: true,
    odooHinted: false,
    payload: {},
    runId: null,
    lastDeliveryId: null,
    observation: null,
    createdAt: "2026-01-31T12:00:00Z",
    ...more,
  };
}

export class DrainWorld {
  readonly limits: DrainLimits = {
    concurrency: 2,
    leaseMs: 120_000,
    restMs: 90_000,
    wallClockMs: 80_000,
    entities: 100,
  };
  /** What is due; a claim takes from the front. */
  due: Claimed[] = [];
  now = 0;
  stopping = false;
  readonly wake: Wake = createWake();
  /** The limit of each claim. */
  readonly claims: number[] = [];
  readonly running = new Map<string, { lease: Lease; end: (thrown?: unknown) => void }>();
  mostRunning = 0;
  readonly settled: Settlement[] = [];
  /** The ids of each settle that was sent. */
  readonly batches: string[][] = [];
  readonly settleFailures: string[] = [];
  /** What happens when a claim or a settle is sent. */
  onClaim: () => void = () => {};
  onSettle: (settlements: Settlement[]) => void | Promise<void> = () => {};
  /** Ids another worker holds by now. */
  readonly lost = new Set<string>();

  start(change: Partial<DrainDependencies> = {}): Promise<DrainReport> {
    return drain({
      claim: (limit) => {
        this.claims.push(limit);
        this.onClaim();
        return Promise.resolve(this.due.splice(0, limit));
      },
      settle: async (settlements) => {
        this.batches.push(settlements.map(({ claimed }) => claimed.id));
        await this.onSettle(settlements);
        this.settled.push(...settlements);
        return new Set(settlements.map(({ claimed }) => claimed.id).filter((id) => !this.lost.has(id)));
      },
      process: (claimed, lease) => this.#process(claimed, lease),
      describeFailure: (_claimed, error, settlement) => ({ ...settlement, effect: { code: error.code } }),
      now: () => this.now,
      random: () => 0,
      sleep: () => Promise.resolve(),
      wake: this.wake,
      stopping: () => this.stopping,
      onSettleFailed: (error) => this.settleFailures.push(error.code),
      ...change,
    }, this.limits);
  }

  /** Ends the work on an entity; with an argument it has failed. */
  end(id: string, thrown?: unknown): void {
    const job = this.running.get(id);
    if (job === undefined) throw new Error(`${id} is not running`);
    job.end(thrown);
  }

  #process(claimed: Claimed, lease: Lease): Promise<Settlement> {
    return new Promise((resolve, reject) => {
      const end = (thrown?: unknown) => {
        this.running.delete(claimed.id);
        if (thrown === undefined) resolve({ claimed, outcome: { kind: "done" } });
        else reject(thrown);
      };
      this.running.set(claimed.id, { lease, end });
      this.mostRunning = Math.max(this.mostRunning, this.running.size);
    });
  }
}

/** Lets everything happen that needs no more time: promises are carried on until none is left. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
