/**
 * The web app's side door: what a signed-in person changes there. It has no API key and no request limit; its
 * webhooks name fields `state_id`, `assignee_ids`, `label_ids` and `parent_id`.
 */
import { refused } from "./answers.ts";
import { createComment, deleteComment, updateComment } from "./comments.ts";
import { type User, type WorkItem } from "./model.ts";
import type { View } from "./present.ts";
import type { JsonObject } from "./python_json.ts";
import { createWorkItem, deleteWorkItem, readNewWorkItem, updateWorkItem } from "./work_item_write.ts";
import type { World } from "./world.ts";

const TO_DOOR = { state: "state_id", assignees: "assignee_ids", labels: "label_ids", parent: "parent_id" };
const FROM_DOOR: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TO_DOOR).map(([field, doorName]) => [doorName, field]),
);

const inside = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [FROM_DOOR[name] ?? name, value]));

export class WebDoor {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Bodies use the web app's names (`state_id`, `assignee_ids`, ...). Returns the record as REST shows it. */
  createWorkItem(user: User, projectId: string, body: JsonObject): JsonObject {
    const project = known(this.#world.projects.get(projectId), "project");
    const values = readNewWorkItem(this.#world, project, inside(body));
    return createWorkItem(this.#view(user), project, user.id, inside(body), values);
  }

  updateWorkItem(user: User, itemId: string, body: JsonObject): JsonObject {
    return updateWorkItem(this.#view(user), this.#item(itemId), user.id, inside(body), TO_DOOR);
  }

  /** Sends nothing. Throws a 400 unless the item is completed or cancelled. */
  archive(itemId: string): void {
    const item = this.#item(itemId);
    const group = this.#world.states.get(item.state)?.group ?? "";
    if (!["completed", "cancelled"].includes(group)) {
      throw refused("Can only archive completed or cancelled state group issue");
    }
    item.archived_at = new Date(this.#world.clock.seconds() * 1000).toISOString().slice(0, 10);
  }

  /** Sends nothing. */
  unarchive(itemId: string): void {
    this.#item(itemId).archived_at = null;
  }

  deleteWorkItem(user: User, itemId: string): void {
    deleteWorkItem(this.#view(user), this.#item(itemId), user.id);
  }

  createComment(user: User, itemId: string, body: JsonObject): JsonObject {
    return createComment(this.#view(user), this.#item(itemId), user.id, body);
  }

  updateComment(user: User, commentId: string, body: JsonObject): JsonObject {
    const comment = known(this.#world.comments.get(commentId), "comment");
    if (body.comment_html !== undefined) comment.edited_at = this.#world.clock.stamp();
    return updateComment(this.#view(user), comment, user.id, body);
  }

  deleteComment(user: User, commentId: string): void {
    deleteComment(this.#view(user), known(this.#world.comments.get(commentId), "comment"), user.id);
  }

  #item(id: string): WorkItem {
    return known(this.#world.workItems.get(id), "work item");
  }

  #view(user: User): View {
    return { world: this.#world, zone: user.timezone };
  }
}

function known<Kind>(record: Kind | undefined, kind: string): Kind {
  if (record === undefined) throw new Error(`the sandbox has no such ${kind}`);
  return record;
}
