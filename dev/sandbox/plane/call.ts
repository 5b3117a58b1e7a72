/** One authenticated request on its way to a handler. */
import { ApiError, denied, missing } from "./answers.ts";
import type { Answer } from "./answers.ts";
import type { Comment, Project, User, WorkItem } from "./model.ts";
import { only, type View } from "./present.ts";
import { isJsonObject, type Json, type JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Call extends View {
  readonly world: World;
  readonly user: User;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed when the handler asks for it: a broken body still counts for the request limit. */
  readonly body: () => JsonObject;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;
export type Permission = (call: Call) => boolean;

export interface Route {
  /** Segments after `/api/v1/`; `:slug`, `:identifier` take any text, other names a UUID. */
  readonly path: string;
  readonly allowed: Permission;
  readonly methods: Partial<Record<Method, Handler>>;
}

const isReading = (call: Call) => call.method === "GET";

export const signedIn: Permission = () => true;
export const inWorkspace: Permission = (call) =>
  call.params.slug === call.world.slug && call.world.role(call.user.id) > 0;
export const workspaceWriter: Permission = (call) =>
  inWorkspace(call) && (isReading(call) || call.world.role(call.user.id) >= 15);

function roleInProject(call: Call): number {
  const project = call.world.projects.get(call.params.project ?? "");
  return inWorkspace(call) && project !== undefined ? call.world.projectRole(project, call.user.id) : 0;
}

/** Every member reads and writes, guests too (comments). */
export const projectMember: Permission = (call) => roleInProject(call) > 0;
/** Guests only read. */
export const projectWriter: Permission = (call) => roleInProject(call) >= (isReading(call) ? 5 : 15);
/** Members read, admins write. */
export const projectAdmin: Permission = (call) => roleInProject(call) >= (isReading(call) ? 5 : 20);

export function projectOf(call: Call): Project {
  const project = call.world.projects.get(call.params.project ?? "");
  if (project === undefined) throw denied();
  return project;
}

/** The record with the id in the path, when it belongs to the project in the path; 404 otherwise. */
export function recordOf<Kind extends { readonly project: string }>(
  call: Call,
  records: Map<string, Kind>,
  name: string,
): Kind {
  const record = records.get(call.params[name] ?? "");
  if (record === undefined || record.project !== call.params.project) throw missing();
  return record;
}

export const itemOf = (call: Call): WorkItem => recordOf(call, call.world.workItems, "item");
/** What a list shows of these: nothing while their project is archived. */
export const listedOf = <Kind>(call: Call, records: readonly Kind[]): readonly Kind[] =>
  projectOf(call).archived_at === null ? records : [];

/** What was said in an archived project is hidden. */
export function commentOf(call: Call): Comment {
  if (projectOf(call).archived_at !== null) throw missing();
  return recordOf(call, call.world.comments, "comment");
}

export const shown = (call: Call, record: JsonObject): JsonObject => only(call.query, record);

export function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) {
    throw new ApiError(400, {
      non_field_errors: [`Invalid data. Expected a dictionary, but got ${typeof value}.`],
    });
  }
  return value;
}
