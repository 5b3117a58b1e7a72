/** States: the five defaults of a project, and the endpoints. Creating one answers 200, not 201. */
import { noContent, ok, refused, taken } from "./answers.ts";
import { type Call, listedOf, projectOf, projectWriter, recordOf, type Route, shown } from "./call.ts";
import { externalReaders, refuseTakenPair, refuseTakenPairOnUpdate } from "./external_ids.ts";
import { boolean, choice, number, readFields, text } from "./fields.ts";
import type { Project, State, StateGroup } from "./model.ts";
import { page } from "./paging.ts";
import { presentState } from "./present.ts";
import type { World } from "./world.ts";

const DEFAULTS: readonly (readonly [string, string, StateGroup])[] = [
  ["Backlog", "#60646C", "backlog"],
  ["Todo", "#60646C", "unstarted"],
  ["In Progress", "#F59E0B", "started"],
  ["Done", "#46A758", "completed"],
  ["Cancelled", "#9AA4BC", "cancelled"],
];

export function addDefaultStates(world: World, project: Project, userId: string): void {
  DEFAULTS.forEach(([name, color, group], index) => {
    addState(world, project, userId, {
      name,
      color,
      group,
      sequence: 15000 + index * 10000,
      default: index === 0,
    });
  });
}

export function addState(world: World, project: Project, userId: string, values: Partial<State>): State {
  const state: State = {
    ...world.newStored(userId),
    project: project.id,
    name: "",
    description: "",
    color: "",
    slug: "",
    sequence: 15000,
    group: "backlog",
    default: false,
    external_id: null,
    external_source: null,
    ...values,
  };
  world.states.set(state.id, state);
  return state;
}

/** The states of a project in their order, without the hidden triage state. */
export function statesOf(world: World, project: Project): State[] {
  return [...world.states.values()].filter((state) =>
    state.project === project.id && state.group !== "triage"
  )
    .sort((left, right) => left.sequence - right.sequence);
}

const readers = {
  name: text({ max: 255 }),
  description: text({ blank: true }),
  color: text({ max: 255 }),
  sequence: number,
  group: choice(["backlog", "unstarted", "started", "completed", "cancelled", "triage"]) as (
    value: Parameters<ReturnType<typeof choice>>[0],
  ) => StateGroup,
  default: boolean,
  ...externalReaders,
};

const slugOf = (name: string) =>
  name.normalize("NFKD").replace(/[^\w\s-]/g, "").replace(/[^\u0020-\u007e]/g, "").trim().toLowerCase()
    .replace(/[-\s]+/g, "-");

function create(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const body = call.body();
  const states = statesOf(world, project);
  const values = readFields(body, readers, ["name", "color"]);
  refuseTakenPair(world, body, states, "State");
  const sameName = states.find((state) => state.name === values.name);
  if (sameName) throw taken("State with the same name already exists in the project", sameName.id);
  const highest = Math.max(0, ...states.map((state) => state.sequence));
  const sequence = values.sequence ?? highest + 15000;
  const state = addState(world, project, user.id, { ...values, sequence, slug: slugOf(values.name ?? "") });
  return ok(presentState(call, state));
}

function update(call: Call) {
  const { world, user } = call;
  const state = recordOf(call, world.states, "state");
  const body = call.body();
  refuseTakenPairOnUpdate(world, body, state, statesOf(world, projectOf(call)), "State");
  Object.assign(state, readFields(body, readers, []));
  state.slug = slugOf(state.name);
  world.touch(state, user.id);
  return ok(presentState(call, state));
}

function remove(call: Call) {
  const { world } = call;
  const state = recordOf(call, world.states, "state");
  if (state.default) throw refused("Default state cannot be deleted");
  const used = [...world.workItems.values()].some((item) => item.state === state.id);
  if (used) throw refused("The state is not empty, only empty states can be deleted");
  world.states.delete(state.id);
  return noContent;
}

export const stateRoutes: Route[] = [
  {
    path: "workspaces/:slug/projects/:project/states",
    allowed: projectWriter,
    methods: {
      GET: (call) =>
        page(
          listedOf(call, statesOf(call.world, projectOf(call))),
          call.query,
          (state) => shown(call, presentState(call, state)),
        ),
      POST: create,
    },
  },
  {
    path: "workspaces/:slug/projects/:project/states/:state",
    allowed: projectWriter,
    methods: {
      GET: (call) => ok(shown(call, presentState(call, recordOf(call, call.world.states, "state")))),
      PATCH: update,
      DELETE: remove,
    },
  },
];
