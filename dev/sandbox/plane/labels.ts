/** Labels. Deleting one drops it from its work items, without a webhook. */
import { created, noContent, ok, taken } from "./answers.ts";
import { type Call, listedOf, projectOf, projectWriter, recordOf, type Route, shown } from "./call.ts";
import { externalReaders, refuseTakenPair, refuseTakenPairOnUpdate } from "./external_ids.ts";
import { number, orNull, readFields, reference, text } from "./fields.ts";
import type { Label } from "./model.ts";
import { page } from "./paging.ts";
import { presentLabel } from "./present.ts";
import type { World } from "./world.ts";

const readers = (world: World) => ({
  name: text({ max: 255 }),
  description: text({ blank: true }),
  color: text({ max: 255, blank: true }),
  sort_order: number,
  parent: orNull(reference(world.labels)),
  ...externalReaders,
});

const labelsOf = (call: Call) => call.world.ofProject(call.world.labels, projectOf(call).id);

function create(call: Call) {
  const { world, user } = call;
  const body = call.body();
  const labels = labelsOf(call);
  const values = readFields(body, readers(world), ["name"]);
  refuseTakenPair(world, body, labels, "Label");
  const sameName = labels.find((label) => label.name === values.name);
  if (sameName) throw taken("Label with the same name already exists in the project", sameName.id);
  const label: Label = {
    ...world.newStored(user.id),
    project: projectOf(call).id,
    name: values.name ?? "",
    description: values.description ?? "",
    color: values.color ?? "",
    sort_order: values.sort_order ?? Math.max(55535, ...labels.map((other) => other.sort_order)) + 10000,
    parent: values.parent ?? null,
    external_id: values.external_id ?? null,
    external_source: values.external_source ?? null,
  };
  world.labels.set(label.id, label);
  return created(presentLabel(call, label));
}

function update(call: Call) {
  const { world, user } = call;
  const label = recordOf(call, world.labels, "label");
  const body = call.body();
  refuseTakenPairOnUpdate(world, body, label, labelsOf(call), "Label");
  Object.assign(label, readFields(body, readers(world), []));
  world.touch(label, user.id);
  return ok(presentLabel(call, label));
}

function remove(call: Call) {
  const { world } = call;
  const label = recordOf(call, world.labels, "label");
  world.labels.delete(label.id);
  for (const item of world.workItems.values()) item.labels = item.labels.filter((id) => id !== label.id);
  return noContent;
}

export const labelRoutes: Route[] = [
  {
    path: "workspaces/:slug/projects/:project/labels",
    allowed: projectWriter,
    methods: {
      GET: (call) =>
        page(listedOf(call, labelsOf(call)), call.query, (label) => shown(call, presentLabel(call, label))),
      POST: create,
    },
  },
  {
    path: "workspaces/:slug/projects/:project/labels/:label",
    allowed: projectWriter,
    methods: {
      GET: (call) => ok(shown(call, presentLabel(call, recordOf(call, call.world.labels, "label")))),
      PATCH: update,
      DELETE: remove,
    },
  },
];
