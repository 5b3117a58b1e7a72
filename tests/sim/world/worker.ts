/** One worker: the engine's own code in an isolate, wired as supabase/functions/plane-sync wires it. */
import type { SuiteError } from "../../../shared/errors.ts";
import { ClockOffset, watchingDates } from "../../../shared/clock_offset.ts";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import type { CallBudget } from "../../../shared/plane/call_budget.ts";
import { PlaneClient, type PlaneClientDependencies } from "../../../shared/plane/client.ts";
import { withRetries } from "../../../shared/plane/with_retries.ts";
import { withinBudget } from "../../../shared/plane/within_budget.ts";
import { drain } from "../../../shared/queue/drain.ts";
import { createWake } from "../../../shared/queue/wake.ts";
import type { Lease } from "../../../shared/queue/lease.ts";
import type { Claimed, Settlement } from "../../../shared/store/queue.ts";
import { createPlaneDirectory } from "../../../shared/sync/sides/plane_directory.ts";
import type { SyncDependencies } from "../../../shared/sync/sides/dependencies.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import type { Exchange, Reply } from "../../../dev/sandbox/exchange.ts";
import type { InProcessSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import type { InProcessSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import type { SyncStore } from "../../../shared/store/sync_store.ts";
import { Isolate } from "../kernel/isolate.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { budgetFrom } from "./budget_port.ts";
import { fetchFrom } from "./network.ts";
import type { Side } from "./schedule.ts";
import { storeFrom, type Unsettled } from "./store_port.ts";
import type { Trouble } from "./trouble.ts";

/** As shipped, in ms. */
const LIMITS = {
  leaseMs: 120_000,
  restMs: 90_000,
  wallClockMs: 80_000,
  entities: 100,
  odooTimeoutMs: 45_000,
  planeTimeoutMs: 30_000,
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
  unsettled: Unsettled[];
  trouble: Trouble;
  concurrency: number;
  /** The worker's own wall clock, ms since 1970. */
  wallClock: () => number;
  capabilities: OdooCapabilities;
  /** Called when a request of this worker has taken effect. */
  onEffect: (worker: Worker, side: Side, exchange: Exchange, reply: Reply, heard: boolean) => void;
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
    this.isolate.beforeCall = () => this.#misfortune();
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
    const { trouble, wallClock } = world;
    const store = storeFrom(isolate, world.store, trouble, world.unsettled);
    const offsets = { plane: new ClockOffset(), odoo: new ClockOffset() };
    const fetchOf = (side: Side) =>
      watchingDates(
        fetchFrom({
          side,
          isolate,
          trouble,
          server: side === "plane" ? world.plane.handle : world.odoo.handle,
          onEffect: (...effect) => world.onEffect(this, side, ...effect),
        }),
        wallClock,
        (...dates) => offsets[side].observe(...dates),
      );
    const odoo = createOdooClient({
      url: world.odoo.url,
      apiKey: world.odoo.apiKey,
      database: world.odoo.database,
      login: world.odoo.login,
      protocol: "json2",
      timeoutMs: LIMITS.odooTimeoutMs,
    }, { fetch: fetchOf("odoo") });
    const client = new PlaneClient({
      baseUrl: world.plane.url,
      apiKey: world.plane.apiKeys.bot,
      workspaceSlug: world.plane.workspaceSlug,
      timeoutMs: LIMITS.planeTimeoutMs,
    }, { fetch: fetchOf("plane"), ...this.#withinBudget() });
    const now = () => world.kernel.now;
    const processor = world.engine({
      store,
      odoo: () => odoo,
      capabilities: () => Promise.resolve(world.capabilities),
      plane: { client, directory: createPlaneDirectory(client, now) },
      now,
      wallClock,
      clockOffsets: { plane: () => offsets.plane.offsetMs(), odoo: () => offsets.odoo.offsetMs() },
      odooTimeoutMs: LIMITS.odooTimeoutMs,
      planeTimeoutMs: LIMITS.planeTimeoutMs,
      log: () => {},
    });
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
        process: processor.process,
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

  /** Every request to Plane is booked, as the function does it, when there is a budget. */
  #withinBudget(): Pick<PlaneClientDependencies, "wrap"> {
    const { budget, kernel, trouble } = this.world;
    if (budget === undefined) return {};
    const now = () => kernel.now;
    const booked = {
      budget: budgetFrom(this.isolate, budget, trouble),
      credential: "default",
      lane: "live",
      longestWaitMs: 15_000,
      now,
    } as const;
    const random = () => trouble.random.next();
    return {
      wrap: (transport) => withRetries(withinBudget(transport, booked), { now, random, deadlineMs: 45_000 }),
    };
  }

  #misfortune(): void {
    const { kernel, trouble } = this.world;
    if (trouble.chance("crash")) {
      kernel.after(trouble.random.between(0, 40), null, () => {
        if (!this.isolate.alive) return;
        this.isolate.kill();
        this.world.onDeath(this);
      });
    }
    if (trouble.chance("freeze")) {
      const standstillMs = trouble.random.between(10_000, 200_000);
      kernel.after(trouble.random.between(0, 40), null, () => this.isolate.freeze(standstillMs));
    }
  }
}
