/** One worker: the engine's own code in an isolate, wired as supabase/functions/plane-sync wires it. */
import type { SuiteError } from "../../../shared/errors.ts";
import type { CallBudget } from "../../../shared/plane/call_budget.ts";
import { drain } from "../../../shared/queue/drain.ts";
import { createWake } from "../../../shared/queue/wake.ts";
import type { Lease } from "../../../shared/queue/lease.ts";
import type { Claimed, Settlement } from "../../../shared/store/queue.ts";
import type { SyncDependencies } from "../../../shared/sync/sides/dependencies.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import type { Exchange, Reply } from "../../../dev/sandbox/exchange.ts";
import type { InProcessSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import type { InProcessSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import type { SyncStore } from "../../../shared/store/engine/sync_store.ts";
import { Isolate } from "../kernel/isolate.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { inPass, type Reader } from "./pass.ts";
import type { Side } from "./schedule.ts";
import type { ClaimWatch } from "./claim_watch.ts";
import type { Trouble } from "./trouble.ts";
import { wire } from "./wiring.ts";

/** As shipped, in ms. */
export const LIMITS = {
  leaseMs: 120_000,
  restMs: 90_000,
  wallClockMs: 80_000,
  entities: 100,
};

/** The engine: what shared/sync/process.ts makes. */
export type Engine = (deps: SyncDependencies) => {
  process: (claimed: Claimed, lease: Lease) => Promise<Settlement>;
  describeFailure: (claimed: Claimed, error: SuiteError, settlement: Settlement) => Settlement;
};

/** Between two drains of a worker nobody wakes, in ms. */
const NAP_MS = 20_000;
/** When nothing goes wrong there is little to find; it saves half of the run. */
const CALM_NAP_MS = 110_000;

export interface WorkerWorld {
  kernel: Kernel;
  plane: InProcessSandboxPlane;
  odoo: InProcessSandboxOdoo;
  store: SyncStore;
  engine: Engine;
  budget: CallBudget | undefined;
  claims: ClaimWatch;
  trouble: Trouble;
  concurrency: number;
  /** The worker's own wall clock, ms since 1970. */
  wallClock: () => number;
  capabilities: OdooCapabilities;
  /** Called when a request of this worker has taken effect. */
  onEffect: (worker: Reader, side: Side, exchange: Exchange, reply: Reply, heard: boolean) => void;
  /** An error no code of the closed union explains: a mistake in the engine. */
  onSurprise: (error: SuiteError) => void;
  onDeath: (worker: Worker) => void;
}

export class Worker {
  readonly isolate: Isolate;
  readonly wake = createWake();
  /** Ends the sleep between two drains. */
  #rouse: () => void = () => {};

  constructor(readonly world: WorkerWorld, readonly name: string) {
    this.isolate = new Isolate(world.kernel, name);
    this.isolate.beforeCall = () => misfortune(world, this.isolate, () => world.onDeath(this));
  }

  /** Drains, sleeps, drains: a hint or a nudge wakes it. */
  start(): void {
    const { kernel } = this.world;
    kernel.after(0, this.isolate, () => void this.#live());
  }

  /** A hint was left. */
  nudge(): void {
    this.world.kernel.after(1, this.isolate, () => {
      this.wake.ring();
      this.#rouse();
    });
  }

  async #live(): Promise<void> {
    const { kernel } = this.world;
    const drainOnce = this.#drain();
    while (true) {
      const roused = new Promise<void>((resolve) => this.#rouse = resolve);
      await drainOnce().catch(() => {});
      const napMs = this.world.trouble.calm ? CALM_NAP_MS : NAP_MS;
      await Promise.race([roused, this.isolate.sleep(napMs + (kernel.steps % 7) * 1_000)]);
    }
  }

  #drain(): () => Promise<unknown> {
    const { world, isolate } = this;
    const { trouble } = world;
    const now = () => world.kernel.now;
    const sync = wire(world, isolate, world.onEffect);
    const { store } = sync;
    const processor = world.engine(sync);
    const describeFailure = (
      claimed: Claimed,
      error: SuiteError,
      settlement: Settlement,
    ): Settlement => {
      if (error.code === "internal") world.onSurprise(error);
      return processor.describeFailure(claimed, error, settlement);
    };
    return () =>
      drain({
        process: (claimed, lease) => inPass(claimed, () => processor.process(claimed, lease)),
        describeFailure,
        claim: (limit) => store.claim(this.name, limit, LIMITS.leaseMs),
        settle: (settlements) => store.settle(settlements),
        now,
        random: () => trouble.random.next(),
        sleep: (milliseconds) => isolate.sleep(milliseconds),
        wake: this.wake,
        stopping: () => false,
        onSettleFailed: (error) => {
          if (error.code === "internal") world.onSurprise(error);
        },
      }, { ...LIMITS, concurrency: world.concurrency });
  }
}

/** Before each call an isolate may die, or stand still. */
export function misfortune({ kernel, trouble }: WorkerWorld, isolate: Isolate, onDeath: () => void): void {
  if (trouble.chance("crash")) {
    kernel.after(trouble.random.between(0, 40), null, () => {
      if (!isolate.alive) return;
      isolate.kill();
      onDeath();
    });
  }
  if (trouble.chance("freeze")) {
    const standstillMs = trouble.random.between(10_000, 200_000);
    kernel.after(trouble.random.between(0, 40), null, () => isolate.freeze(standstillMs));
  }
}
