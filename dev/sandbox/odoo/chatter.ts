/**
 * What Odoo writes into a record's chatter by itself: one message when it is made, one for each write that changes a
 * tracked field. They are of type `notification`; what people write is a `comment`.
 */
import type { Row, Stored } from "./database.ts";
import { forgetExternals } from "./external_ids.ts";
import type { Model } from "./field.ts";
import type { IndexDefinition } from "./row_index.ts";
import type { Session } from "./session.ts";
import { subtypeId } from "./seed.ts";

const BY_RECORD: IndexDefinition = { model: "mail.message", keyOf: (row) => `${row.model},${row.res_id}` };

/** The message that a record was made, unless the context asks for silence. */
export function logCreation(session: Session, model: Model, row: Row): void {
  const { tracking_disable: off, mail_create_nolog: noLog } = session.context;
  if (model.thread !== true || off || noLog) return;
  if (model.name !== "project.task") {
    return note(session, model, row, `<p>${model.label} created</p>`, "mail.mt_note");
  }
  const project = typeof row.project_id === "number"
    ? session.database.row("project.project", row.project_id)?.name
    : undefined;
  const place = project === undefined
    ? "and is not part of any project."
    : `in the "${escaped(String(project))}" project.`;
  const body = `<div summary="o_mail_notification"><p>A new task has been created ${place}</p></div>`;
  note(session, model, row, body, "project.mt_task_new");
}

/** The message that a tracked field changed; it has no text, the change itself is in the tracking values. */
export function logChange(session: Session, model: Model, before: Row, after: Row): void {
  const { tracking_disable: off, mail_notrack: noTrack } = session.context;
  if (model.thread !== true || off || noTrack) return;
  const changed = trackedFields(model).filter((name) => !same(before[name], after[name]));
  if (changed.length > 0) note(session, model, after, "", subtypeOf(model, after, changed));
}

/** Messages go with their record, and so do their external ids. */
export function forgetMessages(session: Session, model: string, id: number): void {
  for (const message of session.database.rowsBy(BY_RECORD, `${model},${id}`)) {
    session.database.remove("mail.message", message.id);
    forgetExternals(session, "mail.message", message.id);
  }
}

const TRACKED = new WeakMap<Model, readonly string[]>();

function trackedFields(model: Model): readonly string[] {
  let names = TRACKED.get(model);
  if (names === undefined) {
    names = Object.entries(model.fields).flatMap(([name, field]) => field.tracked === true ? [name] : []);
    TRACKED.set(model, names);
  }
  return names;
}

const TASK_SUBTYPES: Readonly<Record<string, string>> = {
  "1_done": "project.mt_task_done",
  "1_canceled": "project.mt_task_canceled",
  "01_in_progress": "project.mt_task_in_progress",
  "03_approved": "project.mt_task_approved",
  "02_changes_requested": "project.mt_task_changes_requested",
  "04_waiting_normal": "project.mt_task_waiting",
};

function subtypeOf(model: Model, row: Row, changed: readonly string[]): string {
  if (model.name !== "project.task") return "mail.mt_note";
  if (changed.includes("stage_id")) return "project.mt_task_stage";
  return changed.includes("state") ? TASK_SUBTYPES[String(row.state)] ?? "mail.mt_note" : "mail.mt_note";
}

function note(session: Session, model: Model, row: Row, body: string, subtype: string): void {
  const author = session.database.row("res.users", session.userId)?.partner_id ?? false;
  const stamps = { create_date: session.startedAt, write_date: session.startedAt };
  session.database.insert("mail.message", {
    body,
    model: model.name,
    res_id: row.id,
    message_type: "notification",
    subtype_id: subtypeId(subtype) ?? false,
    author_id: author,
    date: session.startedAt,
    is_internal: subtype === "mail.mt_note",
    ...stamps,
    create_uid: session.userId,
    write_uid: session.userId,
  });
}

function same(a: Stored | undefined, b: Stored | undefined): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
    a.every((id: number) => b.includes(id));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
