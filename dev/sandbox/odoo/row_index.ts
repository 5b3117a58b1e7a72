/** Rows found by a key made from their values, without looking at all of them. */
import type { Row } from "./row.ts";

/** What is indexed; one object per index, shared by all databases. */
export interface IndexDefinition {
  readonly model: string;
  readonly keyOf: (row: Row) => string;
}

export class RowIndex {
  readonly #ids = new Map<string, Set<number>>();

  constructor(private readonly keyOf: (row: Row) => string, rows: Iterable<Row>) {
    for (const row of rows) this.#add(row);
  }

  /** Keeps up with a row that comes, changes or goes. */
  replace(previous: Row | undefined, next: Row | undefined): void {
    if (previous !== undefined) {
      const key = this.keyOf(previous);
      const ids = this.#ids.get(key);
      ids?.delete(previous.id);
      if (ids?.size === 0) this.#ids.delete(key);
    }
    if (next !== undefined) this.#add(next);
  }

  /** A copy, so that rows may be changed on the way through it. */
  ids(key: string): number[] {
    return [...this.#ids.get(key) ?? []];
  }

  #add(row: Row): void {
    const key = this.keyOf(row);
    const ids = this.#ids.get(key);
    if (ids === undefined) this.#ids.set(key, new Set([row.id]));
    else ids.add(row.id);
  }
}
