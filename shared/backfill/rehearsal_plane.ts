/** A Plane that is read and never written: what would be written is counted and kept here, and seen by later reads. */
import { SuiteError } from "../errors.ts";
import { PlaneClient } from "../plane/client.ts";
import type { PlaneAnswer, PlaneRequest, PlaneTransport } from "../plane/transport.ts";
import { countCall, type RehearsedCalls } from "./rehearsal_odoo.ts";

/** What Plane gives every new project. */
const FIRST_STATES = [
  ["Backlog", "backlog"],
  ["Todo", "unstarted"],
  ["In Progress", "started"],
  ["Done", "completed"],
  ["Cancelled", "cancelled"],
] as const;

type Row = Record<string, unknown>;

/** @param now the time of day as ISO 8601 */
export function rehearsingPlane(client: PlaneClient, calls: RehearsedCalls, now: () => string): PlaneClient {
  const send = rehearsingTransport(client.send, calls, now);
  return new PlaneClient(
    { baseUrl: "http://plane.invalid", apiKey: "unused", workspaceSlug: client.workspaceSlug },
    { fetch, wrap: () => send },
  );
}

function rehearsingTransport(send: PlaneTransport, calls: RehearsedCalls, now: () => string): PlaneTransport {
  /** Rows that were made or changed, by id. */
  const imagined = new Map<string, Row>();
  const answer = (body: unknown): PlaneAnswer => ({ status: 200, headers: new Headers(), body });
  const page = (results: readonly Row[]) =>
    answer({ results, next_page_results: false, total_count: results.length });

  return async (request) => {
    const { method, path, operation } = request;
    const writes = method !== "GET";
    countCall(calls, operation, writes);
    const [, , collection, project = "", kind, id] = path;
    const inImagined = collection === "projects" && imagined.get(project)?.made === true;
    if (!writes) {
      const own = imagined.get(id ?? (kind === undefined ? project : ""));
      if (inImagined) return kind === undefined ? answer(own) : readImagined(path, imagined, answer, page);
      // What hangs on a record that is only imagined, and the record itself.
      if (id !== undefined && imagined.get(id)?.made === true) {
        return path.length === 6 ? answer(own) : page([]);
      }
      const answered = await send(request);
      return own === undefined ? answered : { ...answered, body: { ...asRow(answered.body), ...own } };
    }
    const body = asRow(request.body);
    if (method === "POST" && path.at(-1) !== "archive") {
      const row = { ...newRow(request, now()), ...body };
      imagined.set(String(row.id), { ...row, made: true });
      return answer(row);
    }
    if (method === "PATCH") {
      if (Object.keys(body).length === 0) {
        // Plane tells archived from deleted only to who changes the record, which a dry run does not.
        throw new SuiteError("plane_server_error", {
          message: "A dry run does not ask whether a record is archived.",
        });
      }
      const target = id ?? project;
      const before = imagined.get(target)?.made === true
        ? imagined.get(target)
        : asRow((await send(unbooked(request))).body);
      const row = { ...before, ...imagined.get(target), ...body, updated_at: now() };
      imagined.set(target, { ...imagined.get(target), ...body, updated_at: now() });
      return answer(row);
    }
    return answer(null);
  };
}

/** The record as it is now: needed only because nothing is written, so it is no call of the real run's. */
function unbooked(request: PlaneRequest): PlaneRequest {
  const { body: _body, ...rest } = request;
  return { ...rest, method: "GET" };
}

function readImagined(
  path: readonly string[],
  imagined: ReadonlyMap<string, Row>,
  answer: (body: unknown) => PlaneAnswer,
  page: (rows: readonly Row[]) => PlaneAnswer,
): PlaneAnswer {
  const [, , , project = "", kind, id] = path;
  if (id !== undefined) {
    const row = imagined.get(id);
    if (row === undefined) throw new SuiteError("plane_not_found");
    return answer(row);
  }
  if (kind === "members") return answer([]);
  const own = [...imagined.values()].filter((row) =>
    row.made === true && row.project === project && row.kind === kind
  );
  if (kind !== "states") return page(own);
  return page([
    ...FIRST_STATES.map(([name, group], index) => ({
      id: `${project}:${group}`,
      name,
      group,
      sequence: index * 10,
    })),
    ...own,
  ]);
}

function newRow({ path }: PlaneRequest, now: string): Row {
  const [, , , project, kind, item, within] = path;
  return {
    id: crypto.randomUUID(),
    ...(project === undefined ? {} : { project }),
    ...(within === undefined ? {} : { issue: item }),
    kind,
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

function asRow(body: unknown): Row {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? body as Row : {};
}
