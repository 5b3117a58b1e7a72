/** What one call runs in: who calls, with which context, at which moment, on which version. */
import type { Database } from "./database.ts";
import type { Model, Schema } from "./schema.ts";
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
}

export function modelOf(session: Session, name: string): Model {
  const model = Object.hasOwn(session.schema, name) ? session.schema[name] : undefined;
  if (model === undefined) throw notFound(`the model '${name}' does not exist`);
  return model;
}

export function withContext(session: Session, more: Record<string, unknown>): Session {
  return { ...session, context: { ...session.context, ...more } };
}
