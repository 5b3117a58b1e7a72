/** `message_post`: what people and programs write into a record's chatter. */
import { findExternal } from "./external_ids.ts";
import { notFound, valueError } from "./exceptions.ts";
import type { Methods } from "./method.ts";
import { createRecord, mustHave, type Values } from "./records.ts";
import { modelOf, type Session } from "./session.ts";

const KNOWN = new Set([
  "attachment_ids",
  "author_id",
  "body",
  "body_is_html",
  "date",
  "email_from",
  "is_internal",
  "message_type",
  "parent_id",
  "partner_ids",
  "subject",
  "subtype_id",
  "subtype_xmlid",
]);

export const MESSAGE_METHODS: Methods = {
  message_post: { onRecords: true, parameters: [], required: 0, open: true, run: post },
};

/** On exactly one record. Without a type it is a notification, without a subtype a note. */
function post(session: Session, model: string, ids: number[], given: Values): number[] {
  if (modelOf(session, model).thread !== true) {
    throw notFound(`The method '${model}.message_post' does not exist`);
  }
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw valueError(`Expected singleton: ${model}(${ids.join(", ")})`);
  const unknown = Object.keys(given).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) {
    throw valueError(`Those values are not supported when posting or notifying: ${unknown.join(", ")}`);
  }
  if (given.message_type === "user_notification") {
    throw valueError("Use message_notify to send a notification to an user.");
  }
  mustHave(session, model, id);
  const body = String(given.body ?? "");
  const escaped = body.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const optional = Object.fromEntries(
    ["author_id", "date", "is_internal"].flatMap((name) => name in given ? [[name, given[name]]] : []),
  );
  const message = createRecord(session, "mail.message", {
    ...optional,
    body: given.body_is_html === true ? body : escaped,
    model,
    res_id: id,
    message_type: given.message_type ?? "notification",
    subtype_id: given.subtype_id ?? subtype(session, given.subtype_xmlid),
  });
  return [message];
}

/** One that does not exist is no subtype at all, without complaint. */
function subtype(session: Session, externalId: unknown): number | false {
  const found = findExternal(session, typeof externalId === "string" ? externalId : "mail.mt_note");
  return found?.model === "mail.message.subtype" ? found.recordId : false;
}
