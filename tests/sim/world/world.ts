/** Everything of one run: both servers, the store, the workers, the people, and who watches. */
import { createSandboxOdoo, type InProcessSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { createSandboxPlane, type InProcessSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import type { Exchange, Reply } from "../../../dev/sandbox/exchange.ts";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import { releaseBrakes } from "../../../shared/sweep/brakes.ts";
import type { SweepReport } from "../../../shared/sweep/sweep.ts";
import { History } from "../judge/history.ts";
import { Plans } from "../judge/plans.ts";
import { Talk } from "../judge/talk.ts";
import { Kernel } from "../kernel/kernel.ts";
import { takeOverTimers } from "../kernel/timers.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import { Trace } from "../kernel/trace.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { ClaimWatch } from "./claim_watch.ts";
import { skewedClock } from "./clocks.ts";
import { sandboxDoor } from "./odoo_door.ts";
import { installOdooHooks } from "./odoo_hooks.ts";
import { OdooPeople } from "./odoo_people.ts";
import { HOOK_URL, planeHookFetch } from "./plane_hooks.ts";
import { takeBackSomething, type UndoGiven } from "./operator.ts";
import type { Reader } from "./pass.ts";
import { PlanePeople } from "./plane_people.ts";
import { planHints } from "./plan_sweep.ts";
import { recordsIn, remarksIn } from "./read_records.ts";
import { type Edit, isTalk, type Schedule, type Side } from "./schedule.ts";
import type { SimStore } from "./sim_store.ts";
import { sweepHints } from "./sweep.ts";
import { Sweeper, type SweepPorts } from "./sweeper.ts";
import { talkHints } from "./talk_sweep.ts";
import { Trouble } from "./trouble.ts";
import { type Engine, Worker, type WorkerWorld } from "./worker.ts";

/** From the first sweep to the first edit, in ms: longer than clocks are known to. */
const INSTALLED_FOR_MS = 5_000;
/** Sweeps that have no time for everything go on where the one before stopped. */
const MOST_ROUNDS = 20;
const SWEEP_AGAIN_MS = 60_000;
/** What is known of a sweep that has not ended. */
const UNSWEPT: SweepReport = { rows: 0, hints: 0, unannounced: 0, failed: {}, unfinished: true };

export interface WorldOptions {
  engine: Engine;
  openStore: (options: { now: () => number; newId: () => string }) => SimStore;
  /** Lines of the trace that are kept. */
  keptLines: number;
  /** What Plane allows a key; absent: anything. The store then has a budget. */
  callsPerMinute?: number;
}

/** One call of the engine to a server, once it took effect. */
export interface EngineCall {
  readonly at: number;
  readonly side: Side;
  readonly worker: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

export class World {
  readonly kernel: Kernel;
  readonly trouble: Trouble;
  readonly plane: InProcessSandboxPlane;
  readonly odoo: InProcessSandboxOdoo;
  readonly store: SimStore;
  readonly history: History;
  /** Null where nobody comments. */
  readonly talk: Talk | null;
  /** Null where nobody plans. */
  readonly plans: Plans | null;
  readonly calls: EngineCall[] = [];
  /** Errors no code explains. */
  readonly surprises: string[] = [];
  readonly claims = new ClaimWatch();
  /** What operators have ordered to be taken back. */
  readonly undone: UndoGiven[] = [];
  /** Deliveries that were acknowledged. */
  acknowledged = 0;
  readonly #workers: Worker[] = [];
  readonly #random: Random;
  readonly #planePeople: PlanePeople;
  readonly #odooPeople: OdooPeople;
  readonly #afterRead: Record<Side, Edit[]> = { plane: [], odoo: [] };
  #born = 0;
  #sweeper: Sweeper | null = null;
  #isSweeping = false;

  private constructor(
    readonly schedule: Schedule,
    readonly options: WorldOptions,
    readonly capabilities: OdooCapabilities,
  ) {
    const random = seededRandom(schedule.seed);
    this.#random = random.split("world");
    this.kernel = new Kernel(random.split("kernel"), new Trace(options.keptLines));
    this.trouble = new Trouble(schedule.faults, random.split("trouble"));
    const { kernel, trouble } = this;
    const ids = random.split("ids");
    const newId = () => uuid(ids);
    const databaseNow = skewedClock(kernel, schedule.skewMs.database);
    this.store = options.openStore({ now: databaseNow, newId });
    const receive = (...delivery: Parameters<SimStore["recordDelivery"]>) => this.#receive(...delivery);
    const planeRandom = random.split("plane");
    this.plane = createSandboxPlane({
      now: skewedClock(kernel, schedule.skewMs.plane),
      random: () => planeRandom.next(),
      requestsPerMinute: options.callsPerMinute ?? 100_000,
      scheduler: { after: (milliseconds, task) => kernel.after(milliseconds, null, task), clear: () => {} },
      webhookFetch: planeHookFetch({ kernel, trouble, receive, newId }),
      webhookDelayMs: 20,
      webhookWorkers: 4,
    });
    this.plane.faults.slowInsert = () =>
      new Promise((resolve) => void kernel.after(this.#random.between(0, 3), null, resolve));
    this.odoo = createSandboxOdoo({ now: skewedClock(kernel, schedule.skewMs.odoo) });
    installOdooHooks({
      kernel,
      odoo: this.odoo,
      trouble,
      hooks: schedule.hooks,
      receive,
      newId,
      now: databaseNow,
    });
    this.#planePeople = new PlanePeople(this.plane, this.plane.users.alice);
    this.#odooPeople = new OdooPeople(this.odoo.world, sandboxDoor(this.odoo, this.#odooUsers()));
    this.history = new History(this.plane.world, this.odoo.world);
    this.talk = schedule.edits.some(({ act }) => isTalk(act))
      ? new Talk(this.plane.world, this.odoo.world)
      : null;
    this.plans = schedule.moduleAs === null ? null : new Plans(this.plane.world, this.odoo.world);
  }

  /** A world with its first projects; nobody works yet. */
  static async open(schedule: Schedule, options: WorldOptions): Promise<World> {
    const world = new World(schedule, options, await capabilitiesOf());
    await world.store.setPolicy(schedule.policy);
    await world.store.setModuleAs(schedule.moduleAs ?? "project");
    world.plane.webhooks.add({ url: HOOK_URL });
    await world.#install();
    for (let number = 1; number <= schedule.projects.plane; number++) {
      await world.#planePeople.addProject(number);
    }
    for (let number = 1; number <= schedule.projects.odoo; number++) {
      await world.#odooPeople.addProject(`Odoo project ${number}`);
    }
    world.#look("plane", "person");
    world.#look("odoo", "person");
    return world;
  }

  /** Whether anybody comments. */
  talks(): this is this & { readonly talk: Talk } {
    return this.talk !== null;
  }

  /** Whether anybody makes cycles or modules. */
  plansAhead(): this is this & { readonly plans: Plans } {
    return this.plans !== null;
  }

  /** The workers begin. */
  start(): void {
    for (let number = 0; number < this.schedule.workers; number++) this.#addWorker();
  }

  /** Somebody does something. */
  async act(edit: Edit): Promise<void> {
    const { by, act } = edit;
    if (act.do === "undo") return await this.#takeBack(act.back);
    const people = by === "plane" ? this.#planePeople : this.#odooPeople;
    const done = await people.act(act);
    const what = this.#look(by, "person").join(" ");
    this.kernel.trace.add(this.kernel.now, `${by} person ${act.do}${done ? "" : " (refused)"} ${what}`);
  }

  async #takeBack(back: number): Promise<void> {
    const orders = await takeBackSomething(this.store, back, this.kernel.now);
    this.undone.push(...orders);
    const what = orders.map(({ plane, field, side, to }) =>
      ` ${plane.slice(0, 4)}.${field} in ${side} to ${JSON.stringify(to)}`
    );
    this.kernel.trace.add(this.kernel.now, `operator takes back${what.join("")}`);
    this.nudge();
  }

  /** The edit happens right after the engine's next reading of its side. */
  actAfterRead(edit: Edit): void {
    this.#afterRead[edit.by].push(edit);
  }

  /** From now on nothing goes wrong, and everybody is well again. */
  async calm(): Promise<void> {
    this.trouble.calm = true;
    for (const { isolate } of this.#workers) isolate.frozenUntil = 0;
    if (this.#sweeper !== null) this.#sweeper.isolate.frozenUntil = 0;
    for (const side of ["plane", "odoo"] as const) {
      for (const edit of this.#afterRead[side].splice(0)) await this.act(edit);
    }
    // After the last edit, which may have switched it off.
    for (const webhook of this.plane.webhooks.list()) webhook.isActive = true;
  }

  /** What a sweep finds before it was there for the first time is a backfill's: so it is there before anything else. */
  async #install(): Promise<void> {
    if (this.store.sweeping === undefined) return;
    const giveBackTimers = takeOverTimers(this.kernel);
    this.trouble.calm = true;
    try {
      await this.sweepThrough();
      await this.kernel.runUntil(this.kernel.now + INSTALLED_FOR_MS);
    } finally {
      this.trouble.calm = false;
      giveBackTimers();
    }
  }

  /** A sweep begins: what is due now. */
  async sweep(): Promise<void> {
    const { sweeping } = this.store;
    if (sweeping === undefined) return await this.#standInSweep();
    if (this.#isSweeping && this.#sweeper?.isolate.alive === true) return;
    this.#startSweep(sweeping, false);
  }

  /** Sweeps of everything, until one comes to its end; the simulated time goes on meanwhile. */
  async sweepThrough(): Promise<void> {
    const { sweeping } = this.store;
    if (sweeping === undefined) return await this.#standInSweep();
    // Somebody has looked at what vanished: it was meant.
    for (const project of this.plane.world.projects.keys()) {
      await releaseBrakes({ marks: sweeping.marks }, project);
    }
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const report = this.#startSweep(sweeping, true);
      while (this.#isSweeping) await this.kernel.runUntil(this.kernel.now + 1_000);
      const { unfinished, failed } = report();
      if (!unfinished && Object.keys(failed).length === 0) return;
      // As the schedule asks for one; meanwhile the budget has room again.
      await this.kernel.runUntil(this.kernel.now + SWEEP_AGAIN_MS);
    }
  }

  /** Returns what came of it, once it has ended. */
  #startSweep(ports: SweepPorts, full: boolean): () => SweepReport {
    if (this.#sweeper === null || !this.#sweeper.isolate.alive) {
      this.#born += 1;
      this.#sweeper = new Sweeper(this.#workerWorld(), ports, `s${this.#born}`);
    }
    let report = UNSWEPT;
    this.#isSweeping = true;
    this.#sweeper.start(full, (ended) => {
      report = ended;
      this.#isSweeping = false;
      this.nudge();
    });
    return () => report;
  }

  /** Somebody looks at everything; the last of it within a fraction of a second. */
  async #standInSweep(): Promise<void> {
    const hints = await sweepHints(this.store, this.plane, this.odoo);
    if (this.talks()) hints.push(...talkHints(this.plane, this.odoo));
    if (this.plansAhead()) hints.push(...planHints(this.plane));
    for (const [index, hint] of hints.entries()) {
      this.kernel.after(index, null, () => this.store.port.hint(hint));
    }
    this.kernel.after(hints.length, null, () => this.nudge());
  }

  /** Somebody tells the workers that there is work. */
  nudge(): void {
    for (const worker of this.#workers) if (worker.isolate.alive) worker.nudge();
  }

  async #receive(...[delivery, body]: Parameters<SimStore["recordDelivery"]>): Promise<void> {
    // The function has no luck with its database: Plane does not look at the answer, Odoo may not ask again.
    if (this.trouble.database() === "before") return;
    await this.store.recordDelivery(delivery, body);
    this.acknowledged += 1;
    const awake = this.#workers.filter(({ isolate }) => isolate.alive);
    if (awake.length > 0) this.#random.pick(awake).nudge();
  }

  #addWorker(): void {
    this.#born += 1;
    const worker = new Worker(this.#workerWorld(), `w${this.#born}`);
    this.#workers.push(worker);
    worker.start();
  }

  #workerWorld(): WorkerWorld {
    const { kernel, trouble, plane, odoo, store, schedule, capabilities } = this;
    return {
      kernel,
      trouble,
      plane,
      odoo,
      store: store.port,
      engine: this.options.engine,
      claims: this.claims,
      budget: store.budget,
      concurrency: schedule.concurrency,
      wallClock: skewedClock(kernel, 0),
      capabilities,
      onEffect: (...effect) => this.#watch(...effect),
      onSurprise: (error) => {
        const { cause } = error;
        this.surprises.push(cause instanceof Error ? `${cause.message}\n${cause.stack}` : String(cause));
      },
      onDeath: (dead) => {
        this.#workers.splice(this.#workers.indexOf(dead), 1);
        kernel.after(this.#random.between(1_000, 60_000), null, () => this.#addWorker());
      },
    };
  }

  #watch(reader: Reader, side: Side, exchange: Exchange, reply: Reply, heard: boolean): void {
    const { kernel } = this;
    const path = exchange.url.pathname;
    this.calls.push({
      at: kernel.now,
      side,
      worker: reader.worker,
      method: exchange.method,
      path,
      body: exchange.body,
      status: reply.status,
    });
    const reads = side === "plane" ? exchange.method === "GET" : /\/(read|search_read)$/.test(path);
    if (!reads) {
      if (side === "plane" && path.endsWith("/projects/")) this.#planePeople.joinProjects();
      for (const change of this.#look(side, "engine", reader, heard)) {
        kernel.trace.add(kernel.now, `  ${side} ${change}`);
      }
      return;
    }
    for (const record of recordsIn(side, exchange)) {
      this.history.readBy(reader, side, record, kernel.now);
    }
    for (const remark of this.talk === null ? [] : remarksIn(side, exchange)) {
      this.talk?.readBy(reader, side, remark, kernel.now);
    }
    // What a sweep reads is not written by it.
    if (reader.worker === this.#sweeper?.name) return;
    for (const edit of this.#afterRead[side].splice(0)) {
      kernel.after(0, null, () => this.act(edit));
    }
  }

  /** Returns what has changed, for the trace. */
  #look(side: Side, by: "person" | "engine", reader: Reader | null = null, heard = true): string[] {
    const { now } = this.kernel;
    const changes = this.history.look(side, by, now, reader, heard);
    const remarks = this.talk?.look(side, by, now, reader, heard) ?? [];
    const plans = this.plans?.look(side, by, now, reader, heard) ?? [];
    return [
      ...changes.map(({ record, field, to }) => `${record.slice(0, 4)}.${field}=${JSON.stringify(to)}`),
      ...remarks.map(({ id, what, to }) => `comment ${id.slice(0, 4)}.${what}=${JSON.stringify(to)}`),
      ...plans.map(({ record, field, to }) => `plan ${record.slice(0, 20)}.${field}=${JSON.stringify(to)}`),
    ];
  }

  #odooUsers(): { person: number; manager: number } {
    const add = (name: string) =>
      this.odoo.addUser({
        name,
        login: `${name}@example.test`,
        email: `${name}@example.test`,
        apiKey: `key-${name}`,
      });
    return { manager: add("alice"), person: add("bob") };
  }
}

function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random.next() * 16).toString(16)).join("");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${
    digits.slice(20)
  }`;
}
