/** Calls of one kind, joined into as few as possible and answered each with its own part. */
import { SuiteError } from "../errors.ts";
import { isFaultOfOne, nextBatch } from "./batch_choice.ts";

/** Calls that can be joined: the same method of the same model with the same options. */
export interface BatchKind<Row, Answer> {
  /** For messages: `model/method`. */
  readonly label: string;
  /** True when a call may change something, so that a lost answer leaves its outcome unknown. */
  readonly writes: boolean;
  /** Names the record a row is about, if it may not be in a joined call twice. */
  readonly mark: (row: Row) => string | undefined;
  /** One call for all rows. Its result gives the part of the rows that begin at `first`. */
  readonly send: (
    rows: readonly Row[],
    signal: AbortSignal,
  ) => Promise<(rows: readonly Row[], first: number) => Answer>;
}

export interface BatchingOptions {
  /** How many rows a joined call has at most. */
  readonly mostRows: number;
  /** When a first call goes out: whatever comes until then goes with it. */
  readonly schedule: (flush: () => void) => void;
}

/** Those of longest ago are forgotten first. */
const MOST_SUSPECTS = 1000;

interface Entry<Row, Answer> {
  readonly rows: readonly Row[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  /** Set as long as it is under way. */
  sentWith: { readonly stop: AbortController; readonly entries: readonly Entry<Row, Answer>[] } | undefined;
  /** Cancelled: nobody waits for it any more. */
  isOver: boolean;
}

/** One joined call at a time: what comes meanwhile goes with the next. */
export class BatchQueue<Row, Answer> {
  readonly #kind: BatchKind<Row, Answer>;
  readonly #options: BatchingOptions;
  /** Records of a joined call whose outcome is unknown: one of them may be why, so each goes alone the next time. */
  readonly #suspects: Set<string>;
  readonly #onIdle: () => void;
  #waiting: Entry<Row, Answer>[] = [];
  #isRunning = false;

  constructor(
    kind: BatchKind<Row, Answer>,
    options: BatchingOptions,
    suspects: Set<string>,
    onIdle: () => void,
  ) {
    this.#kind = kind;
    this.#options = options;
    this.#suspects = suspects;
    this.#onIdle = onIdle;
  }

  /** Rejects with what the joined call rejects with, or at once with `odoo_timeout` when the signal is aborted. */
  add(rows: readonly Row[], signal: AbortSignal | undefined): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const entry: Entry<Row, Answer> = { rows, resolve, reject, sentWith: undefined, isOver: false };
    const cancel = () => this.#cancel(entry);
    if (signal?.aborted) {
      cancel();
    } else {
      this.#waiting.push(entry);
      signal?.addEventListener("abort", cancel, { once: true });
    }
    if (!this.#isRunning && this.#waiting.length > 0) {
      this.#isRunning = true;
      this.#options.schedule(() => void this.#run());
    }
    return promise.finally(() => signal?.removeEventListener("abort", cancel));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const { mark } = this.#kind;
      const isSuspect = (each: string) => this.#suspects.has(each);
      const batch = nextBatch(this.#waiting, { mark, isSuspect, mostRows: this.#options.mostRows });
      this.#waiting = this.#waiting.filter((entry) => !batch.includes(entry));
      await this.#send(batch);
      // What came meanwhile may be little when the server is quick: it is collected as the first batch was.
      const missing = this.#options.mostRows - this.#waiting.reduce((sum, { rows }) => sum + rows.length, 0);
      if (this.#waiting.length > 0 && missing > 0) {
        await new Promise<void>((go) => this.#options.schedule(go));
      }
    }
    this.#isRunning = false;
    this.#onIdle();
  }

  /** Never rejects. A call that failed because of one of its records is sent again in halves, until that one is alone. */
  async #send(batch: readonly Entry<Row, Answer>[]): Promise<void> {
    const entries = batch.filter((entry) => !entry.isOver);
    if (entries.length === 0) return;
    const stop = new AbortController();
    for (const entry of entries) entry.sentWith = { stop, entries };
    try {
      const part = await this.#kind.send(entries.flatMap((entry) => entry.rows), stop.signal);
      let first = 0;
      for (const entry of entries) {
        entry.resolve(part(entry.rows, first));
        first += entry.rows.length;
      }
      this.#suspect(entries, false);
    } catch (thrown) {
      for (const entry of entries) entry.sentWith = undefined;
      const isUnknown = thrown instanceof SuiteError && thrown.outcomeUnknown;
      this.#suspect(entries, isUnknown);
      if (entries.length > 1 && isFaultOfOne(thrown)) {
        const half = Math.ceil(entries.length / 2);
        await this.#send(entries.slice(0, half));
        await this.#send(entries.slice(half));
        return;
      }
      for (const entry of entries) entry.reject(thrown);
    }
  }

  #suspect(entries: readonly Entry<Row, Answer>[], areSuspects: boolean): void {
    for (const row of entries.flatMap((entry) => entry.rows)) {
      const mark = this.#kind.mark(row);
      if (mark === undefined) continue;
      if (areSuspects) this.#suspects.add(mark);
      else this.#suspects.delete(mark);
    }
    for (const oldest of this.#suspects) {
      if (this.#suspects.size <= MOST_SUSPECTS) break;
      this.#suspects.delete(oldest);
    }
  }

  /** The others of a joined call go on; with the last of them it is cancelled too. */
  #cancel(entry: Entry<Row, Answer>): void {
    const { sentWith } = entry;
    entry.isOver = true;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    entry.reject(
      new SuiteError("odoo_timeout", {
        message: sentWith === undefined
          ? `${this.#kind.label} was cancelled before it was sent.`
          : `${this.#kind.label} was cancelled while waiting for Odoo.`,
        outcomeUnknown: sentWith !== undefined && this.#kind.writes,
        facts: { call: this.#kind.label },
      }),
    );
    if (sentWith?.entries.every(({ isOver }) => isOver)) sentWith.stop.abort();
  }
}
