/** A row of a table in memory. */

/** False stands for "empty", as in Odoo's answers. A datetime is kept in microseconds since 1970. */
export type Stored = string | number | boolean | readonly number[];
export type Row = Readonly<Record<string, Stored>> & { readonly id: number };

/** One row a transaction touched. */
export interface Touched {
  readonly model: string;
  readonly id: number;
  readonly kind: "create" | "write" | "unlink";
}
