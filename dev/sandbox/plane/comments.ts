/** Comments. Their HTML is stored as sent; creating, editing or deleting one moves the item's `updated_at`. */
import { created, noContent, ok } from "./answers.ts";
import { type Call, commentOf, itemOf, projectMember, projectOf, type Route, shown } from "./call.ts";
import { changesBetween } from "./changes.ts";
import { parseStamp } from "./clock.ts";
import { externalReaders, refuseTakenPair, refuseTakenPairOnUpdate } from "./external_ids.ts";
import { choice, readFields, text } from "./fields.ts";
import type { Comment, WorkItem } from "./model.ts";
import { ordered, page } from "./paging.ts";
import { presentComment, type View } from "./present.ts";
import type { JsonObject } from "./python_json.ts";

const readers = {
  comment_html: text({ blank: true, keepSpace: true }),
  access: choice(["INTERNAL", "EXTERNAL"]),
  ...externalReaders,
};

const commentsOf = (view: View, item: WorkItem) =>
  view.world.ofProject(view.world.comments, item.project).filter((comment) => comment.issue === item.id);

function announce(
  view: View,
  comment: Comment,
  actorId: string,
  action: "created" | "updated",
  changes: ReturnType<typeof changesBetween>,
) {
  view.world.announce({
    entity: "issue_comment",
    action,
    id: comment.id,
    actorId,
    changes,
    inVersionOne: true,
  });
}

/** Stores a comment. The answer claims what the stored record does not: `updated_by`, and the asked-for actor. */
export function createComment(view: View, item: WorkItem, actorId: string, body: JsonObject): JsonObject {
  const { world } = view;
  const values = readFields(body, readers, []);
  refuseTakenPair(world, body, commentsOf(view, item), "Work item comment");
  const updated_at = world.clock.stamp();
  const comment: Comment = {
    ...world.newStored(actorId),
    updated_at,
    project: item.project,
    issue: item.id,
    actor: actorId,
    description: world.newId(),
    comment_html: values.comment_html ?? "<p></p>",
    access: values.access ?? "INTERNAL",
    edited_at: null,
    external_id: values.external_id ?? null,
    external_source: values.external_source ?? null,
  };
  comment.created_at = parseStamp(String(body.created_at ?? "")) ?? comment.created_at;
  if (world.users.has(String(body.created_by))) comment.created_by = String(body.created_by);
  world.comments.set(comment.id, comment);
  item.updated_at = world.clock.stamp();
  announce(view, comment, actorId, "created", []);
  return { ...presentComment(view, comment), updated_by: actorId, actor: comment.created_by };
}

export function updateComment(view: View, comment: Comment, actorId: string, body: JsonObject): JsonObject {
  const { world } = view;
  const before = presentComment(view, comment);
  const siblings = [...world.comments.values()].filter((other) => other.project === comment.project);
  refuseTakenPairOnUpdate(world, body, comment, siblings, "Work item comment");
  Object.assign(comment, readFields(body, readers, []));
  world.touch(comment, actorId);
  const item = world.workItems.get(comment.issue);
  if (item) item.updated_at = world.clock.stamp();
  announce(view, comment, actorId, "updated", changesBetween(before, body));
  return presentComment(view, comment);
}

/** No webhook in the community edition. */
export function deleteComment(view: View, comment: Comment, actorId: string): void {
  const { world } = view;
  world.comments.delete(comment.id);
  const item = world.workItems.get(comment.issue);
  if (item) item.updated_at = world.clock.stamp();
  const before = presentComment(view, comment);
  world.announce({
    entity: "issue_comment",
    action: "deleted",
    id: comment.id,
    actorId,
    changes: [],
    before,
    inVersionOne: false,
  });
}

/** Lists and GET say whether the reader is a member, right after the id. */
function present(call: Call, comment: Comment): JsonObject {
  return shown(call, { id: comment.id, is_member: true, ...presentComment(call, comment) });
}

/** Of a work item that is gone, or of an archived project: none, as if nobody had said anything. */
function list(call: Call) {
  const { world, params } = call;
  const item = world.workItems.get(params.item ?? "");
  const rows = ordered(
    item === undefined || projectOf(call).archived_at !== null ? [] : commentsOf(call, item),
    call.query,
    (comment) => presentComment(call, comment),
  );
  return page(rows, call.query, (comment) => present(call, comment));
}

function remove(call: Call) {
  deleteComment(call, commentOf(call), call.user.id);
  return noContent;
}

export const commentRoutes: Route[] = ["work-items", "issues"].flatMap((collection) => [
  {
    path: `workspaces/:slug/projects/:project/${collection}/:item/comments`,
    allowed: projectMember,
    methods: {
      GET: list,
      POST: (call) => created(createComment(call, itemOf(call), call.user.id, call.body())),
    },
  },
  {
    path: `workspaces/:slug/projects/:project/${collection}/:item/comments/:comment`,
    allowed: projectMember,
    methods: {
      GET: (call) => ok(present(call, commentOf(call))),
      PATCH: (call) => ok(updateComment(call, commentOf(call), call.user.id, call.body())),
      DELETE: remove,
    },
  },
]);
