/** What can be said of a Plane record without asking anybody. */
import { sameJson } from "../json.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { linksOwed } from "./link_leaving.ts";
import { isUnagreedInOdoo } from "./plan/bases.ts";
import { type ActiveLens, contextOf } from "./plan/plan_input.ts";

/**
 * True when only Plane has hinted and nothing has changed there in any mapped field since the last agreement: an echo, a
 * duplicate, an old event. Then Odoo need not even be asked.
 */
export async function isSettledAlready<Form extends PlaneForm>(
  { mapping, pair, claimed, kind }: SyncEntity<Form>,
  form: Form,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<boolean> {
  const { snapshot } = pair;
  if (mapping === null || mapping.odoo_id === null || mapping.status !== "active" || snapshot === null) {
    return false;
  }
  if (claimed.odooHinted || pair.tombstone !== null || claimed.outages > 0 || claimed.runId !== null) {
    return false;
  }
  if (pair.attempts.length > 0) return false;
  if (linksOwed(snapshot.plane_base) !== null) return false;
  if (pair.conflicts.some(({ resolution }) => resolution !== null)) return false;
  if (kind.projectOf(form) !== mapping.plane_project_id) return false;
  const { references, isCurrent } = await kind.recall(form, deps);
  if (!isCurrent) return false;
  const input = {
    planeBase: snapshot.plane_base,
    odooBase: snapshot.odoo_base,
    placeholders: snapshot.placeholders,
    capabilities: await deps.capabilities(),
    references,
    today: "",
  };
  return lenses.every((active) => {
    if (active.direction === "to_plane" || active.direction === "on_create_only") return true;
    const context = contextOf(input, active);
    const same = active.lens.sameInPlane ?? sameJson;
    if (isUnagreedInOdoo(active, context.odooBase)) return false;
    return context.planeBase !== undefined && same(context.planeBase, active.lens.planeValue(form, context));
  });
}

/** Whether Plane's records get partners made; one that is there already may be linked all the same. */
export function mayBeMade<Form extends PlaneForm>(
  { config: { options: { create_in_odoo } }, kind, ways }: Pick<SyncEntity<Form>, "config" | "kind" | "ways">,
): boolean {
  if (create_in_odoo === false || kind.madeInOdoo === "never" || !ways.toOdoo) return false;
  return kind.madeInOdoo !== "when_asked" || create_in_odoo === true;
}

/**
 * Whether a Plane record without partner may have one: the filters let it, and it is in no archive, as Odoo's must not be either.
 * An archived project is the place of what is not.
 */
export function takesPart<Form extends PlaneForm>(
  { config, kind }: Pick<SyncEntity<Form>, "config" | "kind">,
  form: Form,
): boolean {
  const { plane_projects, only_labels, only_states } = config.options;
  const project = kind.projectOf(form);
  if (form.archived_at !== null && project !== form.id) return false;
  if (plane_projects !== undefined && (project === null || !plane_projects.includes(project))) return false;
  const words = kind.wordsOf?.(form);
  if (words === undefined) return true;
  const isAmong = (wanted: readonly string[] | undefined, given: readonly string[]) =>
    wanted === undefined || wanted.some((word) => given.includes(word.toLowerCase()));
  return isAmong(only_labels, words.labels) && isAmong(only_states, words.states);
}
