/** Records as Plane's REST API shows them. Key order, names and number kinds are Plane's. */
import { formatStamp, type Micros } from "./clock.ts";
import type {
  Comment,
  Cycle,
  External,
  Label,
  Module,
  Placement,
  Project,
  State,
  Stored,
  User,
  WorkItem,
} from "./model.ts";
import { Float, type Json, type JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

/** In which time zone stamps are shown: the user's over REST, UTC in webhooks. */
export interface View {
  readonly world: World;
  readonly zone: string;
}

export function stamp(view: View, micros: Micros | null): string | null {
  return micros === null ? null : formatStamp(micros, view.zone);
}

export const stamps = (view: View, record: Stored) => ({
  created_at: stamp(view, record.created_at),
  updated_at: stamp(view, record.updated_at),
  deleted_at: null,
});

export const authors = (record: Stored) => ({ created_by: record.created_by, updated_by: record.updated_by });
export const external = (record: External) => ({
  external_source: record.external_source,
  external_id: record.external_id,
});

export function presentUser(user: User): JsonObject {
  const { id, first_name, last_name, email, display_name } = user;
  return { id, first_name, last_name, email, avatar: "", avatar_url: null, display_name };
}

/** The part of a project that REST and webhooks share. */
export function presentProject(view: View, project: Project): JsonObject {
  return {
    cover_image_url: null,
    ...stamps(view, project),
    name: project.name,
    description: project.description,
    description_text: null,
    description_html: null,
    network: project.network,
    identifier: project.identifier,
    emoji: null,
    icon_prop: null,
    ...project.flags,
    cover_image: null,
    archive_in: 0,
    close_in: 0,
    logo_props: { icon: { name: "quiz", color: "#5e6ad2" }, in_use: "icon" },
    archived_at: stamp(view, project.archived_at),
    timezone: project.timezone,
    ...external(project),
    ...authors(project),
    workspace: view.world.workspaceId,
    default_assignee: project.default_assignee,
    project_lead: project.project_lead,
    cover_image_asset: null,
    estimate: null,
    default_state: null,
  };
}

export function presentState(view: View, state: State): JsonObject {
  return {
    id: state.id,
    ...stamps(view, state),
    name: state.name,
    description: state.description,
    color: state.color,
    slug: state.slug,
    sequence: new Float(state.sequence),
    group: state.group,
    is_triage: state.group === "triage",
    default: state.default,
    ...external(state),
    ...authors(state),
    project: state.project,
    workspace: view.world.workspaceId,
  };
}

export const briefState = ({ id, name, color, group }: State): JsonObject => ({ id, name, color, group });

export function presentLabel(view: View, label: Label): JsonObject {
  return {
    id: label.id,
    ...stamps(view, label),
    name: label.name,
    description: label.description,
    color: label.color,
    sort_order: new Float(label.sort_order),
    ...external(label),
    ...authors(label),
    workspace: view.world.workspaceId,
    project: label.project,
    parent: label.parent,
  };
}

export function presentWorkItem(view: View, item: WorkItem): JsonObject {
  return {
    id: item.id,
    type_id: null,
    ...stamps(view, item),
    point: item.point,
    name: item.name,
    description_html: item.description_html,
    description_binary: null,
    priority: item.priority,
    start_date: item.start_date,
    target_date: item.target_date,
    sequence_id: item.sequence_id,
    sort_order: new Float(item.sort_order),
    completed_at: stamp(view, item.completed_at),
    archived_at: item.archived_at,
    is_draft: item.is_draft,
    ...external(item),
    ...authors(item),
    project: item.project,
    workspace: view.world.workspaceId,
    parent: item.parent,
    state: item.state,
    estimate_point: null,
    type: null,
    assignees: item.assignees,
    labels: item.labels,
  };
}

export function presentComment(view: View, comment: Comment): JsonObject {
  return {
    id: comment.id,
    ...stamps(view, comment),
    comment_html: comment.comment_html,
    attachments: [],
    access: comment.access,
    ...external(comment),
    edited_at: stamp(view, comment.edited_at),
    ...authors(comment),
    project: comment.project,
    workspace: view.world.workspaceId,
    description: comment.description,
    issue: comment.issue,
    actor: comment.actor,
    parent: null,
  };
}

export function presentCycle(view: View, cycle: Cycle): JsonObject {
  return {
    id: cycle.id,
    ...stamps(view, cycle),
    name: cycle.name,
    description: cycle.description,
    start_date: stamp(view, cycle.start_date),
    end_date: stamp(view, cycle.end_date),
    view_props: {},
    sort_order: new Float(cycle.sort_order),
    ...external(cycle),
    progress_snapshot: {},
    archived_at: null,
    logo_props: {},
    timezone: "UTC",
    version: 1,
    ...authors(cycle),
    project: cycle.project,
    workspace: view.world.workspaceId,
    owned_by: cycle.owned_by,
  };
}

export function presentModule(view: View, module: Module): JsonObject {
  return {
    id: module.id,
    ...stamps(view, module),
    name: module.name,
    description: module.description,
    description_text: null,
    description_html: null,
    start_date: module.start_date,
    target_date: module.target_date,
    status: module.status,
    view_props: {},
    sort_order: new Float(module.sort_order),
    ...external(module),
    archived_at: null,
    logo_props: {},
    ...authors(module),
    project: module.project,
    workspace: view.world.workspaceId,
    lead: module.lead,
    members: module.members,
  };
}

export function presentPlacement(view: View, placement: Placement, holder: "cycle" | "module"): JsonObject {
  const children =
    [...view.world.workItems.values()].filter((item) => item.parent === placement.issue).length;
  return {
    id: placement.id,
    sub_issues_count: children,
    ...stamps(view, placement),
    ...authors(placement),
    project: placement.project,
    workspace: view.world.workspaceId,
    ...(holder === "cycle"
      ? { issue: placement.issue, cycle: placement.holder }
      : { module: placement.holder, issue: placement.issue }),
  };
}

/** `fields=a,b`: only these keys; unknown names are ignored. */
export function only(query: URLSearchParams, record: JsonObject): JsonObject {
  const asked = (query.get("fields") ?? "").split(",").map((name) => name.trim()).filter(Boolean);
  if (asked.length === 0) return record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => asked.includes(name)));
}

/** `expand=state,assignees`: ids become objects, when their field is shown at all. */
export function expanded(view: View, query: URLSearchParams, record: JsonObject): JsonObject {
  const asked = new Set((query.get("expand") ?? "").split(",").map((name) => name.trim()));
  const entries = Object.entries(record).map(([name, value]): [string, Json] => [
    name,
    asked.has(name) ? expand(view, name, value) : value,
  ]);
  return Object.fromEntries(entries);
}

function expand(view: View, name: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((id) => expand(view, name, id));
  if (typeof value !== "string") return value;
  const { world } = view;
  const user = world.users.get(value);
  const label = world.labels.get(value);
  const state = world.states.get(value);
  const project = world.projects.get(value);
  const parent = world.workItems.get(value);
  if (["assignees", "created_by", "updated_by"].includes(name) && user) return presentUser(user);
  if (name === "labels" && label) return presentLabel(view, label);
  if (name === "state" && state) return briefState(state);
  if (name === "parent" && parent) {
    return { id: parent.id, sequence_id: parent.sequence_id, project_id: parent.project };
  }
  if (name !== "project" || !project) return value;
  const { id, identifier, description } = project;
  // deno-fmt-ignore
  return { id, identifier, name: project.name, cover_image: null, icon_prop: null, emoji: null, description, cover_image_url: null };
}
