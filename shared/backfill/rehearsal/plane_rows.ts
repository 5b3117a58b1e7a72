/** Rows as Plane would make them. Pure but for the id. */
import type { PlaneRequest } from "../../plane/transport.ts";

export type Row = Record<string, unknown>;

/** What Plane gives every new project. */
const FIRST_STATES = [
  ["Backlog", "backlog"],
  ["Todo", "unstarted"],
  ["In Progress", "started"],
  ["Done", "completed"],
  ["Cancelled", "cancelled"],
] as const;

/** The states of a project that is only imagined. */
export function firstStates(project: string): Row[] {
  return FIRST_STATES.map(([name, group], index) => ({
    id: `${project}:${group}`,
    name,
    group,
    sequence: index * 10,
  }));
}

/** What Plane would answer a making, before what the request gives it. */
export function newRow({ path }: PlaneRequest, now: string): Row {
  const [, , , project, , item, within] = path;
  return {
    id: crypto.randomUUID(),
    ...(project === undefined ? {} : { project }),
    ...(within === undefined ? {} : { issue: item }),
    name: "",
    priority: "none",
    group: "backlog",
    assignees: [],
    labels: [],
    identifier: "",
    comment_html: "",
    url: "",
    created_at: now,
    updated_at: now,
    archived_at: null,
  };
}

/** A body that is an object; anything else is an empty one. */
export function asRow(body: unknown): Row {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};
}

/** A page of a list as Plane sends it, with more rows after its last one; any other page stays as it is. */
export function pageWith(body: unknown, more: readonly Row[]): unknown {
  const page = asRow(body);
  const { results, next_page_results: isFollowed } = page;
  if (!Array.isArray(results) || isFollowed !== false || more.length === 0) return body;
  return { ...page, results: [...results, ...more] };
}
