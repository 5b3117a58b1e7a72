/**
 * The three bodies a receiver may meet: v1 (community edition, deprecated in the cloud), v2 (cloud), and the
 * `issue.updated` form that older integrations were promised.
 */
import type { Announcement, FieldChange } from "./announcement.ts";
import { strippedText } from "./html.ts";
import { presentUser } from "./present.ts";
import type { Json, JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

export type WebhookVersion = "v1" | "v2" | "legacy";

export interface EnvelopeInput {
  readonly world: World;
  readonly webhookId: string;
  readonly announcement: Announcement;
  readonly data: JsonObject;
}

/** One per changed field, all with the same `data`. A delete carries nothing but the id. */
export function versionOne(
  { world, webhookId, announcement, data }: EnvelopeInput,
  change: FieldChange | undefined,
): JsonObject {
  const actor = world.users.get(announcement.actorId);
  return {
    event: announcement.entity,
    action: announcement.action,
    webhook_id: webhookId,
    workspace_id: world.workspaceId,
    data: announcement.action === "deleted" ? { id: announcement.id } : data,
    activity: {
      field: change?.field ?? null,
      new_value: change?.new ?? null,
      old_value: change?.old ?? null,
      actor: actor === undefined ? null : presentUser(actor),
      old_identifier: null,
      new_identifier: null,
    },
  };
}

/** `{"event": "issue.updated", "data": {...}}` and nothing else. */
export function legacy({ announcement, data }: EnvelopeInput): JsonObject {
  return { event: `${announcement.entity}.${announcement.action}`, data };
}

const SCOPES = {
  project: "project",
  issue: "workitem",
  issue_comment: "workitem.comment",
  cycle: "cycle",
  module: "module",
};

export function versionTwoName(announcement: Announcement): string {
  return `${SCOPES[announcement.entity]}.${announcement.action}`;
}

/**
 * One per change. `event_id` stays over the retries, `delivery_id` does not. Nulls of a work item are the text
 * "None", as in Plane's own samples; for a comment the entity is its work item.
 */
export function versionTwo(input: EnvelopeInput, eventId: string, deliveryId: string): JsonObject {
  const { world, webhookId, announcement, data } = input;
  const isComment = announcement.entity === "issue_comment";
  const deleted = announcement.action === "deleted";
  const record = announcement.entity === "issue" ? flat(data) : isComment ? commentData(world, data) : data;
  const before = announcement.before ?? {};
  return {
    version: "v2",
    delivery_id: deliveryId,
    event_id: eventId,
    entity_id: isComment ? data.issue ?? before.issue ?? announcement.id : announcement.id,
    entity_type: isComment ? "issue" : announcement.entity,
    event: versionTwoName(announcement),
    webhook_id: webhookId,
    workspace_id: world.workspaceId,
    data: deleted ? {} : record,
    previous_attributes: deleted ? flat(before) : previous(announcement),
  };
}

const FLAT: Readonly<Record<string, string>> = {
  state: "state_id",
  parent: "parent_id",
  project: "project_id",
  workspace: "workspace_id",
  created_by: "created_by_id",
  updated_by: "updated_by_id",
  estimate_point: "estimate_point_id",
  type: "type_id",
  labels: "label_ids",
  assignees: "assignee_ids",
};

const DROPPED = new Set(["description", "description_html", "description_stripped", "description_binary"]);
const idOf = (value: Json): Json =>
  typeof value === "object" && value !== null && "id" in value && typeof value.id === "string"
    ? value.id
    : value;
const noneText = (value: Json): Json => value === null ? "None" : value;

function flat(data: JsonObject): JsonObject {
  const entries = Object.entries(data).filter(([name]) => !DROPPED.has(name)).map((
    [name, value],
  ): [string, Json] => [
    FLAT[name] ?? name,
    noneText(Array.isArray(value) ? value.map(idOf) : idOf(value)),
  ]);
  return { ...Object.fromEntries(entries), last_activity_at: data.updated_at ?? "None" };
}

function commentData(world: World, data: JsonObject): JsonObject {
  const issue = world.workItems.get(String(data.issue));
  return {
    id: data.issue ?? null,
    name: issue?.name ?? null,
    comment: {
      id: data.id ?? null,
      access: data.access ?? null,
      actor_id: data.actor ?? null,
      issue_id: data.issue ?? null,
      edited_at: data.edited_at ?? null,
      comment_stripped: strippedText(String(data.comment_html ?? "")),
    },
  };
}

function previous(announcement: Announcement): JsonObject {
  const entries = announcement.changes.filter((change) => !DROPPED.has(change.field)).map((
    change,
  ): [string, Json] => [
    FLAT[change.field] ?? change.field,
    noneText(change.old),
  ]);
  return Object.fromEntries(entries);
}
