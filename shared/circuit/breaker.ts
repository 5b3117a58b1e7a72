/**
 * Stops calling a side that is down: after some outages in a row nothing is sent for a while, then one call tries, and its end
 * decides. What is asked meanwhile fails at once as `circuit_open`, an outage, so no record is given up for it.
 *
 * A call costs nothing but a comparison: the state is this worker's own. What all workers know is read when a drain starts and
 * when a call fails, and written when the state changes.
 */
import { SuiteError, toSuiteError } from "../errors.ts";
import { type Upstream, verdictOf } from "./outage.ts";

export interface BreakerSettings {
  /** So many outages in a row, within a minute, open the breaker. */
  failures: number;
  /** The first cool-down, in ms; each probe that fails doubles it up to the longest. */
  firstMs: number;
  longestMs: number;
}

/** What all workers know of one side. */
export interface SharedBreaker {
  /** Null: it is closed. `forMs` until the next probe; 0 or less when that is due. */
  read(): Promise<{ forMs: number; failures: number } | null>;
  open(state: { forMs: number; failures: number; reason: string }): Promise<void>;
  close(): Promise<void>;
}

/** Outages that are further apart than this, in ms, are not one trouble. */
const WITHIN_MS = 60_000;
/** Who comes while the probe is under way asks again after this, in ms. */
const PROBING_MS = 1_000;

export class Breaker {
  readonly #upstream: Upstream;
  readonly #settings: BreakerSettings;
  readonly #shared: SharedBreaker;
  readonly #now: () => number;
  /** When the outages in a row happened. */
  #outages: number[] = [];
  #open: { until: number; failures: number; probing: boolean } | undefined;

  /** @param now a clock that never goes back, in ms */
  constructor(upstream: Upstream, settings: BreakerSettings, shared: SharedBreaker, now: () => number) {
    this.#upstream = upstream;
    this.#settings = settings;
    this.#shared = shared;
    this.#now = now;
  }

  /**
   * Makes the call, or refuses.
   *
   * @throws SuiteError circuit_open with the time to the next probe; what the call throws
   */
  async run<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const probe = this.#enter();
    let answer: Answer;
    try {
      answer = await call();
    } catch (thrown) {
      await this.#failed(toSuiteError(thrown), probe);
      throw thrown;
    }
    await this.#succeeded(probe);
    return answer;
  }

  /** Learns what other workers found out. Never throws: without the database everybody counts alone. */
  async refresh(): Promise<void> {
    const before = this.#open;
    const shared = await this.#shared.read().catch(() => undefined);
    // Meanwhile something happened here, or nobody knows: our own knowledge is the newest.
    if (shared === undefined || this.#open !== before || before?.probing === true) return;
    if (shared === null) {
      if (before !== undefined) this.#outages = [];
      this.#open = undefined;
      return;
    }
    this.#open = {
      until: this.#now() + Math.max(0, shared.forMs),
      failures: shared.failures,
      probing: false,
    };
  }

  /** Returns what is probed, or undefined when the breaker is closed. */
  #enter(): object | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    const waitMs = open.probing ? PROBING_MS : open.until - this.#now();
    if (waitMs > 0) {
      throw new SuiteError("circuit_open", { retryAfterMs: waitMs, facts: { upstream: this.#upstream } });
    }
    open.probing = true;
    return open;
  }

  async #succeeded(probe: object | undefined): Promise<void> {
    // What was sent before the breaker opened says nothing of now.
    if (probe === undefined) {
      if (this.#open === undefined) this.#outages = [];
      return;
    }
    if (this.#open !== probe) return;
    this.#open = undefined;
    this.#outages = [];
    await this.#shared.close().catch(() => {});
  }

  async #failed(error: SuiteError, probe: object | undefined): Promise<void> {
    const verdict = verdictOf(this.#upstream, error);
    if (verdict === "alive") return await this.#succeeded(probe);
    if (probe !== undefined) {
      const open = this.#open;
      if (open !== probe || open === undefined) return;
      // A probe that was never sent is not one more outage, but there is none before the next cool-down either.
      return await this.#openFor(open.failures + (verdict === "down" ? 1 : 0), error.code);
    }
    if (verdict === "nothing" || this.#open !== undefined) return;
    const now = this.#now();
    this.#outages = [...this.#outages.filter((at) => now - at < WITHIN_MS), now];
    if (this.#outages.length >= this.#settings.failures) {
      return await this.#openFor(this.#settings.failures, error.code);
    }
    await this.#learnFromOthers();
  }

  /** A breaker that another worker opened is open here too; one that is closed elsewhere does not forget our outages. */
  async #learnFromOthers(): Promise<void> {
    const shared = await this.#shared.read().catch(() => null);
    if (shared === null || this.#open !== undefined) return;
    this.#open = {
      until: this.#now() + Math.max(0, shared.forMs),
      failures: shared.failures,
      probing: false,
    };
  }

  async #openFor(failures: number, reason: string): Promise<void> {
    const { firstMs, longestMs } = this.#settings;
    const reopened = Math.max(0, failures - this.#settings.failures);
    const forMs = Math.min(longestMs, firstMs * 2 ** Math.min(reopened, 30));
    this.#open = { until: this.#now() + forMs, failures, probing: false };
    await this.#shared.open({ forMs, failures, reason }).catch(() => {});
  }
}
