/**
 * Names and addresses behind the bare ids of Plane's REST answers. Lists are kept for a few minutes and asked for again when
 * an id is not in them, so that a burst of reads costs three more calls, not three for each.
 */
import type { PlaneClient } from "../plane/client.ts";
import type { PlaneLabel, PlanePerson, PlaneState } from "./plane_forms.ts";
import { STATE_GROUPS } from "./plane_forms.ts";

/** How long a list is believed, in ms. */
const KEEP_MS = 300_000;
/** How many projects' lists are kept. */
const MOST_LISTS = 300;

export interface PlaneDirectory {
  states(projectId: string, ids: readonly string[]): Promise<PlaneState[]>;
  labels(projectId: string, ids: readonly string[]): Promise<PlaneLabel[]>;
  people(projectId: string, ids: readonly string[]): Promise<PlanePerson[]>;
}

export function createPlaneDirectory(plane: PlaneClient, now: () => number): PlaneDirectory {
  const lists = new Map<string, { readAt: number; rows: Promise<readonly { id: string }[]> }>();

  const lookUp = async <Row extends { id: string }>(
    key: string,
    ids: readonly string[],
    read: () => Promise<Row[]>,
  ): Promise<Row[]> => {
    if (ids.length === 0) return [];
    const kept = lists.get(key);
    if (kept !== undefined && now() - kept.readAt < KEEP_MS) {
      const rows = await kept.rows as readonly Row[];
      if (ids.every((id) => rows.some((row) => row.id === id))) {
        return rows.filter((row) => ids.includes(row.id));
      }
    }
    const rows = read();
    if (lists.size >= MOST_LISTS) lists.delete(lists.keys().next().value ?? "");
    lists.set(key, { readAt: now(), rows });
    // A failed reading is not kept.
    rows.catch(() => lists.delete(key));
    return (await rows).filter((row) => ids.includes(row.id));
  };

  return {
    states: (projectId, ids) =>
      lookUp(
        `states:${projectId}`,
        ids,
        async () =>
          (await plane.states(projectId)).map(({ id, name, group }) => ({
            id,
            name,
            group: knownGroup(group),
          })),
      ),
    labels: (projectId, ids) =>
      lookUp(
        `labels:${projectId}`,
        ids,
        async () => (await plane.labels(projectId)).map(({ id, name }) => ({ id, name })),
      ),
    people: (projectId, ids) =>
      lookUp(
        `people:${projectId}`,
        ids,
        async () =>
          (await plane.projectMembers(projectId)).map(({ id, email, display_name }) => ({
            id,
            email,
            display_name,
          })),
      ),
  };
}

function knownGroup(group: string): PlaneState["group"] {
  return STATE_GROUPS.find((known) => known === group) ?? "backlog";
}
