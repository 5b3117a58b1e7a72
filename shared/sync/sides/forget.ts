/** What was matched once may be gone by now: then the memory is wrong, not the record. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { OdooClient } from "../../odoo/client.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import type { ValueKind } from "../../store/engine/value_map.ts";

/** Where a write points at another pair. */
const PAIRED: readonly { field: string; model: string }[] = [
  { field: "parent_id", model: "project.task" },
  { field: "project_id", model: "project.project" },
  // What a message hangs on.
  { field: "res_id", model: "project.task" },
];

const REMEMBERED: readonly { field: string; model: string; kind: ValueKind }[] = [
  { field: "stage_id", model: "project.task.type", kind: "state" },
  { field: "user_ids", model: "res.users", kind: "user" },
  { field: "tag_ids", model: "project.tags", kind: "label" },
  { field: "tag_ids", model: "project.tags", kind: "module" },
];

/**
 * Runs the write. When Odoo refuses it because a stage, user or tag we remembered does not exist any more, that is forgotten
 * and the next try looks it up again; when it is the parent or the project that is gone, its own pair is looked at. Odoo says
 * MissingError for most, and ValidationError for a missing tag or parent.
 *
 * @throws what the write throws; retry is `later` when something was forgotten; odoo_rejected with the names of fields that a
 *   decision by hand gives what is gone: those are never forgotten, and what else was to be written must not wait for a person
 */
export async function forgettingWhatIsGone<Result>(
  store: SyncStore,
  odoo: OdooClient,
  values: Readonly<Record<string, Json>>,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || !["odoo_missing_record", "odoo_rejected"].includes(thrown.code)) {
      throw thrown;
    }
    let forgotten = 0;
    const decided = new Set<string>();
    for (const { field, model, kind } of REMEMBERED) {
      const gone = await missing(odoo, model, numbersIn(values[field] ?? null));
      await store.forgetValues(kind, gone);
      if ((await store.odooValues(kind, gone)).size > 0) decided.add(field);
      forgotten += gone.length;
    }
    for (const { field, model } of PAIRED) {
      for (const id of await missing(odoo, model, numbersIn(values[field] ?? null))) {
        await store.hint({ key: { side: "odoo", model, id: String(id) }, priority: 6 });
        forgotten += 1;
      }
    }
    if (forgotten === 0) throw thrown;
    if (decided.size > 0) {
      throw new SuiteError("odoo_rejected", { facts: { fields: [...decided].join(" ") }, cause: thrown });
    }
    throw new SuiteError("odoo_missing_record", { retry: "later", facts: { forgotten }, cause: thrown });
  }
}

async function missing(odoo: OdooClient, model: string, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  // Asked for nothing but the id, Odoo answers with ids that do not exist.
  const existing = await odoo.read(model, [...ids], ["write_date"], { context: { active_test: false } });
  return ids.filter((id) => !existing.some((record) => record.id === id));
}

/** The ids in a many2one's value or in `[[6, 0, ids]]`; 6 and 0 are Odoo's command, not ids. */
function numbersIn(value: Json): number[] {
  if (typeof value === "number") return [value];
  const command = Array.isArray(value) ? value[0] : undefined;
  const ids = Array.isArray(command) ? command[2] : undefined;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "number") : [];
}
