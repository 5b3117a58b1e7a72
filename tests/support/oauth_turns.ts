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

/** A worker stands still at one of its steps while others take so many turns. */
export interface Freeze {
  readonly worker: number;
  readonly step: number;
  readonly turns: number;
}

/** `pause`: only time passes. */
export type StepKind = "work" | "pause";

interface Waiting {
  readonly worker: number;
  readonly kind: StepKind;
  /** The turn before which it is not chosen, unless nobody else waits. */
  readonly notBefore: number;
  readonly go: () => void;
}

export class Turns {
  readonly #waiting: Waiting[] = [];
  readonly #steps = new Map<number, number>();
  readonly #dead = new Set<number>();
  #running = 0;
  #changed = Promise.withResolvers<void>();
  #taken = 0;

  constructor(
    readonly options: {
      readonly choices: readonly number[];
      readonly crashes: readonly Crash[];
      readonly freezes?: readonly Freeze[];
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
    await this.#turn(worker, kind, number);
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
      const from = this.#able();
      const chosen =
        from[(this.options.choices[this.#taken++ % this.options.choices.length] ?? 0) % from.length];
      if (chosen === undefined) break;
      this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
      this.#changed = Promise.withResolvers();
      chosen.go();
    }
    if (failed !== undefined) throw failed.error;
  }

  #able(): readonly Waiting[] {
    const thawed = this.#waiting.filter(({ notBefore }) => notBefore <= this.#taken);
    const wanted = this.options.patient ? this.#waiting.filter(({ kind }) => kind === "work") : thawed;
    return wanted.length > 0 ? wanted : this.#waiting;
  }

  #turn(worker: number, kind: StepKind, step: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const freeze = this.options.freezes?.find((each) => each.worker === worker && each.step === step);
    const notBefore = this.#taken + (freeze?.turns ?? 0);
    this.#arrive(() => this.#waiting.push({ worker, kind, notBefore, go: resolve }));
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
