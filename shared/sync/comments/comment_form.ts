/** A comment of Plane's, as a v1 webhook and the REST API show it: both have the whole record, with bare ids. */
import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import { parseStamp } from "../../stamp.ts";
import { odooRecordOf } from "../sides/external_id.ts";
import type { PlaneForm } from "../pairs/kind.ts";

export const MESSAGE_MODEL = "mail.message";

export interface CommentForm extends PlaneForm {
  /** The work item it hangs on. */
  issue: string;
  project: string;
  comment_html: string;
  /** The Plane user who wrote it. */
  actor: string | null;
}

/** Plane has been seen to write null as the text "None". */
const textOrNull = z.preprocess(
  (value) => value === undefined || value === "" || value === "None" ? null : value,
  z.string().nullable(),
).catch(null);
/** An id, also where a record is expanded to an object. */
const id = z.preprocess(
  (value) => typeof value === "object" && value !== null && "id" in value ? value.id : value,
  z.string().min(1),
);
const stamp = z.string().transform((value, context): string => {
  const parsed = parseStamp(value);
  if (parsed === null) context.addIssue({ code: "custom", message: "not a point in time" });
  return parsed ?? "";
});

const comment = z.object({
  id: z.string().min(1),
  issue: id,
  project: id,
  comment_html: z.preprocess((value) => value ?? "", z.string()),
  actor: id.nullish().transform((value) => value ?? null).catch(null),
  updated_at: stamp,
  created_at: stamp.optional().catch(undefined),
  external_id: textOrNull,
  external_source: textOrNull,
});

/** Null when it is not a whole comment. Comments are never archived. */
export function commentForm(data: unknown): CommentForm | null {
  const parsed = comment.safeParse(data).data;
  return parsed === undefined ? null : { ...parsed, archived_at: null };
}

/** @throws SuiteError plane_bad_answer when it is not a whole comment */
export function wholeComment(row: unknown): CommentForm {
  const form = commentForm(row);
  if (form === null) throw new SuiteError("plane_bad_answer", { facts: { operation: "read comment" } });
  return form;
}

/** True for a comment the suite made for an Odoo message. */
export function isMadeForOdoo(form: CommentForm): boolean {
  return odooRecordOf(form)?.model === MESSAGE_MODEL;
}
