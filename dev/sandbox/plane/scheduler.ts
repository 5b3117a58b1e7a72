/** When background work runs: the machine's timers, or a hand that turns the clock in tests. */

export interface Scheduler {
  /** Runs `task` after `milliseconds`; the returned function takes it back. */
  after(milliseconds: number, task: () => void): () => void;
  /** Takes everything back. */
  clear(): void;
}

export function timerScheduler(): Scheduler {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  return {
    after(milliseconds, task) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, milliseconds);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

export interface ManualScheduler extends Scheduler {
  /** Moves the hand: everything due by then runs, in order of its time. */
  advance(milliseconds: number): void;
  /** How far ahead each waiting task is, in ms, soonest first. */
  waiting(): number[];
}

export function manualScheduler(): ManualScheduler {
  let now = 0;
  let waiting: { at: number; task: () => void }[] = [];
  const sort = () => waiting.sort((left, right) => left.at - right.at);
  return {
    after(milliseconds, task) {
      const entry = { at: now + milliseconds, task };
      waiting.push(entry);
      sort();
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    clear() {
      waiting = [];
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (let next = waiting[0]; next !== undefined && next.at <= until; next = waiting[0]) {
        waiting.shift();
        now = next.at;
        next.task();
      }
      now = until;
    },
    waiting: () => waiting.map(({ at }) => at - now),
  };
}
