/** What one call runs in: who calls, with which context, at which moment, on which version. */
import type { Database, Row } from "./database.ts";
import type { Field, Model, Schema } from "./field.ts";
import { notFound } from "./exceptions.ts";

export interface Session {
  readonly database: Database;
  readonly schema: Schema;
  readonly version: number;
  readonly userId: number;
  /** May do everything; otherwise a plain project user. */
  readonly administrator: boolean;
  readonly context: Readonly<Record<string, unknown>>;
  /** Start of the transaction in microseconds since 1970: every row it writes gets this stamp. */
  readonly startedAt: number;
  /** What is special about a model; the rules and the record operations need each other, so they meet here. */
  readonly rulesOf: (model: string) => Rules;
  /** Gives a model a further field, or takes it away, from the next call on. */
  readonly declareField: (model: string, name: string, field: Field | undefined) => void;
}

type Values = Record<string, unknown>;

export interface Rules {
  /** The values to create with; may refuse. */
  beforeCreate?(session: Session, given: Values): Values;
  afterCreate?(session: Session, id: number): void;
  /** The values to write to this row; may refuse. */
  beforeWrite?(session: Session, row: Row, given: Values): Values;
  /** `row` is as it was before. */
  afterWrite?(session: Session, row: Row, values: Values): void;
  /** Constraints, looked at after each change. */
  check?(session: Session, id: number): void;
  beforeUnlink?(session: Session, row: Row): void;
}

export function modelOf(session: Session, name: string): Model {
  const model = Object.hasOwn(session.schema, name) ? session.schema[name] : undefined;
  if (model === undefined) throw notFound(`the model '${name}' does not exist`);
  return model;
}

export function withContext(session: Session, more: Record<string, unknown>): Session {
  return { ...session, context: { ...session.context, ...more } };
}
