/**
 * Names and addresses behind the bare ids of Plane's REST answers. Lists are kept for a few minutes and asked for again when
 * an id is not in them, so that a burst of reads costs three more calls, not three for each.
 */
import type { PlaneClient } from "../../plane/client.ts";
import type { PlaneLabel, PlanePerson, PlaneState } from "./plane_forms.ts";
import { STATE_GROUPS } from "./plane_forms.ts";

/** How long a list is believed, in ms. */
export const KEEP_LISTS_MS = 300_000;
/** How many projects' lists are kept. */
const MOST_LISTS = 300;

export interface PlaneDirectory {
  states(projectId: string, ids: readonly string[]): Promise<PlaneState[]>;
  labels(projectId: string, ids: readonly string[]): Promise<PlaneLabel[]>;
  people(projectId: string, ids: readonly string[]): Promise<PlanePerson[]>;
  /** Whole lists, in Plane's order; at most a few minutes old. */
  allStates(projectId: string): Promise<PlaneState[]>;
  allLabels(projectId: string): Promise<PlaneLabel[]>;
  allPeople(projectId: string): Promise<PlanePerson[]>;
  /** The letters its numbers begin with, such as `WEB` of `WEB-12`; at most a few minutes old. */
  identifier(projectId: string): Promise<string>;
  /** The lists of a project are asked for again: we have just added to one. */
  forget(projectId: string): void;
}

export function createPlaneDirectory(plane: PlaneClient, now: () => number): PlaneDirectory {
  const lists = new Map<string, { readAt: number; rows: Promise<readonly { id: string }[]> }>();

  const list = async <Row extends { id: string }>(
    key: string,
    read: () => Promise<Row[]>,
    isEnough: (rows: readonly Row[]) => boolean,
  ): Promise<Row[]> => {
    const kept = lists.get(key);
    if (kept !== undefined && now() - kept.readAt < KEEP_LISTS_MS) {
      const rows = await kept.rows as Row[];
      if (isEnough(rows)) return rows;
    }
    const rows = read();
    if (lists.size >= MOST_LISTS) lists.delete(lists.keys().next().value ?? "");
    lists.set(key, { readAt: now(), rows });
    // A failed reading is not kept.
    rows.catch(() => lists.delete(key));
    return await rows;
  };
  const among = async <Row extends { id: string }>(
    key: string,
    ids: readonly string[],
    read: () => Promise<Row[]>,
  ): Promise<Row[]> => {
    if (ids.length === 0) return [];
    const rows = await list(key, read, (known) => ids.every((id) => known.some((row) => row.id === id)));
    return rows.filter((row) => ids.includes(row.id));
  };
  const whole = <Row extends { id: string }>(key: string, read: () => Promise<Row[]>) =>
    list(key, read, () => true);

  const readStates = (projectId: string) => async () =>
    (await plane.states(projectId))
      .filter(({ group }) => group !== "triage")
      .map(({ id, name, group }) => ({ id, name, group: knownGroup(group) }));
  const readLabels = (projectId: string) => async () =>
    (await plane.labels(projectId)).map(({ id, name }) => ({ id, name }));
  const readPeople = (projectId: string) => async () =>
    (await plane.projectMembers(projectId)).map(({ id, email, display_name }) => ({
      id,
      email,
      display_name,
    }));

  return {
    states: (project, ids) => among(`states:${project}`, ids, readStates(project)),
    labels: (project, ids) => among(`labels:${project}`, ids, readLabels(project)),
    people: (project, ids) => among(`people:${project}`, ids, readPeople(project)),
    allStates: (project) => whole(`states:${project}`, readStates(project)),
    allLabels: (project) => whole(`labels:${project}`, readLabels(project)),
    allPeople: (project) => whole(`people:${project}`, readPeople(project)),
    identifier: async (project) => {
      const read = async () =>
        [await plane.project(project)].map(({ id, identifier }) => ({ id, identifier }));
      const [row] = await whole(`project:${project}`, read);
      return row?.identifier ?? "";
    },
    forget: (project) => {
      for (const list of ["states", "labels", "people"]) lists.delete(`${list}:${project}`);
    },
  };
}

function knownGroup(group: string): PlaneState["group"] {
  return STATE_GROUPS.find((known) => known === group) ?? "backlog";
}
