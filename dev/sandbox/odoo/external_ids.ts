/** External ids, as `ir.model.data` keeps them. They go when their record goes. */
import type { Row } from "./database.ts";
import type { IndexDefinition } from "./row_index.ts";
import type { Session } from "./session.ts";

const BY_NAME: IndexDefinition = { model: "ir.model.data", keyOf: (row) => `${row.module}.${row.name}` };
const BY_RECORD: IndexDefinition = { model: "ir.model.data", keyOf: (row) => `${row.model},${row.res_id}` };

/** `module.name`; without a module it is `__import__`. */
export function splitExternal(externalId: string): { module: string; name: string } {
  const dot = externalId.indexOf(".");
  if (dot === -1) return { module: "__import__", name: externalId };
  return { module: externalId.slice(0, dot), name: externalId.slice(dot + 1) };
}

export function findExternal(
  session: Session,
  externalId: string,
): { id: number; model: string; recordId: number } | undefined {
  const { module, name } = splitExternal(externalId);
  const [row] = session.database.rowsBy(BY_NAME, `${module}.${name}`);
  return row === undefined
    ? undefined
    : { id: row.id, model: String(row.model), recordId: Number(row.res_id) };
}

/** The rows that name a record, oldest first. */
export function externalsOf(session: Session, model: string, recordId: number): Row[] {
  return session.database.rowsBy(BY_RECORD, `${model},${recordId}`).sort((a, b) => a.id - b.id);
}

/** The external ids of a record go with it. */
export function forgetExternals(session: Session, model: string, recordId: number): void {
  for (const row of externalsOf(session, model, recordId)) session.database.remove("ir.model.data", row.id);
}
