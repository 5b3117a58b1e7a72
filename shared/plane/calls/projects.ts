/** Projects, and the people in them. */
import { checked, createRecord, listRecords, readRecord, updateRecord } from "../records.ts";
import {
  type PlaneMember,
  planeMemberSchema,
  type PlaneProject,
  planeProjectSchema,
  type PlaneUser,
  planeUserSchema,
} from "../schemas.ts";
import type { PlaneCall } from "../transport.ts";
import type { Created, PlaneProjectValues } from "../values.ts";
import { type ExternalKey, hasExternalKey, PlaneCalls } from "./base.ts";

export class ProjectCalls extends PlaneCalls {
  /** The user the key belongs to: the `actor` of the changes it makes. */
  me(call: PlaneCall = {}): Promise<PlaneUser> {
    return readRecord(this.send, "read own user", ["users", "me"], planeUserSchema, call);
  }

  /**
   * The projects the key's user is a member of and the public ones of the workspace, in the order of their making. Of a
   * project without membership (`is_member` false) nothing more can be read. Archived ones may be among them.
   */
  projects(call: PlaneCall = {}): Promise<PlaneProject[]> {
    const query = { orderBy: "created_at" };
    return listRecords(
      this.send,
      "list projects",
      this.inWorkspace("projects"),
      planeProjectSchema,
      call,
      query,
    );
  }

  /** Also an archived one. One that is not there, or a secret one of others, is `plane_not_found`. */
  project(projectId: string, call: PlaneCall = {}): Promise<PlaneProject> {
    return readRecord(this.send, "read project", this.inProject(projectId), planeProjectSchema, call);
  }

  /**
   * The oldest project with an external id among `projects`; undefined when there is none. Plane has no question for it,
   * and does not refuse a second project with the pair.
   */
  async findProject(external: ExternalKey, call: PlaneCall = {}): Promise<PlaneProject | undefined> {
    return (await this.projects(call)).find((project) => hasExternalKey(project, external));
  }

  /** A taken name or identifier is `plane_conflict`, without the id of who has it. */
  createProject(values: PlaneProjectValues, call?: PlaneCall): Promise<Created<PlaneProject>> {
    const path = this.inWorkspace("projects");
    return createRecord(this.send, "create project", path, planeProjectSchema, values, call);
  }

  /** An archived project is `plane_rejected`, whatever the values. */
  updateProject(projectId: string, values: PlaneProjectValues, call?: PlaneCall): Promise<PlaneProject> {
    const path = this.inProject(projectId);
    return updateRecord(this.send, "update project", path, planeProjectSchema, values, call);
  }

  /** Safe to send again. What is in an archived project can no longer be read; no webhook tells of it. */
  archiveProject(projectId: string, call?: PlaneCall): Promise<void> {
    return this.command("archive project", "POST", this.inProject(projectId, "archive"), call);
  }

  /** Safe to send again. */
  unarchiveProject(projectId: string, call?: PlaneCall): Promise<void> {
    return this.command("unarchive project", "DELETE", this.inProject(projectId, "archive"), call);
  }

  /** Everybody in the workspace, with e-mail address and role. */
  members(call: PlaneCall = {}): Promise<PlaneMember[]> {
    return this.#people("list members", this.inWorkspace("members"), call);
  }

  /** Everybody in the project, guests included: they can be read but not assigned. */
  projectMembers(projectId: string, call: PlaneCall = {}): Promise<PlaneMember[]> {
    return this.#people("list project members", this.inProject(projectId, "members"), call);
  }

  /** People come as a bare array, without pages. */
  async #people(operation: string, path: string[], call: PlaneCall): Promise<PlaneMember[]> {
    const answer = await this.send({ ...call, operation, method: "GET", path });
    return checked(operation, planeMemberSchema.array(), answer.body);
  }
}
