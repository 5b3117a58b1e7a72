/**
 * How far another server's clock is from ours, learnt from the `Date` of its answers: "who was later" compares stamps that
 * two servers made.
 */

/** A clock may run this much too fast or too slow: what was learnt loses its precision with time. */
const DRIFT = 100e-6;
/** `Date` shows whole seconds: the server's time was less than this later. */
const RESOLUTION_MS = 1000;

/**
 * Narrows the offset down with each answer. The answer was written at some time between the sending of the request and the
 * arrival of the answer, so that each one gives a lower and an upper bound; what all bounds allow is the offset. Bounds
 * that exclude each other mean that a clock was set: the newest ones count then.
 *
 * Times are milliseconds since 1970. Ours must come from one clock, the one that offsets are wanted against.
 */
export class ClockOffset {
  #bounds: { low: number; high: number; at: number } | undefined;

  /**
   * @param serverDateMs the answer's `Date`
   * @param sentMs our clock just before the request was sent
   * @param receivedMs our clock when the answer came; an answer from before its request is left out, a clock was set
   */
  observe(serverDateMs: number, sentMs: number, receivedMs: number): void {
    const seen = { low: serverDateMs - receivedMs, high: serverDateMs + RESOLUTION_MS - sentMs };
    if (!(sentMs <= receivedMs) || !Number.isFinite(serverDateMs)) return;
    const known = this.#bounds;
    if (known === undefined) {
      this.#bounds = { ...seen, at: receivedMs };
      return;
    }
    const drift = DRIFT * Math.abs(receivedMs - known.at);
    const low = Math.max(known.low - drift, seen.low);
    const high = Math.min(known.high + drift, seen.high);
    this.#bounds = low <= high ? { low, high, at: receivedMs } : { ...seen, at: receivedMs };
  }

  /** Add to a time of ours for the server's; 0 as long as nothing is known. */
  offsetMs(): number {
    return this.#bounds === undefined ? 0 : (this.#bounds.low + this.#bounds.high) / 2;
  }

  /** How much the real offset may differ from `offsetMs`, at the time of the last answer; infinite before the first. */
  uncertaintyMs(): number {
    return this.#bounds === undefined ? Infinity : (this.#bounds.high - this.#bounds.low) / 2;
  }
}

/**
 * A `fetch` that tells `onDate` of the `Date` of every answer, whatever its status. An answer without a usable one, or out
 * of a cache (`Age`), tells nothing.
 *
 * @param now our clock, in ms since 1970
 */
export function watchingDates(
  fetchFunction: typeof fetch,
  now: () => number,
  onDate: (serverDateMs: number, sentMs: number, receivedMs: number) => void,
): typeof fetch {
  return async (input, init) => {
    const sentMs = now();
    const response = await fetchFunction(input, init);
    const serverDateMs = Date.parse(response.headers.get("date") ?? "");
    const isFresh = (response.headers.get("age") ?? "0").trim() === "0";
    if (isFresh && Number.isFinite(serverDateMs)) onDate(serverDateMs, sentMs, now());
    return response;
  };
}
