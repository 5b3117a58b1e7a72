/** Reading from and writing to Plane: the community edition's REST API v1 and the cloud's. */
import { SuiteError } from "../errors.ts";
import {
  checked,
  createRecord,
  deleteRecord,
  listRecords,
  queryRows,
  readRecord,
  updateRecord,
} from "./records.ts";
import type { PlaneRow } from "./pages.ts";
import {
  type PlaneComment,
  planeCommentSchema,
  type PlaneLabel,
  planeLabelSchema,
  type PlaneMember,
  planeMemberSchema,
  type PlaneProject,
  planeProjectSchema,
  type PlaneState,
  planeStateSchema,
  type PlaneUser,
  planeUserSchema,
  type PlaneWorkItem,
  planeWorkItemSchema,
} from "./schemas.ts";
import {
  createPlaneTransport,
  type PlaneAnswer,
  type PlaneCall,
  type PlaneRequest,
  type PlaneTransport,
  type PlaneTransportConfig,
} from "./transport.ts";
import type {
  Created,
  PlaneCommentValues,
  PlaneLabelValues,
  PlaneProjectValues,
  PlaneQuery,
  PlaneStateValues,
  PlaneWorkItemValues,
} from "./values.ts";

export type {
  Created,
  PlaneAnswer,
  PlaneCall,
  PlaneComment,
  PlaneLabel,
  PlaneMember,
  PlaneProject,
  PlaneRequest,
  PlaneRow,
  PlaneState,
  PlaneTransport,
  PlaneUser,
  PlaneWorkItem,
};

export interface PlaneClientConfig extends PlaneTransportConfig {
  readonly workspaceSlug: string;
}

export interface PlaneClientDependencies {
  readonly fetch: typeof fetch;
  /** Puts a budget or retries around every request. */
  readonly wrap?: (transport: PlaneTransport) => PlaneTransport;
}

/**
 * Every method rejects with a SuiteError: `plane_forbidden` for a wrong or expired key as well as for a project the
 * key's user may not see, `plane_not_found` only when Plane says that the record is not there (deleted or archived),
 * `plane_rate_limited` with `retryAfterMs`, `plane_bad_answer` when the answer is not Plane's. An aborted call rejects
 * with the signal's own reason.
 */
export class PlaneClient {
  readonly workspaceSlug: string;
  /** Any other request of Plane's API: segments after `/api/v1/`, the answer unchecked. */
  readonly send: PlaneTransport;

  /** Throws `plane_not_configured` without a base URL, a workspace, or a key or token. */
  constructor(config: PlaneClientConfig, deps: PlaneClientDependencies) {
    if (config.workspaceSlug.trim() === "") throw new SuiteError("plane_not_configured");
    this.workspaceSlug = config.workspaceSlug.trim();
    const transport = createPlaneTransport(config, deps);
    this.send = deps.wrap === undefined ? transport : deps.wrap(transport);
  }

  /** The user the key belongs to: the `actor` of the changes it makes. */
  me(call: PlaneCall = {}): Promise<PlaneUser> {
    return readRecord(this.send, "read own user", ["users", "me"], planeUserSchema, call);
  }

