/** Looks up what an Odoo task points at, as Plane knows it: states, people, labels, the parent. */
import { SuiteError } from "../../errors.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import { cut } from "./common_lenses.ts";
import { relatedId, relatedName } from "./lens.ts";
import type { PlaneState } from "../sides/plane_forms.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import { closedOf } from "./state_lens.ts";
import { readUsers } from "../sides/users.ts";
import { moduleTagsAmong, readTags } from "../sides/tags.ts";
import { refuseArchivedProject } from "../sides/project_in_sight.ts";
import { noteUnmatched, type Unmatched, unmatchedName } from "../sides/unmatched.ts";

const USERS = "res.users";

/** Well-known columns, for projects whose stages do not have the names of Plane's states. */
const GROUPS: Readonly<Record<string, PlaneState["group"]>> = {
  "new": "unstarted",
  "to do": "unstarted",
  "in progress": "started",
  "done": "completed",
  "cancelled": "cancelled",
  "canceled": "cancelled",
};

/**
 * The states of the project, and which of them stand for the task's stage: by what is remembered, by name, by a well-known
 * name; else one is made, because every task is in some stage.
 *
 * @throws SuiteError plane_forbidden while the project is archived and lists no states
 */
export async function statesOfStage(
  record: OdooRecord,
  project: string,
  plane: PlaneAccess,
  { store }: { store: Pick<SyncStore, "readValues" | "rememberValues"> },
): Promise<{ states: PlaneState[]; ofStage: Map<number, string[]> }> {
  const states = await plane.directory.allStates(project);
  // Each project has states: where none is listed they are hidden, and one that is made would be there twice.
  if (states.length === 0) await refuseArchivedProject(plane.client, project, "list states");
  const stage = relatedId(record.stage_id);
  if (stage === null) return { states, ofStage: new Map() };
  const known = (await store.readValues({ user: [], label: [], state: states.map(({ id }) => id) })).state;
  const remembered = states.filter(({ id }) => known.get(id)?.odooId === stage);
  if (remembered.length > 0) return { states, ofStage: new Map([[stage, remembered.map(({ id }) => id)]]) };

  const name = cut(relatedName(record.stage_id).trim());
  const group = GROUPS[name.toLowerCase()];
  const free = states.filter(({ id }) => (known.get(id)?.odooId ?? null) === null);
  const match = free.find((state) => state.name.trim().toLowerCase() === name.toLowerCase()) ??
    (group === undefined ? undefined : free.find((state) => state.group === group));
  const state = match ?? await makeState(name, group ?? groupOf(record), project, plane);
  await store.rememberValues("state", "project.task.type", [
    { planeValue: state.id, planeName: state.name, odooId: stage },
  ]);
  return {
    states: match === undefined ? [...states, state] : states,
    ofStage: new Map([[stage, [state.id]]]),
  };
}

function groupOf(record: OdooRecord): PlaneState["group"] {
  const closed = closedOf(record.state);
  return closed === "done" ? "completed" : closed === "canceled" ? "cancelled" : "started";
}

async function makeState(
  name: string,
  group: PlaneState["group"],
  project: string,
  plane: PlaneAccess,
): Promise<PlaneState> {
  const made = await plane.client.createState(project, {
    name: name || "(no name)",
    group,
    color: "#60646C",
  });
  plane.directory.forget(project);
  return { id: made.id, name, group };
}

/** The members of the project behind these Odoo users, by what is remembered, else by e-mail. Who has none is reported once. */
export async function membersOf(
  users: readonly number[],
  project: string,
  plane: PlaneAccess,
  { store, odoo }: SyncDependencies,
): Promise<{ people: Map<number, string | null>; unmatched: Unmatched[] }> {
  const people = new Map<number, string | null>();
  if (users.length === 0) return { people, unmatched: [] };
  const members = await plane.directory.allPeople(project);
  const nameOf = (user: number) => unmatchedName(project, `${USERS},${user}`);
  const asked = [...members.map(({ id }) => id), ...users.map(nameOf)];
  const known = (await store.readValues({ state: [], label: [], user: asked })).user;
  for (const user of users) {
    const remembered = members.find(({ id }) => known.get(id)?.odooId === user);
    people.set(user, remembered?.id ?? null);
  }
  const looked = users.filter((user) => people.get(user) !== null).map((id) => ({ id, name: "" }));
  for (const { id, emails } of await readUsers(odoo(), users.filter((user) => people.get(user) === null))) {
    looked.push({ id, name: emails.find((email) => email !== "") ?? "" });
    const member = members.find(({ email }) => email !== null && emails.includes(email.toLowerCase()));
    if (member === undefined) continue;
    people.set(id, member.id);
    await store.rememberValues("user", USERS, [
      { planeValue: member.id, planeName: member.email ?? "", odooId: id },
    ]);
  }
  const unmatched = await noteUnmatched(
    store,
    "user",
    USERS,
    known,
    looked.map(({ id, name }) => ({
      planeValue: nameOf(id),
      name,
      value: `${USERS},${id}`,
      matchedFor: people.get(id) === null ? null : id,
    })),
  );
  return { people, unmatched };
}

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

/** The work item of the parent task; the key it waits for when that has none yet. */
export async function planeParentOf(
  record: OdooRecord,
  { store }: SyncDependencies,
): Promise<{ parent: string | null; waitsFor: string[]; moduleTask?: number }> {
  const id = relatedId(record.parent_id);
  if (id === null) return { parent: null, waitsFor: [] };
  const key = { side: "odoo", model: "project.task", id: String(id) } as const;
  const partner = await store.readPartner(key);
  if (partner?.planeType === "module") return { parent: null, waitsFor: [], moduleTask: id };
  if (partner !== null && partner.planeId !== null) return { parent: partner.planeId, waitsFor: [] };
  await store.hint({ key, priority: 6 });
  return { parent: null, waitsFor: [`project.task:${id}`] };
}

/**
 * The Plane project of a task; null for a private task or one whose project stays out.
 *
 * @throws SuiteError waits_for_project while the project has no partner yet
 */
export async function planeProjectOf(
  record: OdooRecord,
  { store }: SyncDependencies,
): Promise<{ planeId: string; odooId: number } | null> {
  const id = relatedId(record.project_id);
  if (id === null) return null;
  const key = { side: "odoo", model: "project.project", id: String(id) } as const;
  const partner = await store.readPartner(key);
  if (partner !== null && partner.planeId !== null && partner.planeType === "project") {
    return { planeId: partner.planeId, odooId: id };
  }
  // A module's own project is no project of Plane's; what people put into it stays in Odoo.
  if (partner?.planeType === "module") return null;
  await store.hint({ key, priority: 7 });
  throw new SuiteError("waits_for_project", { facts: { waits_for: `project.project:${id}` } });
}
