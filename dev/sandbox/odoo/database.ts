/**
 * Tables in memory. A call runs as one transaction: a thrown exception takes back every row it touched. Ids are never
 * used twice, as with a database sequence.
 */
import type { Row, Stored, Touched } from "./row.ts";
import { type IndexDefinition, RowIndex } from "./row_index.ts";

export type { Row, Stored, Touched };

export class Database {
  readonly #tables = new Map<string, Map<number, Row>>();
  readonly #lastIds = new Map<string, number>();
  readonly #indexes = new Map<string, Map<IndexDefinition, RowIndex>>();
  #undo: (() => void)[] = [];
  #touched: Touched[] = [];
  /** Called at the end of each transaction that touched rows: what an automation rule or an add-on would see of it. */
  onTransaction: (touched: readonly Touched[], committed: boolean) => void = () => {};

  transaction<Result>(work: () => Result): Result {
    this.#undo = [];
    this.#touched = [];
    let committed = false;
    try {
      const result = work();
      committed = true;
      return result;
    } catch (thrown) {
      for (const step of this.#undo.reverse()) step();
      throw thrown;
    } finally {
      const touched = this.#touched;
      this.#undo = [];
      this.#touched = [];
      if (touched.length > 0) this.onTransaction(touched, committed);
    }
  }

  /** Work of which nothing stays when it throws, within a transaction that goes on: a savepoint. */
  attempt<Result>(work: () => Result): Result {
    const [steps, touched] = [this.#undo.length, this.#touched.length];
    try {
      return work();
    } catch (thrown) {
      for (const step of this.#undo.splice(steps).reverse()) step();
      this.#touched.length = touched;
      throw thrown;
    }
  }

  /** Something outside the tables that a rollback takes back like a row. */
  onRollback(step: () => void): void {
    this.#undo.push(step);
  }

  rows(model: string): Iterable<Row> {
    return this.#table(model).values();
  }

  row(model: string, id: number): Row | undefined {
    return this.#table(model).get(id);
  }

  /** The rows with this key; the index is built when it is first asked. */
  rowsBy(definition: IndexDefinition, key: string): Row[] {
    const { model, keyOf } = definition;
    let indexes = this.#indexes.get(model);
    if (indexes === undefined) this.#indexes.set(model, indexes = new Map());
    let index = indexes.get(definition);
    if (index === undefined) indexes.set(definition, index = new RowIndex(keyOf, this.rows(model)));
    return index.ids(key).flatMap((id) => this.row(model, id) ?? []);
  }

  insert(model: string, values: Record<string, Stored>): Row {
    const id = (this.#lastIds.get(model) ?? 0) + 1;
    this.#lastIds.set(model, id);
    const row = { ...values, id };
    this.#replace(model, id, row);
    return row;
  }

  update(model: string, id: number, values: Record<string, Stored>): void {
    const row = this.row(model, id);
    if (row !== undefined) this.#replace(model, id, { ...row, ...values, id });
  }

  remove(model: string, id: number): void {
    this.#replace(model, id, undefined);
  }

  #replace(model: string, id: number, next: Row | undefined): void {
    const previous = this.row(model, id);
    this.#undo.push(() => this.#put(model, id, previous));
    const kind = previous === undefined ? "create" : next === undefined ? "unlink" : "write";
    this.#touched.push({ model, id, kind });
    this.#put(model, id, next);
  }

  #put(model: string, id: number, next: Row | undefined): void {
    const table = this.#table(model);
    const indexes = this.#indexes.get(model);
    if (indexes !== undefined) {
      const previous = table.get(id);
      for (const index of indexes.values()) index.replace(previous, next);
    }
    if (next === undefined) table.delete(id);
    else table.set(id, next);
  }

  #table(model: string): Map<number, Row> {
    let table = this.#tables.get(model);
    if (table === undefined) this.#tables.set(model, table = new Map());
    return table;
  }
}
