/** The request limit: a sliding window of 60 s per key. */
import { ApiError } from "./answers.ts";
import type { ApiKey } from "./model.ts";

const WINDOW_SECONDS = 60;

export class Throttle {
  readonly #history = new Map<string, number[]>();

  /**
   * Counts a request and gives the headers of its answer. `X-RateLimit-Reset` is always now + 60: it says nothing.
   * Throws 429 with only `Retry-After` when the window is full; a refused request does not count.
   */
  count(key: ApiKey, nowSeconds: number): Record<string, string> {
    const recent = (this.#history.get(key.token) ?? []).filter((at) => at > nowSeconds - WINDOW_SECONDS);
    this.#history.set(key.token, recent);
    const oldest = recent[0];
    if (oldest !== undefined && recent.length >= key.limit) {
      throw new ApiError(429, { error_code: 5900, error_message: "RATE_LIMIT_EXCEEDED" }, {
        "Retry-After": String(Math.ceil(oldest + WINDOW_SECONDS - nowSeconds)),
      });
    }
    recent.push(nowSeconds);
    return {
      "X-RateLimit-Remaining": String(key.limit - recent.length),
      "X-RateLimit-Reset": String(Math.floor(nowSeconds) + WINDOW_SECONDS),
    };
  }
}
