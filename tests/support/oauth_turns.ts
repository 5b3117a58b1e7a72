/**
 * Workers that take turns: each does one step (a statement, a request, its answer, a pause) when it is chosen, so a list of numbers
 * decides the whole order of a run, and a worker can die before or after any of its steps.
 */

export interface Crash {
  readonly worker: number;
  /** The how-manieth step of the worker, from 0. */
  readonly step: number;
  /** After the step had its effect; else before it. */
  readonly after: boolean;
}

/** `pause`: only time passes. */
export type StepKind = "work" | "pause";

interface Waiting {
  readonly worker: number;
  readonly kind: StepKind;
  readonly go: () => void;
}

export class Turns {
  readonly #waiting: Waiting[] = [];
  readonly #steps = new Map<number, number>();
  readonly #dead = new Set<number>();
  #running = 0;
  #changed = Promise.withResolvers<void>();
  #choice = 0;

  constructor(
    readonly options: {
      readonly choices: readonly number[];
      readonly crashes: readonly Crash[];
      /** Time passes only when nobody has anything else to do: no worker is slower than its lease. */
      readonly patient: boolean;
    },
  ) {}

  get died(): number {
    return this.#dead.size;
  }

  /** One step of a worker. Never resolves for one that dies at it. */
  async step<Value>(worker: number, kind: StepKind, run: () => Promise<Value>): Promise<Value> {
    const number = this.#steps.get(worker) ?? 0;
    this.#steps.set(worker, number + 1);
    const crash = this.options.crashes.find((each) => each.worker === worker && each.step === number);
    await this.#turn(worker, kind);
    if (crash !== undefined && !crash.after) return await this.#die(worker);
    try {
      const value = await run();
      if (crash !== undefined) return await this.#die(worker);
      return value;
    } catch (error) {
      if (crash !== undefined) return await this.#die(worker);
      throw error;
    }
  }

  /** Runs the workers' programs until each has ended or died. Rejects when a program does. */
  async run(programs: readonly (() => Promise<void>)[]): Promise<void> {
    this.#running = programs.length;
    let failed: { error: unknown } | undefined;
    for (const program of programs) {
      program().catch((error) => failed ??= { error }).finally(() => this.#arrive(() => this.#running--));
    }
    while (this.#running > 0) {
      if (this.#waiting.length < this.#running) {
        await this.#changed.promise;
        continue;
      }
      const able = this.options.patient ? this.#waiting.filter(({ kind }) => kind === "work") : [];
      const from = able.length > 0 ? able : this.#waiting;
      const chosen =
        from[(this.options.choices[this.#choice++ % this.options.choices.length] ?? 0) % from.length];
      if (chosen === undefined) break;
      this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
      this.#changed = Promise.withResolvers();
      chosen.go();
    }
    if (failed !== undefined) throw failed.error;
  }

  #turn(worker: number, kind: StepKind): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrive(() => this.#waiting.push({ worker, kind, go: resolve }));
    return promise;
  }

  #die(worker: number): Promise<never> {
    this.#dead.add(worker);
    this.#arrive(() => this.#running--);
    return new Promise(() => {});
  }

  #arrive(change: () => void): void {
    change();
    this.#changed.resolve();
  }
}
