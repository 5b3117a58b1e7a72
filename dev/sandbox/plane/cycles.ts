/** Cycles and what is in them. A plain date becomes the edge of that day in the project's time zone. */
import { created, invalid, noContent, ok, refused } from "./answers.ts";
import { type Call, projectOf, projectWriter, recordOf, type Route, shown } from "./call.ts";
import { changesBetween } from "./changes.ts";
import { instantIn, type Micros, parseStamp } from "./clock.ts";
import { externalReaders, refuseTakenPair, refuseTakenPairOnUpdate } from "./external_ids.ts";
import { date, FieldError, orNull, type Reader, readFields, text } from "./fields.ts";
import type { Cycle } from "./model.ts";
import { page } from "./paging.ts";
import { addToHolder, getHeld, listHeld, removeFromHolder } from "./placements.ts";
import { presentCycle } from "./present.ts";
import type { JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

/** `2026-11-22`: the day's first second or last minute in the zone; a full stamp is taken as it is. */
const edge = (zone: string, time: string): Reader<Micros> => (value) => {
  const stamp = typeof value === "string" && value.length > 10 ? parseStamp(value) : undefined;
  if (stamp !== undefined) return stamp;
  if (typeof value === "string" && value.length > 10) throw new FieldError(["Datetime has wrong format."]);
  return instantIn(zone, date(value), time);
};

const readers = (zone: string) => ({
  name: text({ max: 255 }),
  description: text({ blank: true }),
  start_date: orNull(edge(zone, "00:00:01")),
  end_date: orNull(edge(zone, "23:59:00")),
  ...externalReaders,
});

const cyclesOf = (call: Call) => call.world.ofProject(call.world.cycles, projectOf(call).id);
const cycleOf = (call: Call) => recordOf(call, call.world.cycles, "cycle");

/** New entries go to the front of the manual order. */
export function frontOrder(records: readonly { readonly sort_order: number }[]): number {
  return records.length === 0 ? 65535 : Math.min(...records.map((record) => record.sort_order)) - 10000;
}

function announce(
  world: World,
  cycle: Cycle,
  actorId: string,
  action: "created" | "updated",
  changes: ReturnType<typeof changesBetween>,
) {
  world.announce({ entity: "cycle", action, id: cycle.id, actorId, changes, inVersionOne: true });
}

function create(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const body = call.body();
  if ((body.start_date ?? null) === null !== ((body.end_date ?? null) === null)) {
    throw refused("Both start date and end date are either required or are to be null");
  }
  if (!project.flags.cycle_view) throw invalid("Cycles are not enabled for this project");
  const values = readFields(body, readers(project.timezone), ["name"]);
  refuseTakenPair(world, body, cyclesOf(call), "Cycle");
  const cycle: Cycle = {
    ...world.newStored(user.id),
    project: project.id,
    name: values.name ?? "",
    description: values.description ?? "",
    start_date: values.start_date ?? null,
    end_date: values.end_date ?? null,
    owned_by: user.id,
    sort_order: frontOrder(cyclesOf(call)),
    external_id: values.external_id ?? null,
    external_source: values.external_source ?? null,
  };
  world.cycles.set(cycle.id, cycle);
  announce(world, cycle, user.id, "created", []);
  return created(presentCycle(call, cycle));
}

function update(call: Call) {
  const { world, user } = call;
  const cycle = cycleOf(call);
  const body = call.body();
  const before = presentCycle(call, cycle);
  refuseTakenPairOnUpdate(world, body, cycle, cyclesOf(call), "Cycle");
  Object.assign(cycle, readFields(body, readers(projectOf(call).timezone), []));
  world.touch(cycle, user.id);
  announce(world, cycle, user.id, "updated", changesBetween(before, body));
  return ok(presentCycle(call, cycle));
}

function remove(call: Call) {
  const { world, user } = call;
  const cycle = cycleOf(call);
  const before = presentCycle(call, cycle);
  world.cycles.delete(cycle.id);
  for (const placement of world.cycleItems.values()) {
    if (placement.holder === cycle.id) world.cycleItems.delete(placement.id);
  }
  world.announce({
    entity: "cycle",
    action: "deleted",
    id: cycle.id,
    actorId: user.id,
    changes: [],
    before,
    inVersionOne: false,
  });
  return noContent;
}

/** A list or GET counts the items by the group of their state, right after the id. */
function presentWithCounts(call: Call, cycle: Cycle): JsonObject {
  const { world } = call;
  const groups = [...world.cycleItems.values()].filter((placement) => placement.holder === cycle.id).map((
    placement,
  ) => world.states.get(world.workItems.get(placement.issue)?.state ?? "")?.group);
  const count = (group: string) => groups.filter((candidate) => candidate === group).length;
  return shown(call, {
    id: cycle.id,
    total_issues: groups.length,
    cancelled_issues: count("cancelled"),
    completed_issues: count("completed"),
    started_issues: count("started"),
    unstarted_issues: count("unstarted"),
    backlog_issues: count("backlog"),
    ...presentCycle(call, cycle),
  });
}

export const cycleRoutes: Route[] = [
  {
    path: "workspaces/:slug/projects/:project/cycles",
    allowed: projectWriter,
    methods: {
      GET: (call) => page(cyclesOf(call), call.query, (cycle) => presentWithCounts(call, cycle)),
      POST: create,
    },
  },
  {
    path: "workspaces/:slug/projects/:project/cycles/:cycle",
    allowed: projectWriter,
    methods: { GET: (call) => ok(presentWithCounts(call, cycleOf(call))), PATCH: update, DELETE: remove },
  },
  {
    path: "workspaces/:slug/projects/:project/cycles/:cycle/cycle-issues",
    allowed: projectWriter,
    methods: {
      GET: (call) => listHeld(call, call.world.cycleItems, "cycle"),
      POST: (call) => addToHolder(call, "cycle", call.world.cycleItems, cycleOf(call).id),
    },
  },
  {
    path: "workspaces/:slug/projects/:project/cycles/:cycle/cycle-issues/:item",
    allowed: projectWriter,
    methods: {
      GET: (call) => getHeld(call, call.world.cycleItems, cycleOf(call).id),
      DELETE: (call) => removeFromHolder(call, "cycle", call.world.cycleItems, cycleOf(call).id),
    },
  },
];
