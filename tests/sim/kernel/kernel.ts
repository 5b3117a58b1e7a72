/**
 * The simulated machine room: one virtual clock and a list of what happens when. Everything a worker waits for is an event
 * here; between two events nothing runs. The same seed gives the same events in the same order.
 */
import { setImmediate } from "node:timers";
import { EventQueue } from "./event_queue.ts";
import type { Random } from "./random.ts";
import type { Trace } from "./trace.ts";

/** Something that can die or stand still: a worker's isolate. What belongs to a dead owner never happens. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  /** Nothing of this owner happens before this moment. */
  readonly frozenUntil: number;
}

export class Kernel {
  /** Milliseconds of true time since the start; no clock in the simulated world shows it. */
  now = 0;
  /** Who the running code belongs to; null: the world outside the workers. */
  owner: Owner | null = null;
  /** Events so far. */
  steps = 0;
  readonly #events = new EventQueue();
  #stopped = false;

  constructor(readonly random: Random, readonly trace: Trace) {}

  /**
   * Runs `task` after `milliseconds`. The returned function takes it back.
   *
   * @param owner whom it happens to; null: the world, which never dies and never stands still
   */
  after(milliseconds: number, owner: Owner | null, task: () => void | Promise<void>): () => void {
    const event = this.#events.add(this.now + Math.max(0, milliseconds), owner, task);
    return () => {
      event.cancelled = true;
    };
  }

  /** Ends the run: what is still to come never happens. */
  stop(): void {
    this.#stopped = true;
  }

  /** Lets time pass until `until` milliseconds, or until nothing is left to happen. */
  async runUntil(until: number): Promise<void> {
    for (let event = this.#events.next(); event !== undefined; event = this.#events.next()) {
      if (this.#stopped || event.at > until) break;
      this.#events.remove();
      const { owner } = event;
      if (event.cancelled || owner?.alive === false) continue;
      if (owner !== null && owner.frozenUntil > event.at) {
        this.#events.add(owner.frozenUntil, owner, event.task);
        continue;
      }
      this.now = Math.max(this.now, event.at);
      this.steps += 1;
      await this.as(owner, event.task);
    }
    if (!this.#stopped) this.now = Math.max(this.now, until);
  }

  /** Runs a task as this owner, until everything it set going waits for an event. */
  async as(owner: Owner | null, task: () => void | Promise<void>): Promise<void> {
    this.owner = owner;
    try {
      await task();
      // The next turn of the event loop comes when no microtask is left: then everybody waits.
      await new Promise<void>((resolve) => setImmediate(resolve));
    } finally {
      this.owner = null;
    }
  }
}
