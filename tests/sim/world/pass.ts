/** Whose call a request is: a worker has several records at work at once, and only what it read for one of them is known to that pass. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Claimed } from "../../../shared/store/queue.ts";

/** Who reads and writes at a server. */
export interface Reader {
  readonly worker: string;
  /** One claim of one record; empty: nobody's, as a sweep's. */
  readonly pass: string;
}

const passes = new AsyncLocalStorage<string>();

/** Runs a pass, and marks whatever it asks of the world as its own. */
export function inPass<Result>({ id, fence }: Claimed, run: () => Result): Result {
  return passes.run(`${id}#${fence}`, run);
}

/** The pass whose code runs now. */
export function passOf(): string {
  return passes.getStore() ?? "";
}
