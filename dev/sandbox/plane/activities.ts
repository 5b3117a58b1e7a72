/** The activity list of a work item: who changed what and when, oldest first. */
import { type Call, itemOf, projectMember, type Route } from "./call.ts";
import type { Activity, WorkItem } from "./model.ts";
import { ordered, page } from "./paging.ts";
import { stamps, type View } from "./present.ts";
import { equalJson, Float, isJsonArray, type Json, type JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

export interface ActivityEvent {
  readonly verb: "created" | "updated" | "deleted";
  readonly field: string | null;
  readonly old?: Json;
  readonly new?: Json;
  readonly comment: string;
}

// deno-fmt-ignore
const SILENT = new Set(["external_id", "external_source", "sort_order", "created_at", "updated_at", "sequence_id", "completed_at"]);

const plain = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);

export function recordActivity(world: World, item: WorkItem, actorId: string, event: ActivityEvent): void {
  const states = [world.states.get(plain(event.old) ?? ""), world.states.get(plain(event.new) ?? "")];
  world.activities.push({
    ...world.newStored(actorId),
    project: item.project,
    issue: item.id,
    actor: actorId,
    verb: event.verb,
    field: event.field,
    old_value: states[0]?.name ?? plain(event.old),
    new_value: states[1]?.name ?? plain(event.new),
    old_identifier: states[0]?.id ?? null,
    new_identifier: states[1]?.id ?? null,
    comment: event.comment,
    epoch: Math.floor(world.clock.seconds()),
  });
}

/** A changed field of the item. People and labels are entered one by one, as they come and go. */
export function recordFieldChange(
  world: World,
  item: WorkItem,
  actorId: string,
  field: string,
  before: Json,
  after: Json,
): void {
  if (SILENT.has(field)) return;
  if (isJsonArray(before) && isJsonArray(after)) {
    const gone = before.filter((id) => !after.some((other) => equalJson(id, other)));
    const come = after.filter((id) => !before.some((other) => equalJson(id, other)));
    for (const id of come) {
      recordActivity(world, item, actorId, {
        verb: "updated",
        field,
        old: "",
        new: id,
        comment: `added ${field}`,
      });
    }
    for (const id of gone) {
      recordActivity(world, item, actorId, {
        verb: "updated",
        field,
        old: id,
        new: "",
        comment: `removed ${field}`,
      });
    }
    return;
  }
  const name = field === "description_html" ? "description" : field;
  const last = world.activities.findLast((activity) => activity.issue === item.id);
  if (name === "description" && last?.field === name && last.actor === actorId) {
    // Somebody who goes on writing makes one entry, not one per save.
    last.created_at = world.clock.stamp();
    return;
  }
  recordActivity(world, item, actorId, {
    verb: "updated",
    field: name,
    old: before,
    new: after,
    comment: `updated the ${name} to`,
  });
}

function present(view: View, activity: Activity): JsonObject {
  return {
    id: activity.id,
    ...stamps(view, activity),
    verb: activity.verb,
    field: activity.field,
    old_value: activity.old_value,
    new_value: activity.new_value,
    comment: activity.comment,
    attachments: [],
    old_identifier: activity.old_identifier,
    new_identifier: activity.new_identifier,
    epoch: new Float(activity.epoch),
    project: activity.project,
    workspace: view.world.workspaceId,
    issue: activity.issue,
    issue_comment: null,
    actor: activity.actor,
  };
}

function list(call: Call) {
  const item = itemOf(call);
  // Comments have a list of their own.
  const rows = call.world.activities.filter((activity) =>
    activity.issue === item.id && activity.field !== "comment"
  );
  const oldestFirst = rows.sort((left, right) => left.created_at - right.created_at);
  const inOrder = ordered(oldestFirst, call.query, (activity) => present(call, activity));
  return page(inOrder, call.query, (activity) => present(call, activity));
}

export const activityRoutes: Route[] = ["work-items", "issues"].map((collection) => ({
  path: `workspaces/:slug/projects/:project/${collection}/:item/activities`,
  allowed: projectMember,
  methods: { GET: list },
}));
