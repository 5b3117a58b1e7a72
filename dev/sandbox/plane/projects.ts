/** Projects: create with the default states, update, archive, delete. */
import { ApiError, created, invalid, missing, noContent, ok, refused } from "./answers.ts";
import {
  type Call,
  inWorkspace,
  projectAdmin,
  projectMember,
  projectOf,
  type Route,
  shown,
  workspaceWriter,
} from "./call.ts";
import { changesBetween } from "./changes.ts";
import { externalReaders } from "./external_ids.ts";
import { boolean, choice, integer, orNull, readFields, reference, text } from "./fields.ts";
import { type Project, PROJECT_FLAGS, type ProjectFlag } from "./model.ts";
import { ordered, page } from "./paging.ts";
import { presentProject, type View } from "./present.ts";
import { Float, type JsonObject } from "./python_json.ts";
import { addDefaultStates } from "./states.ts";
import { newestFirst, type World } from "./world.ts";

const readers = (world: World) => ({
  name: text({ max: 255 }),
  identifier: text({ max: 12 }),
  description: text({ blank: true }),
  network: integer,
  timezone: choice(Intl.supportedValuesOf("timeZone").concat("UTC")),
  default_assignee: orNull(reference(world.users)),
  project_lead: orNull(reference(world.users)),
  ...externalReaders,
});

function flagsIn(body: JsonObject): Partial<Record<ProjectFlag, boolean>> {
  return readFields(body, Object.fromEntries(PROJECT_FLAGS.map((flag) => [flag, boolean])), []);
}

/** A project as one of its members sees it; lists add `sort_order`. */
function present(call: Call, project: Project, inList = false): JsonObject {
  const { world, user } = call;
  const count = (records: Map<string, { project: string }>) =>
    [...records.values()].filter((record) => record.project === project.id).length;
  const role = world.projectRole(project, user.id);
  return {
    id: project.id,
    // A bot is no person: it is not counted.
    total_members: project.members.filter((member) => !world.users.get(member.userId)?.is_bot).length,
    total_cycles: count(world.cycles),
    total_modules: count(world.modules),
    is_member: role > 0,
    ...(inList ? { sort_order: new Float(65535) } : {}),
    member_role: role > 0 ? role : null,
    is_deployed: false,
    ...presentProject(call, project),
  };
}

/** What a webhook shows of a project. */
export const presentProjectInWebhook = (view: View, project: Project): JsonObject => ({
  id: project.id,
  ...presentProject(view, project),
});

/** Plane's own list; neither a name nor an identifier may have one of them. */
const SPECIAL = /[&+,:;$^}{*=?@#|'<>.()%!-]/;

function refuseSpecial(values: { name?: string; identifier?: string }): void {
  for (const field of ["name", "identifier"] as const) {
    if (!SPECIAL.test(values[field] ?? "")) continue;
    throw invalid(`Project ${field} cannot contain special characters.`);
  }
}

function refuseTakenName(
  world: World,
  name: string | undefined,
  identifier: string | undefined,
  except?: Project,
): void {
  const others = [...world.projects.values()].filter((project) => project !== except);
  if (others.some((project) => project.name === name || project.identifier === identifier?.toUpperCase())) {
    throw new ApiError(409, { name: "The project name is already taken" });
  }
}

function create(call: Call) {
  const { world, user } = call;
  const body = call.body();
  const values = readFields(body, readers(world), ["name", "identifier"]);
  const flags = flagsIn(body);
  refuseSpecial(values);
  refuseTakenName(world, values.name, values.identifier);
  const project: Project = {
    ...world.newStored(user.id),
    name: values.name ?? "",
    identifier: (values.identifier ?? "").toUpperCase(),
    description: values.description ?? "",
    network: values.network ?? 2,
    timezone: values.timezone ?? "UTC",
    archived_at: null,
    default_assignee: values.default_assignee ?? null,
    project_lead: values.project_lead ?? null,
    external_id: values.external_id ?? null,
    external_source: values.external_source ?? null,
    flags: {
      module_view: false,
      cycle_view: false,
      issue_views_view: false,
      page_view: true,
      intake_view: false,
      is_time_tracking_enabled: false,
      is_issue_type_enabled: false,
      guest_view_all_features: false,
      ...flags,
    },
    members: [{ id: world.newId(), userId: user.id, role: 20 }],
    nextSequence: 1,
  };
  world.projects.set(project.id, project);
  addDefaultStates(world, project, user.id);
  const { id } = project;
  world.announce({
    entity: "project",
    action: "created",
    id,
    actorId: user.id,
    changes: [],
    inVersionOne: true,
  });
  return created(present(call, project));
}

function update(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const body = call.body();
  if (project.archived_at !== null) throw refused("Archived project cannot be updated");
  const before = presentProject(call, project);
  const values = readFields(body, readers(world), []);
  const flags = flagsIn(body);
  refuseSpecial(values);
  refuseTakenName(world, values.name, values.identifier, project);
  Object.assign(project, values, values.identifier ? { identifier: values.identifier.toUpperCase() } : {});
  Object.assign(project.flags, flags);
  world.touch(project, user.id);
  const changes = changesBetween(before, body);
  const { id } = project;
  world.announce({ entity: "project", action: "updated", id, actorId: user.id, changes, inVersionOne: true });
  return ok(present(call, project));
}

function remove(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const before = presentProject(call, project);
  const held = [world.states, world.labels, world.workItems, world.comments, world.cycles, world.modules];
  for (const records of held) {
    for (const record of records.values()) if (record.project === project.id) records.delete(record.id);
  }
  world.projects.delete(project.id);
  const { id } = project;
  world.announce({
    entity: "project",
    action: "deleted",
    id,
    actorId: user.id,
    changes: [],
    before,
    inVersionOne: true,
  });
  return noContent;
}

/** Secret ones are seen by their members only. */
function isSeen({ world, user }: Call, project: Project): boolean {
  return project.network === 2 || world.projectRole(project, user.id) > 0;
}

/** One that is not there, or is not seen, is 404; what would be in it is 403. */
function read(call: Call) {
  const project = call.world.projects.get(call.params.project ?? "");
  if (project === undefined || !isSeen(call, project)) throw missing();
  return ok(shown(call, present(call, project)));
}

function setArchived(call: Call, archived: boolean) {
  // No webhook: archiving a project says nothing.
  const project = projectOf(call);
  project.archived_at = archived ? call.world.clock.stamp() : null;
  return noContent;
}

/** Archived projects are among them, and can still be read; what is in them cannot. */
function list(call: Call) {
  const visible = [...call.world.projects.values()].filter((project) => isSeen(call, project));
  const rows = ordered(visible.sort(newestFirst), call.query, (project) => present(call, project, true));
  return page(rows, call.query, (project) => shown(call, present(call, project, true)));
}

const summary = (call: Call) => ok({ ...present(call, projectOf(call)) });

export const projectRoutes: Route[] = [
  { path: "workspaces/:slug/projects", allowed: workspaceWriter, methods: { GET: list, POST: create } },
  {
    path: "workspaces/:slug/projects/:project",
    allowed: (call) => projectAdmin(call) || (call.method === "GET" && inWorkspace(call)),
    methods: { GET: read, PATCH: update, DELETE: remove },
  },
  {
    path: "workspaces/:slug/projects/:project/archive",
    allowed: projectAdmin,
    methods: { POST: (call) => setArchived(call, true), DELETE: (call) => setArchived(call, false) },
  },
  { path: "workspaces/:slug/projects/:project/summary", allowed: projectMember, methods: { GET: summary } },
];
