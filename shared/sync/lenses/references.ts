/** Looks up what a work item points at: stages, users, tags. Matches are remembered; each is asked for once. */
import type { OdooClient } from "../../odoo/client.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import type { MappedValue, ValueKind } from "../../store/engine/value_map.ts";
import { findOrCreateStage } from "../sides/stages.ts";
import { findOrCreateTags } from "../sides/tags.ts";
import { findUsers } from "../sides/users.ts";
import { NO_REFERENCES, type References } from "./lens.ts";
import type { IssueForm } from "../sides/plane_forms.ts";

export interface Lookups {
  stages: Map<string, number>;
  users: Map<string, number | null>;
  tags: Map<string, number | null>;
  /** People and labels looked up just now that have no counterpart: reported once. */
  unmatched: { kind: ValueKind; value: string }[];
}

/** The part of a work item, or of a project, that points at something. */
export type PointingForm = Pick<IssueForm, "state" | "assignees" | "labels">;

/** What is remembered of the things a form points at, without asking Odoo: enough to see whether Plane's side has changed. */
export async function recallReferences(
  store: SyncStore,
  form: PointingForm,
): Promise<{ references: References; isCurrent: boolean }> {
  const known = await store.readValues({
    user: form.assignees.map(({ id }) => id),
    state: [],
    label: form.labels.map(({ id }) => id),
  });
  return {
    references: { ...NO_REFERENCES, users: ids(known.user), tags: ids(known.label) },
    isCurrent: form.labels.every(({ id, name }) => isCurrent(known.label.get(id), name)) &&
      form.assignees.every(({ id, email }) => email === null || isCurrent(known.user.get(id), email)),
  };
}

/**
 * @param form the work item
 * @param odooProject the Odoo project whose stages are meant
 */
export async function lookUp(
  store: SyncStore,
  odoo: OdooClient,
  form: PointingForm,
  odooProject: number,
): Promise<Lookups> {
  const known = await store.readValues({
    user: [...new Set(form.assignees.map(({ id }) => id))],
    state: form.state === null ? [] : [form.state.id],
    label: [...new Set(form.labels.map(({ id }) => id))],
  });
  const result: Lookups = {
    stages: new Map(),
    users: ids(known.user),
    tags: ids(known.label),
    unmatched: [],
  };

  if (form.state !== null) {
    const { state } = form;
    const match = known.state.get(state.id);
    const stage = isCurrent(match, state.name) && match?.odooId !== null && match !== undefined
      ? match.odooId
      : await findOrCreateStage(odoo, odooProject, state, formerOf(match));
    if (match?.odooId !== stage || match.planeName !== state.name) {
      await store.rememberValues("state", "project.task.type", [{
        planeValue: state.id,
        planeName: state.name,
        odooId: stage,
      }]);
    }
    result.stages.set(state.id, stage);
  }

  const people = form.assignees.filter(({ id, email }) =>
    email !== null && !isCurrent(known.user.get(id), email)
  );
  if (people.length > 0) {
    const found = await findUsers(odoo, people.map(({ email }) => email ?? ""));
    await remember(
      store,
      result,
      "user",
      "res.users",
      people.map(({ id, email }) => (
        { planeValue: id, planeName: email ?? "", odooId: found.get((email ?? "").toLowerCase()) ?? null }
      )),
    );
  }

  const labels = form.labels.filter(({ id, name }) => !isCurrent(known.label.get(id), name));
  if (labels.length > 0) {
    const found = await findOrCreateTags(odoo, labels.map(({ name }) => name));
    await remember(
      store,
      result,
      "label",
      "project.tags",
      labels.map(({ id, name }) => (
        { planeValue: id, planeName: name, odooId: found.get(name) ?? null }
      )),
    );
  }
  return result;
}

async function remember(
  store: SyncStore,
  result: Lookups,
  kind: "user" | "label",
  odooModel: string,
  values: { planeValue: string; planeName: string; odooId: number | null }[],
): Promise<void> {
  await store.rememberValues(kind, odooModel, values);
  for (const { planeValue, odooId } of values) {
    (kind === "user" ? result.users : result.tags).set(planeValue, odooId);
    if (odooId === null) result.unmatched.push({ kind, value: planeValue });
  }
}

function formerOf(match: MappedValue | undefined): { stage: number; name: string } | null {
  return match === undefined || match.odooId === null || match.manual
    ? null
    : { stage: match.odooId, name: match.planeName };
}

/** A match holds while the name it was made by does; a miss is worth another look after a while. */
function isCurrent(match: MappedValue | undefined, name: string): boolean {
  return match !== undefined && (match.manual || (match.planeName === name && !match.stale));
}

function ids(values: ReadonlyMap<string, MappedValue>): Map<string, number | null> {
  return new Map([...values].map(([planeValue, { odooId }]) => [planeValue, odooId]));
}
