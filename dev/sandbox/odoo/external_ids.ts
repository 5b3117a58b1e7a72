/** External ids, as `ir.model.data` keeps them. They go when their record goes. */
import type { Session } from "./session.ts";

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
  for (const row of session.database.rows("ir.model.data")) {
    if (row.module === module && row.name === name) {
      return { id: row.id, model: String(row.model), recordId: Number(row.res_id) };
    }
  }
  return undefined;
}
