/** The intake: work items in the hidden triage state until somebody accepts them. It sends no webhook at all. */
import { created, found, invalid, noContent, ok } from "./answers.ts";
import { asObject, type Call, projectMember, projectOf, recordOf, type Route } from "./call.ts";
import { integer, readFields } from "./fields.ts";
import type { IntakeItem, Project } from "./model.ts";
import { page } from "./paging.ts";
import { authors, stamps } from "./present.ts";
import type { JsonObject } from "./python_json.ts";
import { addState, statesOf } from "./states.ts";
import { workItemData } from "./webhook_data.ts";
import { readNewWorkItem, readWorkItemChanges, storeWorkItem } from "./work_item_write.ts";
import type { World } from "./world.ts";

const ACCEPTED = 1;
const PENDING = -2;

function triageState(world: World, project: Project, userId: string): string {
  const existing = [...world.states.values()].find((state) =>
    state.project === project.id && state.group === "triage"
  );
  const values = { name: "Triage", color: "#4E5355", group: "triage", sequence: 65000 } as const;
  return (existing ?? addState(world, project, userId, values)).id;
}

function present(call: Call, intake: IntakeItem): JsonObject {
  const item = call.world.workItems.get(intake.issue);
  return {
    id: intake.id,
    issue_detail: item === undefined ? null : workItemData(call, item),
    inbox: intake.project,
    ...stamps(call, intake),
    status: intake.status,
    snoozed_till: null,
    source: "IN_APP",
    source_email: null,
    external_source: null,
    external_id: null,
    extra: {},
    ...authors(intake),
    project: intake.project,
    workspace: call.world.workspaceId,
    intake: intake.project,
    issue: intake.issue,
    duplicate_to: null,
  };
}

const intakeOf = (call: Call): IntakeItem => {
  const item = recordOf(call, call.world.workItems, "item");
  const intake = [...call.world.intakeItems.values()].find((candidate) => candidate.issue === item.id);
  return found(intake);
};

function create(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  if (!project.flags.intake_view) {
    throw invalid("Intake is not enabled for this project enable it through the project's api");
  }
  const body = asObject(call.body().issue ?? {});
  const values = { ...readNewWorkItem(world, project, body), state: triageState(world, project, user.id) };
  const item = storeWorkItem(world, project, user.id, values);
  const intake: IntakeItem = {
    ...world.newStored(user.id),
    project: project.id,
    issue: item.id,
    status: PENDING,
  };
  world.intakeItems.set(intake.id, intake);
  return created(present(call, intake));
}

/** Addressed by the id of the work item. Accepting moves it to the default state. */
function update(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const intake = intakeOf(call);
  const item = recordOf(call, world.workItems, "item");
  const body = call.body();
  if (body.issue !== undefined) {
    Object.assign(item, readWorkItemChanges(world, project, asObject(body.issue), item));
  }
  const { status } = readFields(body, { status: integer }, []);
  if (status !== undefined) intake.status = status;
  if (status === ACCEPTED) {
    item.state = statesOf(world, project).find((state) => state.default)?.id ?? item.state;
  }
  world.touch(item, user.id);
  world.touch(intake, user.id);
  return ok(present(call, intake));
}

/** The work item goes too, unless it was accepted. */
function remove(call: Call) {
  const { world } = call;
  const intake = intakeOf(call);
  world.intakeItems.delete(intake.id);
  if (intake.status !== ACCEPTED) world.workItems.delete(intake.issue);
  return noContent;
}

export const intakeRoutes: Route[] = [
  {
    path: "workspaces/:slug/projects/:project/intake-issues",
    allowed: projectMember,
    methods: {
      GET: (call) =>
        page(
          call.world.ofProject(call.world.intakeItems, projectOf(call).id),
          call.query,
          (intake) => present(call, intake),
        ),
      POST: create,
    },
  },
  {
    path: "workspaces/:slug/projects/:project/intake-issues/:item",
    allowed: projectMember,
    methods: { GET: (call) => ok(present(call, intakeOf(call))), PATCH: update, DELETE: remove },
  },
];
