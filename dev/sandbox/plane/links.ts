/** Links and relations of work items. Neither sends a webhook; a new link moves the item's `updated_at`. */
import { recordActivity } from "./activities.ts";
import { created, noContent, ok, refused } from "./answers.ts";
import { type Call, itemOf, projectWriter, recordOf, type Route } from "./call.ts";
import { choice, FieldError, listOf, orNull, readFields, reference, text } from "./fields.ts";
import type { Link, Relation } from "./model.ts";
import { page } from "./paging.ts";
import { authors, stamps } from "./present.ts";
import type { Json, JsonObject } from "./python_json.ts";

const linkReaders = { url: webAddress, title: orNull(text({ max: 255, blank: true })) };
const linkOf = (call: Call) => recordOf(call, call.world.links, "link");

function webAddress(value: Json): string {
  const address = text()(value);
  if (!URL.canParse(address)) throw new FieldError(["Invalid URL format."]);
  if (!/^https?:\/\//.test(address)) throw new FieldError(["Invalid URL scheme."]);
  return address;
}

/** One link per address and work item. */
function refuseSecondLink(call: Call, issue: string, url: string, except?: Link): void {
  const others = [...call.world.links.values()].filter((link) => link !== except && link.issue === issue);
  if (others.some((link) => link.url === url)) throw refused("URL already exists for this Issue");
}

function presentLink(call: Call, link: Link): JsonObject {
  const { id, title, url, metadata, project, issue } = link;
  const { workspaceId: workspace } = call.world;
  return { id, ...stamps(call, link), title, url, metadata, ...authors(link), project, workspace, issue };
}

function createLink(call: Call) {
  const { world, user } = call;
  const item = itemOf(call);
  const { url = "", title = null } = readFields(call.body(), linkReaders, ["url"]);
  refuseSecondLink(call, item.id, url);
  const stored = { ...world.newStored(user.id), updated_by: user.id };
  const link: Link = { ...stored, project: item.project, issue: item.id, url, title, metadata: {} };
  world.links.set(link.id, link);
  recordActivity(world, item, user.id, {
    verb: "created",
    field: "link",
    new: url,
    comment: "created a link",
  });
  item.updated_at = world.clock.stamp();
  const answer = presentLink(call, link);
  // A background task looks the page up and saves the link without its author. The sandbox never finds anything.
  link.metadata = { url, title: null, favicon: "data:image/svg+xml;base64,PHN2Zy8+", favicon_url: null };
  link.created_by = null;
  return created(answer);
}

function updateLink(call: Call) {
  const link = linkOf(call);
  const values = readFields(call.body(), linkReaders, []);
  if (values.url !== undefined) refuseSecondLink(call, link.issue, values.url, link);
  Object.assign(link, values);
  recordActivity(call.world, itemOf(call), call.user.id, {
    verb: "updated",
    field: "link",
    new: link.url,
    comment: "updated a link",
  });
  call.world.touch(link, call.user.id);
  return ok(presentLink(call, link));
}

function removeLink(call: Call) {
  const link = linkOf(call);
  call.world.links.delete(link.id);
  recordActivity(call.world, itemOf(call), call.user.id, {
    verb: "deleted",
    field: "link",
    old: link.url,
    comment: "deleted the link",
  });
  return noContent;
}

/** Each kind is stored once, from the side in the first column, and shown from both. */
const MIRRORED: Readonly<Record<string, string>> = {
  blocking: "blocked_by",
  start_before: "start_after",
  finish_before: "finish_after",
};
const SYMMETRIC = new Set(["duplicate", "relates_to"]);
const KINDS = [
  "blocking",
  "blocked_by",
  "duplicate",
  "relates_to",
  "start_after",
  "start_before",
  "finish_after",
  "finish_before",
];

function createRelations(call: Call) {
  const { world, user } = call;
  const item = itemOf(call);
  const readers = { relation_type: choice(KINDS), issues: listOf(reference(world.workItems)) };
  const { relation_type = "", issues = [] } = readFields(call.body(), readers, ["relation_type", "issues"]);
  const type = MIRRORED[relation_type] ?? relation_type;
  const answers = issues.flatMap((id) => world.workItems.get(id) ?? []).map((other): JsonObject => {
    const [from, to] = type === relation_type ? [item.id, other.id] : [other.id, item.id];
    const stored = { ...world.newStored(user.id), updated_by: user.id };
    const relation: Relation = { ...stored, project: item.project, from, to, type };
    world.relations.set(relation.id, relation);
    recordActivity(world, item, user.id, {
      verb: "updated",
      field: type,
      new: other.id,
      comment: `added ${type} relation`,
    });
    const { created_at, updated_at } = stamps(call, relation);
    return {
      id: other.id,
      project_id: other.project,
      sequence_id: other.sequence_id,
      relation_type: type,
      name: other.name,
      state_id: other.state,
      priority: other.priority,
      created_by: user.id,
      created_at,
      updated_by: user.id,
      updated_at,
    };
  });
  return created(answers);
}

function listRelations(call: Call) {
  const item = itemOf(call);
  const seen = (kind: string): string[] =>
    [...call.world.relations.values()].flatMap((relation) => {
      const forwards = relation.type === kind && relation.from === item.id;
      const backwards = (MIRRORED[kind] ?? (SYMMETRIC.has(kind) ? kind : "")) === relation.type &&
        relation.to === item.id;
      return forwards ? [relation.to] : backwards ? [relation.from] : [];
    });
  return ok(Object.fromEntries(KINDS.map((kind) => [
    kind,
    seen(kind).map((issue_id) => ({
      project_id: call.world.workItems.get(issue_id)?.project ?? null,
      issue_id,
    })),
  ])));
}

export const linkRoutes: Route[] = ["work-items", "issues"].flatMap((collection) => [
  {
    path: `workspaces/:slug/projects/:project/${collection}/:item/links`,
    allowed: projectWriter,
    methods: {
      GET: (call: Call) =>
        page(
          [...call.world.links.values()].filter((link) => link.issue === itemOf(call).id),
          call.query,
          (link) => presentLink(call, link),
        ),
      POST: createLink,
    },
  },
  {
    path: `workspaces/:slug/projects/:project/${collection}/:item/links/:link`,
    allowed: projectWriter,
    methods: {
      GET: (call: Call) => ok(presentLink(call, linkOf(call))),
      PATCH: updateLink,
      DELETE: removeLink,
    },
  },
]);

/** Only under the new name of the collection, and without a way to delete. */
export const relationRoutes: Route[] = [{
  path: "workspaces/:slug/projects/:project/work-items/:item/relations",
  allowed: projectWriter,
  methods: { GET: listRelations, POST: createRelations },
}];
