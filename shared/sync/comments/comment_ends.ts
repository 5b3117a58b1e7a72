/** What becomes of the copy when a comment is deleted: by default it stays and says so. */
import type { CommentForm } from "./comment_form.ts";
import { MESSAGE_MODEL, wholeComment } from "./comment_form.ts";
import { isWithoutContent, markDeletedInOdoo, markDeletedInPlane } from "./comment_marks.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { sameHtml } from "../html/compare.ts";
import type { WhenGone } from "../pairs/endings.ts";
import { textOf } from "../lenses/lens.ts";
import { writeRecord } from "../sides/odoo_records.ts";
import { SuiteError } from "../../errors.ts";

export const COMMENT_ENDS: WhenGone<CommentForm> = {
  inOdoo: async (record, remove, { odoo }) => {
    const body = textOf(record.body);
    // Deleted on both sides: there is nothing left to say.
    if (!remove && isWithoutContent(body)) return false;
    const marked = markDeletedInOdoo(body);
    if (remove) await odoo().call(MESSAGE_MODEL, "unlink", { ids: [record.id] });
    else if (marked !== body) await writeRecord(odoo(), MESSAGE_MODEL, record.id, { body: marked });
    return true;
  },
  inPlane: async (form, remove, { plane, planeTimeoutMs }: SyncDependencies, lease) => {
    if (plane === undefined) return false;
    const { client } = plane;
    const { project, issue, id } = form;
    try {
      // Nobody writes to Plane what was not read just before: what somebody has changed since is marked, not deleted.
      const { comment_html } = wholeComment(await client.comment(project, issue, id));
      const marked = markDeletedInPlane(comment_html);
      // Who stood still since then read too long ago.
      lease.require(planeTimeoutMs);
      if (remove && sameHtml(comment_html, form.comment_html)) await client.deleteComment(project, issue, id);
      else if (marked !== comment_html) {
        await client.updateComment(project, issue, id, { comment_html: marked });
      }
      return true;
    } catch (thrown) {
      if (thrown instanceof SuiteError && thrown.code === "plane_not_found") return false;
      throw thrown;
    }
  },
};
