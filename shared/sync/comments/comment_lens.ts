/** A comment's text. Our own lines above it stay on the side they were made for. */
import { type CommentForm, isMadeForOdoo } from "./comment_form.ts";
import {
  authorLineInOdoo,
  authorLineInPlane,
  isWithoutContent,
  markDeletedInPlane,
  markTakenBackInOdoo,
  markTakenBackInPlane,
  readOdooText,
  readPlaneText,
} from "./comment_marks.ts";
import { sameHtml } from "../html/compare.ts";
import { odooToPlane, planeToOdoo } from "../html/placeholders.ts";
import type { Lens, LensContext, Target } from "../lenses/lens.ts";
import { textOf } from "../lenses/lens.ts";
import type { PairOptions } from "../pairs/options.ts";
import type { OdooRecord } from "../../odoo/client.ts";

/** In the values for Plane: the comment is to be deleted. */
export const REMOVED = "removed";

/**
 * @param onDelete what becomes of Plane's comment when the message was emptied in Odoo's web client, which is how people delete
 *   there: marked by default
 */
export function commentLens(onDelete: PairOptions["delete"]): Lens<CommentForm> {
  return {
    field: "comment",
    odooField: "body",
    planeValue: (form) => form.comment_html,
    odooValue: bodyOf,
    toOdoo: (form, record, context): Target => {
      const plane = readPlaneText(form.comment_html, isMadeForOdoo(form));
      const body = record === null ? null : bodyOf(record, context);
      // Deleted in Odoo, and Plane says so: whatever else was changed there, it stays deleted.
      if (body !== null && isWithoutContent(body) && plane.deleted) return { values: {}, value: body };
      const { html, placeholders } = planeToOdoo(plane.html);
      const known = body === null || isMadeForOdoo(form) ? null : readOdooText(body);
      const author = body === null ? context.references.author : known?.author ?? null;
      const text = (author === null ? "" : authorLineInOdoo(author)) + html;
      const value = known?.takenBack === true ? markTakenBackInOdoo(text) : text;
      return { values: { body: value }, value, placeholders };
    },
    toPlane: (record, form, context): Target => {
      const body = bodyOf(record, context);
      if (form !== null && isWithoutContent(body)) return goneFrom(form, onDelete);
      const ours = form === null || isMadeForOdoo(form);
      const { html, missing } = odooToPlane(ours ? body : readOdooText(body).html, context.placeholders);
      const known = form !== null && ours ? readPlaneText(form.comment_html, true) : null;
      const author = form === null ? context.references.author : known?.author ?? null;
      const line = author === null ? "" : authorLineInPlane(author, record.id);
      const text = line + html || "<p></p>";
      const value = known?.takenBack === true ? markTakenBackInPlane(text) : text;
      return { values: { comment_html: value }, value, takesAway: missing.length > 0 };
    },
    formValues: (value) => ({ comment_html: String(value ?? "") }),
    valuesFor: (form) => ({ comment_html: form.comment_html || "<p></p>" }),
    // A copy whose making is taken back is marked; what was there before comes back as it was.
    restore: {
      odoo: ({ from }, record) => {
        const value = from === true ? markTakenBackInOdoo(textOf(record.body)) : textOf(from);
        return { values: { body: value }, value };
      },
      plane: ({ from }, form) => {
        const value = from === true ? markTakenBackInPlane(form.comment_html) : textOf(from);
        return { values: { comment_html: value || "<p></p>" }, value };
      },
    },
    sameInOdoo: (left, right) => sameHtml(String(left), String(right)),
    sameInPlane: (left, right) => sameHtml(String(left), String(right)),
  };
}

function goneFrom(form: CommentForm, onDelete: PairOptions["delete"]): Target {
  if (onDelete === "ignore") return { values: {}, value: form.comment_html };
  const value = markDeletedInPlane(form.comment_html);
  return { values: onDelete === "delete" ? { [REMOVED]: true } : { comment_html: value }, value };
}

/** The body, its author's line as we write it: what was agreed on knows whom it named. */
function bodyOf(record: OdooRecord, { odooBase }: LensContext): string {
  const body = textOf(record.body);
  const known = typeof odooBase === "string" ? readOdooText(odooBase).author : null;
  if (known === null || readOdooText(body).author !== null) return body;
  const { author, html } = readOdooText(body, known);
  return author === null ? body : authorLineInOdoo(author) + html;
}
