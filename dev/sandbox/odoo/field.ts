/** What a model of the sandbox is made of. */

export type FieldKind =
  | "boolean"
  | "char"
  | "date"
  | "datetime"
  | "float"
  | "html"
  | "integer"
  | "many2many"
  | "many2one"
  | "many2one_reference"
  | "monetary"
  | "one2many"
  | "selection"
  | "text";

export interface Field {
  kind: FieldKind;
  label: string;
  required?: true;
  readonly?: true;
  /** The model a relation points at. */
  relation?: string;
  /** On `one2many`: the field of the other model. On `many2many`: the field there that holds the same links. */
  mirror?: string;
  keys?: readonly (readonly [key: string, label: string])[];
  initial?: string | number | boolean;
  /** What an id that is not there gives: a MissingError (the default) or a foreign key violation. */
  dangling?: "foreign_key";
  /** The value is worked out when read; it is never stored. */
  computed?: true;
  /** Kept once per language. */
  translated?: true;
  /** Archived records are in the list like the others. */
  withArchived?: true;
  /** A change of it is noted in the chatter. */
  tracked?: true;
  /** Never shown: a read answers it empty. */
  secret?: true;
}

export interface Model {
  name: string;
  label: string;
  order: string;
  fields: Readonly<Record<string, Field>>;
  /** Its records have a chatter (`mail.thread`). */
  thread?: true;
}

export type Schema = Readonly<Record<string, Model>>;

const BOOKKEEPING: Record<string, Field> = {
  display_name: { kind: "char", label: "Display Name", computed: true },
  create_date: { kind: "datetime", label: "Created on", readonly: true },
  create_uid: { kind: "many2one", label: "Created by", relation: "res.users", readonly: true },
  write_date: { kind: "datetime", label: "Last Updated on", readonly: true },
  write_uid: { kind: "many2one", label: "Last Updated by", relation: "res.users", readonly: true },
};

export const ACTIVE: Field = { kind: "boolean", label: "Active", initial: true };

/** A model with the fields every model has. */
export function model(name: string, label: string, order: string, fields: Record<string, Field>): Model {
  return {
    name,
    label,
    order,
    fields: { id: { kind: "integer", label: "ID", readonly: true }, ...fields, ...BOOKKEEPING },
  };
}

/** The same for a model whose records have a chatter. */
export function thread(name: string, label: string, order: string, fields: Record<string, Field>): Model {
  return { ...model(name, label, order, fields), thread: true };
}
