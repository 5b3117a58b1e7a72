/** Answers kept for a short time, for the paths an operator has chosen. In memory, per worker. */
import type { ProxiedAnswer } from "./answer.ts";

export interface Kept {
  readonly answer: ProxiedAnswer & { readonly body: Uint8Array };
  /** When the call to Plane began, ms since the epoch: changes since then are not in it. */
  readonly askedAt: number;
}

export interface AnswerCache {
  get(key: string): Kept | undefined;
  /** Keeps nothing that was asked for before the last `clear`. */
  put(key: string, kept: Kept, keepMs: number, generation: number): void;
  remove(key: string): void;
  /** Forgets everything: somebody wrote through this worker. */
  clear(): void;
  /** Another number after each `clear`. */
  generation(): number;
}

/** The oldest answers go first when the bytes are too many. */
export function createAnswerCache(maxBytes: number, now: () => number): AnswerCache {
  const entries = new Map<string, { kept: Kept; until: number }>();
  let bytes = 0;
  let current = 0;
  const remove = (key: string) => {
    bytes -= entries.get(key)?.kept.answer.body.length ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.until > now()) return entry.kept;
      remove(key);
      return undefined;
    },
    put(key, kept, keepMs, generation) {
      remove(key);
      if (generation !== current || kept.answer.body.length > maxBytes) return;
      entries.set(key, { kept, until: kept.askedAt + keepMs });
      bytes += kept.answer.body.length;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    remove,
    clear() {
      entries.clear();
      bytes = 0;
      current += 1;
    },
    generation: () => current,
  };
}
