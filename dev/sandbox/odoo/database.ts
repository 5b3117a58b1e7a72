/**
 * Tables in memory. A call runs as one transaction: a thrown exception takes back every row it touched. Ids are never
 * used twice, as with a database sequence.
 */

/** False stands for "empty", as in Odoo's answers. A datetime is kept in microseconds since 1970. */
export type Stored = string | number | boolean | readonly number[];
export type Row = Readonly<Record<string, Stored>> & { readonly id: number };

/** One row a transaction touched. */
export interface Touched {
  readonly model: string;
  readonly id: number;
  readonly kind: "create" | "write" | "unlink";
}

export class Database {
  readonly #tables = new Map<string, Map<number, Row>>();
  readonly #lastIds = new Map<string, number>();
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

  rows(model: string): Iterable<Row> {
    return this.#table(model).values();
  }

  row(model: string, id: number): Row | undefined {
    return this.#table(model).get(id);
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
    const table = this.#table(model);
    const previous = table.get(id);
    this.#undo.push(() => previous === undefined ? table.delete(id) : table.set(id, previous));
    const kind = previous === undefined ? "create" : next === undefined ? "unlink" : "write";
    this.#touched.push({ model, id, kind });
    if (next === undefined) table.delete(id);
    else table.set(id, next);
  }

  #table(model: string): Map<number, Row> {
    let table = this.#tables.get(model);
    if (table === undefined) this.#tables.set(model, table = new Map());
    return table;
  }
}
