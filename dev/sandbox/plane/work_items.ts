/** Work items over REST; `/issues/` is the same under its old name. */
import { ApiError, created, missing, noContent, ok } from "./answers.ts";
import { type Call, inWorkspace, itemOf, projectOf, projectWriter, type Route, shown } from "./call.ts";
import { refuseTakenPair, refuseTakenPairOnUpdate, single } from "./external_ids.ts";
import type { WorkItem } from "./model.ts";
import { ordered, page } from "./paging.ts";
import { expanded, presentWorkItem } from "./present.ts";
import { createWorkItem, deleteWorkItem, readNewWorkItem, updateWorkItem } from "./work_item_write.ts";

const itemsOf = (call: Call) => call.world.ofProject(call.world.workItems, projectOf(call).id);

/**
 * Lists and GET leave out archived items, drafts, items nobody has triaged and all of an archived project; PATCH still
 * reaches them.
 */
export function isVisible({ world }: Call, item: WorkItem): boolean {
  return item.archived_at === null && !item.is_draft && world.states.get(item.state)?.group !== "triage" &&
    world.projects.get(item.project)?.archived_at === null;
}

const present = (call: Call, item: WorkItem) =>
  shown(call, expanded(call, call.query, presentWorkItem(call, item)));

function list(call: Call) {
  const { query } = call;
  const items = itemsOf(call).filter((item) => isVisible(call, item));
  if (query.get("external_id") && query.get("external_source")) {
    const matches = call.world.byExternalId(items, query.get("external_id"), query.get("external_source"));
    const match = single(matches);
    if (match === undefined) throw missing();
    return ok(present(call, match));
  }
  // Every other filter is ignored, as in the community edition.
  const rows = ordered(items, query, (item) => presentWorkItem(call, item));
  return page(rows, query, (item) => present(call, item));
}

async function create(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const body = call.body();
  const values = readNewWorkItem(world, project, body);
  refuseTakenPair(world, body, itemsOf(call), "Issue");
  // The database has no unique index: whoever passed the check in the meantime is stored as well.
  await world.faults.betweenCheckAndInsert();
  return created(createWorkItem(call, project, user.id, body, values));
}

function get(call: Call) {
  const item = itemOf(call);
  if (!isVisible(call, item)) throw missing();
  return ok(present(call, item));
}

function update(call: Call) {
  const item = itemOf(call);
  const body = call.body();
  refuseTakenPairOnUpdate(call.world, body, item, itemsOf(call), "Issue");
  return ok(updateWorkItem(call, item, call.user.id, body));
}

function remove(call: Call) {
  const item = itemOf(call);
  const isAdmin = call.world.projectRole(projectOf(call), call.user.id) >= 20;
  if (!isAdmin && item.created_by !== call.user.id) {
    throw new ApiError(403, { error: "Only admin or creator can delete the work item" });
  }
  deleteWorkItem(call, item, call.user.id);
  return noContent;
}

function byIdentifier(call: Call) {
  const match = /^(.+)-(\d+)$/.exec(call.params.identifier ?? "");
  const item = [...call.world.workItems.values()].find((candidate) =>
    candidate.sequence_id === Number(match?.[2]) &&
    call.world.projects.get(candidate.project)?.identifier === match?.[1] && isVisible(call, candidate)
  );
  if (item === undefined) throw missing();
  return ok(present(call, item));
}

function search(call: Call) {
  const text = (call.query.get("search") ?? "").toLowerCase();
  const limit = Number(call.query.get("limit") ?? 10);
  const matches = [...call.world.workItems.values()].flatMap((item) => {
    const project = call.world.projects.get(item.project);
    if (project === undefined || !isVisible(call, item)) return [];
    const asked = call.query.get("project_id");
    if (asked !== null && call.query.get("workspace_search") !== "true" && asked !== project.id) return [];
    const haystack = [item.name, String(item.sequence_id), `${project.identifier}-${item.sequence_id}`];
    if (text === "" || !haystack.some((value) => value.toLowerCase().includes(text))) return [];
    return [{
      name: item.name,
      id: item.id,
      sequence_id: item.sequence_id,
      project__identifier: project.identifier,
      project_id: project.id,
      workspace__slug: call.world.slug,
    }];
  });
  return ok({ issues: matches.slice(0, limit) });
}

export const workItemRoutes: Route[] = ["work-items", "issues"].flatMap((collection) => [
  {
    path: `workspaces/:slug/projects/:project/${collection}`,
    allowed: projectWriter,
    methods: { GET: list, POST: create },
  },
  {
    path: `workspaces/:slug/projects/:project/${collection}/:item`,
    allowed: projectWriter,
    methods: { GET: get, PATCH: update, DELETE: remove },
  },
  { path: `workspaces/:slug/${collection}/search`, allowed: inWorkspace, methods: { GET: search } },
  {
    path: `workspaces/:slug/${collection}/:identifier`,
    allowed: inWorkspace,
    methods: { GET: byIdentifier },
  },
]);
