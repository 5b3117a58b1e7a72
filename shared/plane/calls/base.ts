/** What all calls of the client share: the workspace, and the way a request goes. */
import { SuiteError } from "../../errors.ts";
import {
  createPlaneTransport,
  type PlaneCall,
  type PlaneTransport,
  type PlaneTransportConfig,
} from "../transport.ts";

export interface PlaneClientConfig extends PlaneTransportConfig {
  readonly workspaceSlug: string;
}

export interface PlaneClientDependencies {
  readonly fetch: typeof fetch;
  /** Puts a budget or retries around every request. */
  readonly wrap?: (transport: PlaneTransport) => PlaneTransport;
}

/** How a record is known outside Plane. */
export interface ExternalKey {
  readonly id: string;
  readonly source: string;
}

export const hasExternalKey = (
  record: { readonly external_id: string | null; readonly external_source: string | null },
  key: ExternalKey,
): boolean => record.external_id === key.id && record.external_source === key.source;

export class PlaneCalls {
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

  protected inWorkspace(...rest: string[]): string[] {
    return ["workspaces", this.workspaceSlug, ...rest];
  }

  protected inProject(projectId: string, ...rest: string[]): string[] {
    return this.inWorkspace("projects", projectId, ...rest);
  }

  protected inWorkItem(projectId: string, workItemId: string, ...rest: string[]): string[] {
    return this.inProject(projectId, "work-items", workItemId, ...rest);
  }

  /** A command without a body, whose answer says nothing. */
  protected async command(
    operation: string,
    method: "POST" | "DELETE",
    path: string[],
    call: PlaneCall = {},
  ): Promise<void> {
    await this.send({ ...call, operation, method, path });
  }
}
