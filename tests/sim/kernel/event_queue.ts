/** Events by time, and those of one moment in the order they were made: a binary heap. */
import type { Owner } from "./kernel.ts";

export interface Event {
  readonly at: number;
  readonly order: number;
  readonly owner: Owner | null;
  readonly task: () => void | Promise<void>;
  cancelled: boolean;
}

export class EventQueue {
  readonly #heap: Event[] = [];
  #made = 0;

  add(at: number, owner: Owner | null, task: () => void | Promise<void>): Event {
    const event = { at, order: this.#made++, owner, task, cancelled: false };
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
    return event;
  }

  next(): Event | undefined {
    return this.#heap[0];
  }

  /** Takes the next event out. */
  remove(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    while (true) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const [child, at] = right !== undefined && isBefore(right, left)
        ? [right, 2 * index + 2]
        : [left, 2 * index + 1];
      if (isBefore(last, child)) break;
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
