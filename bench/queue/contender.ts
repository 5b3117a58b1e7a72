/** One queue in the comparison. */
export interface Contender {
  /** The name of its figure. */
  name: string;
  meaning: string;
  /** Fills the backlog up to `jobs`; not part of what is measured. */
  fill(jobs: number): Promise<void>;
  /** Takes and finishes jobs that do nothing for about `ms`; returns how many per second. */
  run(ms: number): Promise<number>;
  close(): Promise<void>;
}

/** Counts finished jobs over a time that begins with the first one, so that nobody pays for starting up. */
export class Meter {
  #first = 0;
  #last = 0;
  #jobs = 0;

  finished(jobs: number): void {
    this.#last = performance.now();
    if (this.#first === 0) this.#first = this.#last;
    else this.#jobs += jobs;
  }

  perSecond(): number {
    return this.#jobs / ((this.#last - this.#first) / 1000);
  }
}
