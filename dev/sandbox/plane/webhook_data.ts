/** The record inside a webhook: what the entity looks like when the worker gets to it, stamps in UTC. */
import type { Entity } from "./announcement.ts";
import { strippedText } from "./html.ts";
import type { WorkItem } from "./model.ts";
import {
  authors,
  briefState,
  external,
  presentComment,
  presentCycle,
  presentModule,
  presentUser,
  stamp,
  stamps,
  type View,
} from "./present.ts";
import { presentProjectInWebhook } from "./projects.ts";
import { Float, type JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

/** `data` of the v1 envelope; `undefined` when the record is gone, and then nothing is sent. */
export function webhookData(world: World, entity: Entity, id: string): JsonObject | undefined {
  const view: View = { world, zone: "UTC" };
  const item = world.workItems.get(id);
  const project = world.projects.get(id);
  const comment = world.comments.get(id);
  const cycle = world.cycles.get(id);
  const module = world.modules.get(id);
  if (entity === "issue" && item) return workItemData(view, item);
  if (entity === "project" && project) return presentProjectInWebhook(view, project);
  if (entity === "issue_comment" && comment) return presentComment(view, comment);
  if (entity === "cycle" && cycle) return presentCycle(view, cycle);
  if (entity === "module" && module) return presentModule(view, module);
  return undefined;
}

/** A work item with its state, labels and assignees as objects. */
export function workItemData(view: View, item: WorkItem): JsonObject {
  const { world } = view;
  const state = world.states.get(item.state);
  return {
    id: item.id,
    labels: item.labels.flatMap((id) => world.labels.get(id) ?? []).map(({ id, name, color }) => ({
      id,
      name,
      color,
    })),
    assignees: item.assignees.flatMap((id) => world.users.get(id) ?? []).map(presentUser),
    state: state === undefined ? null : briefState(state),
    description: item.description_json,
    ...stamps(view, item),
    point: item.point,
    name: item.name,
    description_json: item.description_json,
    description_html: item.description_html,
    description_stripped: strippedText(item.description_html),
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
    workspace: world.workspaceId,
    parent: item.parent,
    estimate_point: null,
    type: null,
  };
}