  project(projectId: string, call: PlaneCall = {}): Promise<PlaneProject> {
    return readRecord(this.send, "read project", this.#inProject(projectId), planeProjectSchema, call);
  }

  workItem(projectId: string, workItemId: string, call: PlaneCall = {}): Promise<PlaneWorkItem> {
    const path = this.#inProject(projectId, "work-items", workItemId);
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
    const path = this.#inProject(projectId, "work-items");
    return queryRows(this.send, "list work items", path, { orderBy: "created_at", ...query }, call);
  }

  async *comments(projectId: string, workItemId: string, call: PlaneCall = {}): AsyncGenerator<PlaneComment> {
    const path = this.#inProject(projectId, "work-items", workItemId, "comments");
    for await (const row of queryRows(this.send, "list comments", path, { orderBy: "created_at" }, call)) {
      yield checked("list comments", planeCommentSchema, row);
    }
  }

  /**
   * The work item with an external id; undefined when there is none. Where Plane has let in several (it does not notice
   * two at the same moment, and from then on answers 500 to this question) the oldest one.
   */
  async findWorkItem(
    projectId: string,
    external: { id: string; source: string },
    call: PlaneCall = {},
  ): Promise<PlaneWorkItem | undefined> {
    const operation = "find work item";
    const query = { external_id: external.id, external_source: external.source };
    const path = this.#inProject(projectId, "work-items");
    try {
      const answer = await this.send({ ...call, operation, method: "GET", path, query });
      return checked(operation, planeWorkItemSchema, answer.body);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError)) throw thrown;
      if (thrown.code === "plane_not_found") return undefined;
      if (thrown.code !== "plane_server_error") throw thrown;
    }
    for await (const item of this.workItems(projectId, call)) {
      if (item.external_id === external.id && item.external_source === external.source) return item;
    }
    return undefined;
  }

  createWorkItem(
    projectId: string,
    values: PlaneWorkItemValues,
    call?: PlaneCall,
  ): Promise<Created<PlaneWorkItem>> {
    const path = this.#inProject(projectId, "work-items");
    return createRecord(this.send, "create work item", path, planeWorkItemSchema, values, call);
  }

  /** Also reaches archived items, which cannot be read. Without values it only tells them from deleted ones. */
  updateWorkItem(
    projectId: string,
    workItemId: string,
    values: PlaneWorkItemValues,
    call?: PlaneCall,
  ): Promise<PlaneWorkItem> {
    const path = this.#inProject(projectId, "work-items", workItemId);
    return updateRecord(this.send, "update work item", path, planeWorkItemSchema, values, call);
  }

  deleteWorkItem(projectId: string, workItemId: string, call?: PlaneCall): Promise<void> {
    return deleteRecord(
      this.send,
      "delete work item",
      this.#inProject(projectId, "work-items", workItemId),
      call,
    );
  }

  /** A taken name or identifier is `plane_conflict`, without the id of who has it. */
  createProject(values: PlaneProjectValues, call?: PlaneCall): Promise<Created<PlaneProject>> {
    const path = ["workspaces", this.workspaceSlug, "projects"];
    return createRecord(this.send, "create project", path, planeProjectSchema, values, call);
  }

  updateProject(projectId: string, values: PlaneProjectValues, call?: PlaneCall): Promise<PlaneProject> {
    return updateRecord(
      this.send,
      "update project",
      this.#inProject(projectId),
      planeProjectSchema,
      values,
      call,
    );
  }

  createComment(
    projectId: string,
    workItemId: string,
    values: PlaneCommentValues,
    call?: PlaneCall,
  ): Promise<Created<PlaneComment>> {
    const path = this.#inProject(projectId, "work-items", workItemId, "comments");
    return createRecord(this.send, "create comment", path, planeCommentSchema, values, call);
  }

  updateComment(
    projectId: string,
    workItemId: string,
    commentId: string,
    values: PlaneCommentValues,
    call?: PlaneCall,
  ): Promise<PlaneComment> {
    const path = this.#inProject(projectId, "work-items", workItemId, "comments", commentId);
    return updateRecord(this.send, "update comment", path, planeCommentSchema, values, call);
  }

  deleteComment(projectId: string, workItemId: string, commentId: string, call?: PlaneCall): Promise<void> {
    const path = this.#inProject(projectId, "work-items", workItemId, "comments", commentId);
    return deleteRecord(this.send, "delete comment", path, call);
  }

  /** All states but the hidden triage state. */
  states(projectId: string, call: PlaneCall = {}): Promise<PlaneState[]> {
    return listRecords(
      this.send,
      "list states",
      this.#inProject(projectId, "states"),
      planeStateSchema,
      call,
    );
  }

  createState(projectId: string, values: PlaneStateValues, call?: PlaneCall): Promise<Created<PlaneState>> {
    return createRecord(
      this.send,
      "create state",
      this.#inProject(projectId, "states"),
      planeStateSchema,
      values,
      call,
    );
  }

  updateState(
    projectId: string,
    stateId: string,
    values: PlaneStateValues,
    call?: PlaneCall,
  ): Promise<PlaneState> {
    return updateRecord(
      this.send,
      "update state",
      this.#inProject(projectId, "states", stateId),
      planeStateSchema,
      values,
      call,
    );
  }

  labels(projectId: string, call: PlaneCall = {}): Promise<PlaneLabel[]> {
    return listRecords(
      this.send,
      "list labels",
      this.#inProject(projectId, "labels"),
      planeLabelSchema,
      call,
    );
  }

  createLabel(projectId: string, values: PlaneLabelValues, call?: PlaneCall): Promise<Created<PlaneLabel>> {
    return createRecord(
      this.send,
      "create label",
      this.#inProject(projectId, "labels"),
      planeLabelSchema,
      values,
      call,
    );
  }

  updateLabel(
    projectId: string,
    labelId: string,
    values: PlaneLabelValues,
    call?: PlaneCall,
  ): Promise<PlaneLabel> {
    return updateRecord(
      this.send,
      "update label",
      this.#inProject(projectId, "labels", labelId),
      planeLabelSchema,
      values,
      call,
    );
  }

  /** Everybody in the workspace, with e-mail address and role. */
  members(call: PlaneCall = {}): Promise<PlaneMember[]> {
    return this.#people("list members", ["workspaces", this.workspaceSlug, "members"], call);
  }

  /** Everybody in the project, guests included: they can be read but not assigned. */
  projectMembers(projectId: string, call: PlaneCall = {}): Promise<PlaneMember[]> {
    return this.#people("list project members", this.#inProject(projectId, "members"), call);
  }

  #inProject(projectId: string, ...rest: string[]): string[] {
    return ["workspaces", this.workspaceSlug, "projects", projectId, ...rest];
  }

  /** People come as a bare array, without pages. */
  async #people(operation: string, path: string[], call: PlaneCall): Promise<PlaneMember[]> {
    const answer = await this.send({ ...call, operation, method: "GET", path });
    return checked(operation, planeMemberSchema.array(), answer.body);
  }
}
