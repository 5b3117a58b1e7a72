/** Things by their keys that can be put away and taken up again by another request. Pure but for how a shelf asks. */
import type { RehearsalChange } from "../../store/runs/rehearsal.ts";

/** Small things, all of them at hand, in the order in which they came. */
export class Table<Value> implements Iterable<[string, Value]> {
  readonly #rows = new Map<string, { place: number; value: Value }>();
  readonly #changed = new Set<string>();
  #last = 0;

  /** @param rows what was put away, in its order */
  constructor(rows: Iterable<{ key: string; place: number; value: Value }> = []) {
    for (const { key, place, value } of rows) {
      this.#rows.set(key, { place, value });
      this.#last = place;
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  get(key: string): Value | undefined {
    return this.#rows.get(key)?.value;
  }

  set(key: string, value: Value): void {
    this.#rows.set(key, { place: this.#rows.get(key)?.place ?? (this.#last += 1), value });
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#changed.add(key);
  }

  *[Symbol.iterator](): Iterator<[string, Value]> {
    for (const [key, { value }] of this.#rows) yield [key, value];
  }

  /** What has changed since it was last put away. */
  changes(part: string): RehearsalChange[] {
    return [...this.#changed].map((key) => {
      const row = this.#rows.get(key);
      return {
        part,
        key,
        place: row?.place ?? 0,
        value: row === undefined ? null : JSON.stringify(row.value),
      };
    });
  }

  /** Those changes were put away. */
  kept(): void {
    this.#changed.clear();
  }
}

/** How a shelf gets back what was put away; keys that are gone are left out. */
export type Fetch<Value> = (keys: readonly string[]) => Promise<{ key: string; value: Value }[]>;

/** So many things stay at hand after they were put away. */
const MOST_AT_HAND = 1_000;

/** Large things: their keys are known, what was put away is fetched when somebody wants it. */
export class Shelf<Value> {
  readonly #atHand = new Map<string, Value>();
  readonly #away: Set<string>;
  readonly #changed = new Set<string>();
  readonly #fetch: Fetch<Value>;

  /** @param keys what was put away */
  constructor(keys: Iterable<string> = [], fetch: Fetch<Value> = () => Promise.resolve([])) {
    this.#away = new Set(keys);
    this.#fetch = fetch;
  }

  has(key: string): boolean {
    return this.#atHand.has(key) || this.#away.has(key);
  }

  async get(key: string): Promise<Value | undefined> {
    return (await this.some([key])).get(key);
  }

  /** Those among these that there are. Who asks for one while somebody has it is given the same one, not a copy. */
  async some(keys: readonly string[]): Promise<Map<string, Value>> {
    const missing = keys.filter((key) => this.#away.has(key) && !this.#atHand.has(key));
    const fetched = missing.length === 0 ? [] : await this.#fetch(missing);
    for (const { key, value } of fetched) {
      // Meanwhile it may have been put here anew, taken away, or fetched by somebody else.
      if (this.#away.has(key) && !this.#atHand.has(key)) this.#atHand.set(key, value);
    }
    const found = new Map<string, Value>();
    for (const key of keys) {
      const value = this.#atHand.get(key);
      if (value !== undefined) found.set(key, value);
    }
    return found;
  }

  set(key: string, value: Value): void {
    this.#atHand.set(key, value);
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (!this.has(key)) return;
    this.#atHand.delete(key);
    this.#away.delete(key);
    this.#changed.add(key);
  }

  /** What has changed since it was last put away. */
  changes(part: string): RehearsalChange[] {
    return [...this.#changed].map((key) => {
      const value = this.#atHand.get(key);
      return { part, key, place: 0, value: value === undefined ? null : JSON.stringify(value) };
    });
  }

  /** Those changes were put away. Nobody may be at work with what is on the shelf. */
  kept(): void {
    for (const key of this.#changed) if (this.#atHand.has(key)) this.#away.add(key);
    this.#changed.clear();
    for (const key of this.#atHand.keys()) {
      if (this.#atHand.size <= MOST_AT_HAND) return;
      this.#atHand.delete(key);
    }
  }
}
