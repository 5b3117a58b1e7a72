/** What a plain project user may not do; an administrator may do everything. */
import type { Row } from "./database.ts";
import { accessError } from "./exceptions.ts";
import type { Model } from "./field.ts";
import type { Session } from "./session.ts";

export type Operation = "create" | "read" | "unlink" | "write";

/** Nothing of these may even be read. */
const HIDDEN = /^(ir\.|account\.(move|payment))/;
/** These may be looked at and no more. */
const FIXED = /^(project\.project|res\.|sale\.|product\.|mail\.message\.subtype)/;

/** Throws the AccessError a plain user gets for a whole model. */
export function checkAccess(session: Session, model: Model, operation: Operation): void {
  if (session.administrator) return;
  if (HIDDEN.test(model.name) || (operation !== "read" && FIXED.test(model.name))) {
    const verb = operation === "read" ? "access" : operation === "write" ? "modify" : operation;
    throw accessError(`You are not allowed to ${verb} '${model.label}' (${model.name}) records.`);
  }
}

/** Throws the AccessError of a record rule: a plain user changes no stage but the personal ones. */
export function checkRule(session: Session, model: Model, row: Row, operation: Operation): void {
  if (session.administrator || operation === "read" || model.name !== "project.task.type") return;
  if (row.user_id === session.userId) return;
  throw accessError(
    `Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, this user (id=${session.userId}) ` +
      `doesn't have '${operation}' access to:\n- ${model.label} (${model.name})`,
  );
}
