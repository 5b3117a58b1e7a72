/** Modules and what is in them. */
import { created, invalid, noContent, ok } from "./answers.ts";
import { type Call, projectOf, projectWriter, recordOf, type Route, shown } from "./call.ts";
import { changesBetween } from "./changes.ts";
import { frontOrder } from "./cycles.ts";
import { externalReaders, refuseTakenPair, refuseTakenPairOnUpdate } from "./external_ids.ts";
import { choice, date, listOf, orNull, readFields, reference, text } from "./fields.ts";
import type { Module } from "./model.ts";
import { page } from "./paging.ts";
import { addToHolder, listHeld, removeFromHolder } from "./placements.ts";
import { presentModule } from "./present.ts";
import type { World } from "./world.ts";

const readers = (world: World) => ({
  name: text({ max: 255 }),
  description: text({ blank: true }),
  start_date: orNull(date),
  target_date: orNull(date),
  status: choice(["backlog", "planned", "in-progress", "paused", "completed", "cancelled"]),
  lead: orNull(reference(world.users)),
  members: listOf(reference(world.users)),
  ...externalReaders,
});

const modulesOf = (call: Call) => call.world.ofProject(call.world.modules, projectOf(call).id);
const moduleOf = (call: Call) => recordOf(call, call.world.modules, "module");

function announce(
  world: World,
  module: Module,
  actorId: string,
  action: "created" | "updated",
  changes: ReturnType<typeof changesBetween>,
) {
  world.announce({ entity: "module", action, id: module.id, actorId, changes, inVersionOne: true });
}

function create(call: Call) {
  const { world, user } = call;
  const project = projectOf(call);
  const body = call.body();
  if (!project.flags.module_view) throw invalid("Modules are not enabled for this project");
  const values = readFields(body, readers(world), ["name"]);
  refuseTakenPair(world, body, modulesOf(call), "Module");
  const module: Module = {
    ...world.newStored(user.id),
    project: project.id,
    name: values.name ?? "",
    description: values.description ?? "",
    start_date: values.start_date ?? null,
    target_date: values.target_date ?? null,
    status: values.status ?? "planned",
    lead: values.lead ?? null,
    members: values.members ?? [],
    sort_order: frontOrder(modulesOf(call)),
    external_id: values.external_id ?? null,
    external_source: values.external_source ?? null,
  };
  world.modules.set(module.id, module);
  announce(world, module, user.id, "created", []);
  return created(presentModule(call, module));
}

/** The answer to a PATCH is shorter than every other form of a module: it has not even the id. */
function update(call: Call) {
  const { world, user } = call;
  const module = moduleOf(call);
  const body = call.body();
  const before = presentModule(call, module);
  refuseTakenPairOnUpdate(world, body, module, modulesOf(call), "Module");
  Object.assign(module, readFields(body, readers(world), []));
  world.touch(module, user.id);
  announce(world, module, user.id, "updated", changesBetween(before, body));
  const { name, description, start_date, target_date, status, lead, external_source, external_id } = module;
  return ok({ name, description, start_date, target_date, status, lead, external_source, external_id });
}

function remove(call: Call) {
  const { world, user } = call;
  const module = moduleOf(call);
  const before = presentModule(call, module);
  world.modules.delete(module.id);
  for (const placement of world.moduleItems.values()) {
    if (placement.holder === module.id) world.moduleItems.delete(placement.id);
  }
  world.announce({
    entity: "module",
    action: "deleted",
    id: module.id,
    actorId: user.id,
    changes: [],
    before,
    inVersionOne: false,
  });
  return noContent;
}

export const moduleRoutes: Route[] = [
  {
    path: "workspaces/:slug/projects/:project/modules",
    allowed: projectWriter,
    methods: {
      GET: (call) => page(modulesOf(call), call.query, (module) => shown(call, presentModule(call, module))),
      POST: create,
    },
  },
  {
    path: "workspaces/:slug/projects/:project/modules/:module",
    allowed: projectWriter,
    methods: {
      GET: (call) => ok(shown(call, presentModule(call, moduleOf(call)))),
      PATCH: update,
      DELETE: remove,
    },
  },
  {
    path: "workspaces/:slug/projects/:project/modules/:module/module-issues",
    allowed: projectWriter,
    methods: {
      GET: (call) => listHeld(call, call.world.moduleItems, "module"),
      POST: (call) => addToHolder(call, "module", call.world.moduleItems, moduleOf(call).id),
    },
  },
  {
    path: "workspaces/:slug/projects/:project/modules/:module/module-issues/:item",
    allowed: projectWriter,
    methods: {
      DELETE: (call) => removeFromHolder(call, "module", call.world.moduleItems, moduleOf(call).id),
    },
  },
];
