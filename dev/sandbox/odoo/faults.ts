/** What can go wrong on the way, set up beforehand for the next calls that match. */

export type FaultKind =
  /** Odoo fails in a way nobody foresaw; nothing happened. */
  | "server_error"
  /** Another transaction was in the way five times; nothing happened. `load()` reports it in its own way. */
  | "serialization_failure"
  /** A proxy gives up on Odoo, which did the work all the same. */
  | "bad_gateway_after_effect"
  /** No answer ever comes, and nothing happens. */
  | "hang_before_effect"
  /** The work is done, but no answer ever comes. */
  | "hang_after_effect"
  /** The connection breaks before Odoo did anything. */
  | "drop_before_effect"
  /** The work is done, and the connection breaks before the answer. */
  | "drop_after_effect";

export interface Fault {
  kind: FaultKind;
  /** Only calls of this model or method; others pass by. */
  model?: string;
  method?: string;
  /** For how many matching calls; default 1. */
  times?: number;
}

export class Faults {
  #pending: { fault: Fault; left: number }[] = [];

  /** Takes effect on the next matching call, after those added before it. */
  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#pending = [];
  }

  /** Calls still to be hit. */
  get left(): number {
    return this.#pending.reduce((sum, { left }) => sum + left, 0);
  }

  take(model: string, method: string): FaultKind | undefined {
    const hit = this.#pending.find(({ fault }) =>
      (fault.model === undefined || fault.model === model) &&
      (fault.method === undefined || fault.method === method)
    );
    if (hit === undefined) return undefined;
    hit.left--;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    return hit.fault.kind;
  }
}
