/** Creating, updating and deleting work items: one model for the REST door and the web app's door. */
import type { FieldChange } from "./announcement.ts";
import { invalid } from "./answers.ts";
import { recordActivity, recordFieldChange } from "./activities.ts";
import { changesBetween } from "./changes.ts";
import { parseStamp } from "./clock.ts";
import { externalReaders } from "./external_ids.ts";
import {
  boolean,
  choice,
  date,
  FieldError,
  integer,
  listOf,
  number,
  orNull,
  type Reader,
  readFields,
  reference,
  text,
} from "./fields.ts";
import { storedHtml } from "./html.ts";
import { PRIORITIES, type Project, type WorkItem } from "./model.ts";
import { presentWorkItem, type View } from "./present.ts";
import { isJsonObject, type JsonObject } from "./python_json.ts";
import { statesOf } from "./states.ts";
import type { World } from "./world.ts";

const timestamp: Reader<number> = (value) => {
  const read = typeof value === "string" ? parseStamp(value) : undefined;
  if (read !== undefined) return read;
  throw new FieldError([
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
  ]);
};

/** The editor's own form of a description, kept as it comes. */
const anyObject: Reader<JsonObject> = (value) => {
  if (isJsonObject(value)) return value;
  throw new FieldError(["Value must be valid JSON."]);
};

const readers = (world: World) => ({
  name: text({ max: 255 }),
  description_html: text({ blank: true, keepSpace: true }),
  description_json: anyObject,
  priority: choice(PRIORITIES),
  state: orNull(reference(world.states)),
  parent: orNull(reference(world.workItems)),
  assignees: listOf(reference(world.users)),
  labels: listOf(reference(world.labels)),
  start_date: orNull(date),
  target_date: orNull(date),
  completed_at: orNull(timestamp),
  archived_at: orNull(date),
  sequence_id: integer,
  sort_order: number,
  point: orNull(integer),
  is_draft: boolean,
  ...externalReaders,
});

/**
 * The values of a request as they will be stored. Throws 400 as Plane does. Unknown ids are refused, but people who
 * cannot be assigned and labels of another project are dropped without a word.
 */
function readValues(world: World, project: Project, body: JsonObject, item: WorkItem | undefined) {
  const values = readFields(body, readers(world), item === undefined ? ["name"] : []);
  // Only what is sent together is compared: a start after the end that is stored is taken.
  const { start_date: start, target_date: target } = values;
  if (start && target && start > target) {
    throw invalid("Start date cannot exceed target date");
  }
  if (values.description_html !== undefined) {
    const stored = storedHtml(values.description_html);
    if (stored === undefined) throw invalid("Invalid HTML passed");
    values.description_html = stored;
  }
  if (values.state && world.states.get(values.state)?.project !== project.id) {
    throw invalid("State is not valid please pass a valid state_id");
  }
  if (values.parent && world.workItems.get(values.parent)?.project !== project.id) {
    throw invalid("Parent is not valid issue_id please pass a valid issue_id");
  }
  if (values.assignees) values.assignees = world.assignable(project, values.assignees);
  if (values.labels) {
    values.labels = values.labels.filter((id) => world.labels.get(id)?.project === project.id);
  }
  return values;
}

export type WorkItemValues = ReturnType<typeof readValues>;

export const readNewWorkItem = (world: World, project: Project, body: JsonObject): WorkItemValues =>
  readValues(world, project, body, undefined);

export const readWorkItemChanges = (
  world: World,
  project: Project,
  body: JsonObject,
  item: WorkItem,
): WorkItemValues => readValues(world, project, body, item);

