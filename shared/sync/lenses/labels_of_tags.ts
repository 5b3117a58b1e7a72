/** Looks up what the tags of an Odoo task are in Plane. */
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import { cut } from "./common_lenses.ts";
import { moduleTagsAmong, readTags } from "../sides/tags.ts";

/** The labels of the project for these tags, made where they are missing: any tag may be a label, unless it stands for a module. */
export async function labelsOf(
  tags: readonly number[],
  project: string,
  plane: PlaneAccess,
  { store, odoo }: SyncDependencies,
): Promise<Map<number, string | null>> {
  const labels = new Map<number, string | null>();
  if (tags.length === 0) return labels;
  const all = await plane.directory.allLabels(project);
  const known = (await store.readValues({ state: [], user: [], label: all.map(({ id }) => id) })).label;
  for (const tag of tags) {
    const remembered = all.find(({ id }) => known.get(id)?.odooId === tag);
    if (remembered !== undefined) labels.set(tag, remembered.id);
  }
  const unknown = tags.filter((tag) => !labels.has(tag));
  const modules = await moduleTagsAmong(unknown, { store, odoo });
  for (const { id: tag, name: whole } of await readTags(odoo(), unknown.filter((tag) => !modules.has(tag)))) {
    const name = cut(whole);
    const same = all.find((label) => label.name.trim().toLowerCase() === name.trim().toLowerCase());
    const label = same?.id ?? (await plane.client.createLabel(project, { name, color: "#60646C" })).id;
    if (same === undefined) plane.directory.forget(project);
    labels.set(tag, label);
    await store.rememberValues("label", "project.tags", [
      { planeValue: label, planeName: same?.name ?? name, odooId: tag },
    ]);
  }
  return labels;
}
