/** Work items. */
import { SuiteError } from "../../errors.ts";
import type { PlaneRow } from "../pages.ts";
import { checked, createRecord, deleteRecord, queryRows, readRecord, updateRecord } from "../records.ts";
import { type PlaneWorkItem, planeWorkItemSchema } from "../schemas.ts";
import type { PlaneCall } from "../transport.ts";
import type { Created, PlaneQuery, PlaneWorkItemValues } from "../values.ts";
import { type ExternalKey, hasExternalKey } from "./base.ts";
import { ProjectCalls } from "./projects.ts";

export class WorkItemCalls extends ProjectCalls {
  workItem(projectId: string, workItemId: string, call: PlaneCall = {}): Promise<PlaneWorkItem> {
    const path = this.inWorkItem(projectId, workItemId);
    return readRecord(this.send, "read work item", path, planeWorkItemSchema, call);
  }

  /**
   * All work items of a project that are not archived, in the order of their making: in it a row never changes its place,
   * so that each comes exactly once whatever happens meanwhile.
   */
  async *workItems(projectId: string, call: PlaneCall = {}): AsyncGenerator<PlaneWorkItem> {
    for await (const row of this.workItemRows(projectId, {}, call)) {
      yield checked("list work items", planeWorkItemSchema, row);
    }
  }

  /**
   * The same with chosen `fields` (the id is always among them), expanded references, or another order. With
   * `-updated_at` a row that is changed meanwhile moves to the front and may be missed: who reads down to a watermark
   * meets it the next time.
   */
  workItemRows(projectId: string, query: PlaneQuery = {}, call: PlaneCall = {}): AsyncGenerator<PlaneRow> {
    const path = this.inProject(projectId, "work-items");
    return queryRows(this.send, "list work items", path, { orderBy: "created_at", ...query }, call);
  }

  /**
   * The work item with an external id; undefined when there is none. Where Plane has let in several (it does not notice
   * two at the same moment, and from then on answers 500 to this question) the oldest one.
   */
  async findWorkItem(
    projectId: string,
    external: ExternalKey,
    call: PlaneCall = {},
  ): Promise<PlaneWorkItem | undefined> {
    const operation = "find work item";
    const query = { external_id: external.id, external_source: external.source };
    const path = this.inProject(projectId, "work-items");
    try {
      const answer = await this.send({ ...call, operation, method: "GET", path, query });
      return checked(operation, planeWorkItemSchema, answer.body);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError)) throw thrown;
      if (thrown.code === "plane_not_found") return undefined;
      if (thrown.code !== "plane_server_error") throw thrown;
    }
    for await (const item of this.workItems(projectId, call)) {
      if (hasExternalKey(item, external)) return item;
    }
    return undefined;
  }

  createWorkItem(
    projectId: string,
    values: PlaneWorkItemValues,
    call?: PlaneCall,
  ): Promise<Created<PlaneWorkItem>> {
    const path = this.inProject(projectId, "work-items");
    return createRecord(this.send, "create work item", path, planeWorkItemSchema, values, call);
  }

  /** Also reaches what cannot be read: archived items, and items of an archived project. */
  updateWorkItem(
    projectId: string,
    workItemId: string,
    values: PlaneWorkItemValues,
    call?: PlaneCall,
  ): Promise<PlaneWorkItem> {
    const path = this.inWorkItem(projectId, workItemId);
    return updateRecord(this.send, "update work item", path, planeWorkItemSchema, values, call);
  }

  /**
   * What has become of a work item that `workItem` does not find: the record when it is archived, null when it is deleted.
   * Plane tells the two apart only when it is asked to change the item, so an update without values is sent: it moves
   * `updated_at`, and sends no webhook.
   *
   * A record with `archived_at` null is hidden for another reason: its project is archived, it waits in the intake, it is
   * a draft, or it has come back meanwhile.
   */
  async archivedWorkItem(
    projectId: string,
    workItemId: string,
    call?: PlaneCall,
  ): Promise<PlaneWorkItem | null> {
    try {
      return await this.updateWorkItem(projectId, workItemId, {}, call);
    } catch (thrown) {
      if (thrown instanceof SuiteError && thrown.code === "plane_not_found") return null;
      throw thrown;
    }
  }

  /** Its children go with it. */
  deleteWorkItem(projectId: string, workItemId: string, call?: PlaneCall): Promise<void> {
    return deleteRecord(this.send, "delete work item", this.inWorkItem(projectId, workItemId), call);
  }
}
