/** The activity list of a work item: what happened to it, oldest first. */
import type { Activity, WorkItem } from "./model.ts";
import { type Call, itemOf, projectMember, type Route } from "./call.ts";
import { page } from "./paging.ts";
import { stamps, type View } from "./present.ts";
import { Float, type Json, type JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

interface Event {
  readonly verb: string;
  readonly field?: string;
  readonly old?: Json;
  readonly new?: Json;
}

// Fields whose changes leave no trace here.
const SILENT = new Set([
  "external_id",
  "external_source",
  "sort_order",
  "created_at",
  "updated_at",
  "sequence_id",
  "completed_at",
]);

export function recordActivity(world: World, item: WorkItem, actorId: string, event: Event): void {
  if (event.field !== undefined && SILENT.has(event.field)) return;
  const field = event.field === "description_html" ? "description" : event.field ?? null;
  const text = (value: Json | undefined) =>
    value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
  const name = (value: Json | undefined) =>
    typeof value === "string" ? world.states.get(value)?.name ?? value : text(value);
  world.activities.push({
    ...world.newStored(actorId),
    project: item.project,
    issue: item.id,
    actor: actorId,
    verb: event.verb,
    field,
    old_value: field === "state" ? name(event.old) : text(event.old),
    new_value: field === "state" ? name(event.new) : text(event.new),
    comment: field === null ? "created the issue" : `updated the ${field} to`,
    epoch: Math.floor(world.clock.seconds()),
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
    old_identifier: null,
    new_identifier: null,
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
  const rows = call.world.activities.filter((activity) => activity.issue === item.id);
  return page(rows, call.query, (activity) => present(call, activity));
}

export const activityRoutes: Route[] = ["work-items", "issues"].map((collection) => ({
  path: `workspaces/:slug/projects/:project/${collection}/:item/activities`,
  allowed: projectMember,
  methods: { GET: list },
}));
