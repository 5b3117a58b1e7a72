/** Trouble on request: what the next answers are, and creates held until they race. */

export interface Fault {
  /** A status with Plane's own error body, no answer at all, or the right answer after the effect, never sent. */
  readonly kind: "status" | "silence" | "silence_after_effect";
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export class Faults {
  readonly #queue: Fault[] = [];
  #race: { waiting: number; wanted: number; release: () => void; gate: Promise<void> } | undefined;
  /** How long every create takes between that check and its storing; without it the two are one step. */
  slowInsert: (() => Promise<void>) | undefined;

  /** The next `times` requests meet this fault instead of their answer. */
  next(fault: Fault, times = 1): void {
    for (let count = 0; count < times; count += 1) this.#queue.push(fault);
  }

  take(): Fault | undefined {
    return this.#queue.shift();
  }

  /** The next `creates` creates pass the check for a taken external id before the first of them is stored. */
  race(creates: number): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#race = { waiting: 0, wanted: creates, release: resolve, gate: promise };
  }

  /** How many creates are held right now. */
  get held(): number {
    return this.#race?.waiting ?? 0;
  }

  async betweenCheckAndInsert(): Promise<void> {
    await this.slowInsert?.();
    const race = this.#race;
    if (race === undefined) return;
    race.waiting += 1;
    if (race.waiting >= race.wanted) {
      this.#race = undefined;
      race.release();
    }
    await race.gate;
  }
}
