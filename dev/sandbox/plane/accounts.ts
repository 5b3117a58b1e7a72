/** Users, memberships, and the endpoints that show them. */
import { ApiError, created, ok, refused } from "./answers.ts";
import { type Call, inWorkspace, projectAdmin, projectOf, type Route, shown, signedIn } from "./call.ts";
import { choice, readFields, reference } from "./fields.ts";
import type { Membership, Role } from "./model.ts";
import { presentUser } from "./present.ts";
import type { JsonObject } from "./python_json.ts";

function people(call: Call, members: readonly Membership[], withRole: boolean): JsonObject[] {
  // Newest membership first, and no envelope: the lists of people are bare arrays.
  return members.toReversed().flatMap((member) => {
    const user = call.world.users.get(member.userId);
    if (user === undefined) return [];
    return [withRole ? { ...presentUser(user), role: member.role } : presentUser(user)];
  });
}

function addMember(call: Call) {
  const { world } = call;
  const project = projectOf(call);
  const body = call.body();
  const values = readFields(body, {
    member: reference(world.users),
    role: (value) => Number(choice(["5", "15", "20"])(String(value))) as Role,
  }, ["member"]);
  const userId = values.member ?? "";
  if (world.role(userId) === 0) throw refused("User not found in workspace");
  if (world.projectRole(project, userId) > 0) {
    throw new ApiError(400, { error: "User is already a member of the project" });
  }
  const member: Membership = { id: world.newId(), userId, role: values.role ?? 5 };
  project.members.push(member);
  return created({ id: member.id, member: userId, role: member.role });
}

const projectMembers: Omit<Route, "path"> = {
  allowed: projectAdmin,
  methods: { GET: (call) => ok(people(call, projectOf(call).members, false)), POST: addMember },
};

export const accountRoutes: Route[] = [
  {
    path: "users/me",
    allowed: signedIn,
    methods: { GET: (call) => ok(shown(call, presentUser(call.user))) },
  },
  {
    path: "workspaces/:slug/members",
    allowed: inWorkspace,
    methods: { GET: (call) => ok(people(call, call.world.members, true)) },
  },
  { path: "workspaces/:slug/projects/:project/members", ...projectMembers },
  { path: "workspaces/:slug/projects/:project/project-members", ...projectMembers },
];
