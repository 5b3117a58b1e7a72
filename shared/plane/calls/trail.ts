/** What hangs on a work item: comments, links, and the list of who changed what. */
import {
  checked,
  createRecord,
  deleteRecord,
  listRecords,
  queryRows,
  readRecord,
  updateRecord,
} from "../records.ts";
import { type PlaneComment, planeCommentSchema } from "../schemas.ts";
import {
  type PlaneActivity,
  planeActivitySchema,
  type PlaneLink,
  planeLinkSchema,
} from "../trail_schemas.ts";
import type { PlaneCall } from "../transport.ts";
import type { Created, PlaneCommentValues, PlaneLinkValues, PlaneQuery } from "../values.ts";
import { WorkItemCalls } from "./work_items.ts";

export class TrailCalls extends WorkItemCalls {
  async *comments(projectId: string, workItemId: string, call: PlaneCall = {}): AsyncGenerator<PlaneComment> {
    const path = this.inWorkItem(projectId, workItemId, "comments");
    for await (const row of queryRows(this.send, "list comments", path, { orderBy: "created_at" }, call)) {
      yield checked("list comments", planeCommentSchema, row);
    }
  }

  comment(
    projectId: string,
    workItemId: string,
    commentId: string,
    call: PlaneCall = {},
  ): Promise<PlaneComment> {
    const path = this.inWorkItem(projectId, workItemId, "comments", commentId);
    return readRecord(this.send, "read comment", path, planeCommentSchema, call);
  }

  createComment(
    projectId: string,
    workItemId: string,
    values: PlaneCommentValues,
    call?: PlaneCall,
  ): Promise<Created<PlaneComment>> {
    const path = this.inWorkItem(projectId, workItemId, "comments");
    return createRecord(this.send, "create comment", path, planeCommentSchema, values, call);
  }

  updateComment(
    projectId: string,
    workItemId: string,
    commentId: string,
    values: PlaneCommentValues,
    call?: PlaneCall,
  ): Promise<PlaneComment> {
    const path = this.inWorkItem(projectId, workItemId, "comments", commentId);
    return updateRecord(this.send, "update comment", path, planeCommentSchema, values, call);
  }

  deleteComment(projectId: string, workItemId: string, commentId: string, call?: PlaneCall): Promise<void> {
    const path = this.inWorkItem(projectId, workItemId, "comments", commentId);
    return deleteRecord(this.send, "delete comment", path, call);
  }

  links(projectId: string, workItemId: string, call: PlaneCall = {}): Promise<PlaneLink[]> {
    const path = this.inWorkItem(projectId, workItemId, "links");
    return listRecords(this.send, "list links", path, planeLinkSchema, call);
  }

  /** An address the work item has already is `plane_rejected`. Links have no external id: look before making one. */
  createLink(
    projectId: string,
    workItemId: string,
    values: PlaneLinkValues & { readonly url: string },
    call?: PlaneCall,
  ): Promise<Created<PlaneLink>> {
    const path = this.inWorkItem(projectId, workItemId, "links");
    return createRecord(this.send, "create link", path, planeLinkSchema, values, call);
  }

  updateLink(
    projectId: string,
    workItemId: string,
    linkId: string,
    values: PlaneLinkValues,
    call?: PlaneCall,
  ): Promise<PlaneLink> {
    const path = this.inWorkItem(projectId, workItemId, "links", linkId);
    return updateRecord(this.send, "update link", path, planeLinkSchema, values, call);
  }

  deleteLink(projectId: string, workItemId: string, linkId: string, call?: PlaneCall): Promise<void> {
    const path = this.inWorkItem(projectId, workItemId, "links", linkId);
    return deleteRecord(this.send, "delete link", path, call);
  }

  /** The oldest first, comments left out; with `orderBy: "-created_at"` the newest. */
  async *activities(
    projectId: string,
    workItemId: string,
    query: Pick<PlaneQuery, "orderBy"> = {},
    call: PlaneCall = {},
  ): AsyncGenerator<PlaneActivity> {
    const path = this.inWorkItem(projectId, workItemId, "activities");
    const order = { orderBy: "created_at", ...query };
    for await (const row of queryRows(this.send, "list activities", path, order, call)) {
      yield checked("list activities", planeActivitySchema, row);
    }
  }
}
