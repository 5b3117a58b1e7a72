/** The records every database starts with: message subtypes, groups, the currency, and their external ids. */
import type { Database } from "./database.ts";
import type { Schema } from "./field.ts";
import { splitExternal } from "./external_ids.ts";

/** `[external id, name, internal]`; the position is the id. */
const SUBTYPES: readonly (readonly [string, string, boolean])[] = [
  ["mail.mt_comment", "Discussions", false],
  ["mail.mt_note", "Note", true],
  ["project.mt_task_new", "Task Created", false],
  ["project.mt_task_stage", "Stage Changed", false],
  ["project.mt_task_in_progress", "Task In Progress", false],
  ["project.mt_task_changes_requested", "Changes Requested", false],
  ["project.mt_task_approved", "Task Approved", false],
  ["project.mt_task_canceled", "Task Cancelled", false],
  ["project.mt_task_done", "Task Done", false],
  ["project.mt_task_waiting", "Task Waiting", false],
];

const GROUPS: readonly (readonly [string, string])[] = [
  ["base.group_user", "Role / User"],
  ["base.group_system", "Role / Administrator"],
  ["project.group_project_user", "Project / User"],
  ["project.group_project_manager", "Project / Administrator"],
];

const SUBTYPE_IDS = new Map(SUBTYPES.map(([externalId], index) => [externalId, index + 1]));

/** The id of a subtype by its external id, the same in every database. */
export function subtypeId(externalId: string): number | undefined {
  return SUBTYPE_IDS.get(externalId);
}

/** Fills an empty database with what an installation brings along. */
export function seed(database: Database, schema: Schema): void {
  for (const [externalId, name, internal] of SUBTYPES) {
    const { id } = database.insert("mail.message.subtype", { name, internal, res_model: false });
    register(database, externalId, "mail.message.subtype", id);
  }
  for (const [externalId, name] of GROUPS) {
    register(database, externalId, "res.groups", database.insert("res.groups", { name }).id);
  }
  database.insert("res.currency", { name: "USD", symbol: "$" });
  for (const { name, label } of Object.values(schema)) {
    database.insert("ir.model", { model: name, name: label });
  }
}

function register(database: Database, externalId: string, model: string, id: number): void {
  database.insert("ir.model.data", { ...splitExternal(externalId), model, res_id: id, noupdate: true });
}