/** Stores a new item and tells nobody. */
export function storeWorkItem(
  world: World,
  project: Project,
  actorId: string,
  values: WorkItemValues,
): WorkItem {
  const state = values.state ?? statesOf(world, project).find((candidate) => candidate.default)?.id ??
    statesOf(world, project)[0]?.id ?? "";
  const siblings = [...world.workItems.values()].filter((other) =>
    other.project === project.id && other.state === state
  );
  const assignees = values.assignees?.length
    ? values.assignees
    : world.assignable(project, [project.default_assignee ?? ""]);
  const item: WorkItem = {
    ...world.newStored(actorId),
    project: project.id,
    name: values.name ?? "",
    description_html: values.description_html ?? "<p></p>",
    description_json: values.description_json ?? {},
    priority: values.priority ?? "none",
    state,
    parent: values.parent ?? null,
    assignees,
    labels: values.labels ?? [],
    start_date: values.start_date ?? null,
    target_date: values.target_date ?? null,
    completed_at: null,
    archived_at: values.archived_at ?? null,
    sequence_id: project.nextSequence,
    sort_order: values.sort_order ?? backOrder(siblings),
    point: values.point ?? null,
    is_draft: values.is_draft ?? false,
    external_id: values.external_id ?? null,
    external_source: values.external_source ?? null,
  };
  project.nextSequence += 1;
  settleCompletion(world, item);
  world.workItems.set(item.id, item);
  return item;
}

/** Stores and announces a new item, which gets its final `created_at` a moment after the answer was made. */
export function createWorkItem(
  view: View,
  project: Project,
  actorId: string,
  body: JsonObject,
  values: WorkItemValues,
): JsonObject {
  const { world } = view;
  const item = storeWorkItem(world, project, actorId, values);
  const answer = presentWorkItem(view, item);
  item.created_at = parseStamp(String(body.created_at ?? "")) ?? world.clock.stamp();
  if (world.users.has(String(body.created_by))) item.created_by = String(body.created_by);
  recordActivity(world, item, actorId, { verb: "created", field: null, comment: "created the issue" });
  announce(world, item, actorId, "created", []);
  return answer;
}

/**
 * Applies a PATCH and announces one change per field that differs from what the requester was shown.
 * `names` renames fields for the web app's door (`state` is `state_id` there).
 */
export function updateWorkItem(
  view: View,
  item: WorkItem,
  actorId: string,
  body: JsonObject,
  names: Readonly<Record<string, string>> = {},
) {
  const { world } = view;
  const project = world.projects.get(item.project);
  if (project === undefined) throw new Error("a work item without its project");
  const before = presentWorkItem(view, item);
  const values = readValues(world, project, body, item);
  const stateBefore = item.state;
  const changes = changesBetween(before, body);
  Object.assign(item, values);
  if (item.state !== stateBefore) settleCompletion(world, item);
  world.touch(item, actorId);
  for (const change of changes) {
    recordFieldChange(world, item, actorId, change.field, change.old, change.new);
  }
  announce(
    world,
    item,
    actorId,
    "updated",
    changes.map((change) => ({ ...change, field: names[change.field] ?? change.field })),
  );
  return presentWorkItem(view, item);
}

/** Deletes an item and its children. The community edition tells nobody. */
export function deleteWorkItem(view: View, item: WorkItem, actorId: string): void {
  const { world } = view;
  const children = [...world.workItems.values()].filter((other) =>
    other.parent === item.id && other.id !== item.id
  );
  world.workItems.delete(item.id);
  // What hangs on it goes with it, and tells of nothing.
  for (const { id, issue } of world.comments.values()) if (issue === item.id) world.comments.delete(id);
  for (const child of children) deleteWorkItem(view, child, actorId);
  const before = presentWorkItem(view, item);
  world.announce({
    entity: "issue",
    action: "deleted",
    id: item.id,
    actorId,
    changes: [],
    before,
    inVersionOne: false,
  });
}

/** New items go to the end of their state. */
function backOrder(siblings: readonly WorkItem[]): number {
  return siblings.length === 0 ? 65535 : Math.max(...siblings.map((item) => item.sort_order)) + 10000;
}

/** A change of state into the completed group sets the time, out of it clears the time. */
function settleCompletion(world: World, item: WorkItem): void {
  const completed = world.states.get(item.state)?.group === "completed";
  item.completed_at = completed ? world.clock.stamp() : null;
}

function announce(
  world: World,
  item: WorkItem,
  actorId: string,
  action: "created" | "updated",
  changes: FieldChange[],
): void {
  world.announce({ entity: "issue", action, id: item.id, actorId, changes, inVersionOne: true });
}
