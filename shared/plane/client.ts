/** Reading from Plane: the community edition's REST API v1 and the cloud's. */
import type { z } from "zod";
import { SuiteError } from "../errors.ts";
import { planePages } from "./pages.ts";
import {
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
  type PlaneCall,
  type PlaneTransport,
  type PlaneTransportConfig,
} from "./transport.ts";

export type {
  PlaneCall,
  PlaneLabel,
  PlaneMember,
  PlaneProject,
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
  readonly #transport: PlaneTransport;

  /** Throws `plane_not_configured` without a base URL, a workspace, or a key or token. */
  constructor(config: PlaneClientConfig, deps: PlaneClientDependencies) {
    if (config.workspaceSlug.trim() === "") throw new SuiteError("plane_not_configured");
    this.workspaceSlug = config.workspaceSlug.trim();
    const transport = createPlaneTransport(config, deps);
    this.#transport = deps.wrap === undefined ? transport : deps.wrap(transport);
  }

  /** The user the key belongs to: the `actor` of the changes it makes. */
  me(call: PlaneCall = {}): Promise<PlaneUser> {
    return this.#record("read own user", ["users", "me"], planeUserSchema, call);
  }

  project(projectId: string, call: PlaneCall = {}): Promise<PlaneProject> {
    return this.#record("read project", this.#inProject(projectId), planeProjectSchema, call);
  }

  workItem(projectId: string, workItemId: string, call: PlaneCall = {}): Promise<PlaneWorkItem> {
    const path = this.#inProject(projectId, "work-items", workItemId);
    return this.#record("read work item", path, planeWorkItemSchema, call);
  }

  /** All states but the hidden triage state. */
  states(projectId: string, call: PlaneCall = {}): Promise<PlaneState[]> {
    return this.#list("list states", this.#inProject(projectId, "states"), planeStateSchema, call);
  }

  labels(projectId: string, call: PlaneCall = {}): Promise<PlaneLabel[]> {
    return this.#list("list labels", this.#inProject(projectId, "labels"), planeLabelSchema, call);
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

  async #record<Schema extends z.ZodType>(
    operation: string,
    path: string[],
    schema: Schema,
    call: PlaneCall,
  ) {
    const answer = await this.#transport({ ...call, operation, method: "GET", path });
    return checked(operation, schema, answer.body);
  }

  /** Rows that appear on two pages, because the list moved meanwhile, are returned once. */
  async #list<Row extends { id: string }>(
    operation: string,
    path: string[],
    schema: z.ZodType<Row>,
    call: PlaneCall,
  ) {
    const rows = new Map<string, Row>();
    for await (const page of planePages(this.#transport, { ...call, operation, method: "GET", path })) {
      for (const entry of page) {
        const row = checked(operation, schema, entry);
        rows.set(row.id, row);
      }
    }
    return [...rows.values()];
  }

  /** People come as a bare array, without pages. */
  async #people(operation: string, path: string[], call: PlaneCall): Promise<PlaneMember[]> {
    const answer = await this.#transport({ ...call, operation, method: "GET", path });
    return checked(operation, planeMemberSchema.array(), answer.body);
  }
}

/** Names the fields that do not fit, never their values. */
function checked<Schema extends z.ZodType>(
  operation: string,
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join(".") || "(body)"))].slice(
    0,
    5,
  );
  throw new SuiteError("plane_bad_answer", { facts: { operation, fields: fields.join(" ") } });
}
