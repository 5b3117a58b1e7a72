/** A Plane that is read and never written: what would be written is counted and kept here, and seen by later reads. */
import { SuiteError } from "../../errors.ts";
import { PlaneClient } from "../../plane/client.ts";
import type { PlaneAnswer, PlaneRequest, PlaneTransport } from "../../plane/transport.ts";
import { countCall } from "./calls.ts";
import type { RehearsalMemory } from "./memory.ts";
import { KEEP_LISTS_MS } from "../../sync/sides/plane_directory.ts";
import { asRow, firstStates, newRow, pageWith, type Row } from "./plane_rows.ts";

export interface RehearsedPlane {
  client: PlaneClient;
  /** The same Plane for whoever keeps its lists: what another request has just asked is not asked again. */
  lists: PlaneClient;
  /** The lists of a project are asked for again. */
  forget: (project: string) => void;
}

/** @param wallClock ms since 1970 */
export function rehearsingPlane(
  client: PlaneClient,
  memory: RehearsalMemory,
  wallClock: () => number,
): RehearsedPlane {
  const { tally } = memory;
  const answer = answering(client.send, memory, () => new Date(wallClock()).toISOString());
  const send: PlaneTransport = async (request) => {
    countCall(tally.plane, request.operation, request.method !== "GET");
    return await answer(request);
  };
  const through = (transport: PlaneTransport) =>
    new PlaneClient(
      { baseUrl: "http://plane.invalid", apiKey: "unused", workspaceSlug: client.workspaceSlug },
      { fetch, wrap: () => transport },
    );
  return {
    client: through(send),
    lists: through(keepingLists(send, memory.lists, wallClock)),
    forget: (project) => {
      const at = ["workspaces", client.workspaceSlug, "projects", project];
      for (const kind of ["states", "labels", "members"]) memory.lists.delete([...at, kind].join("/"));
    },
  };
}

/** A list that an earlier request has put away is handed out once: who asks again wants it as it is now. */
function keepingLists(
  send: PlaneTransport,
  lists: RehearsalMemory["lists"],
  wallClock: () => number,
): PlaneTransport {
  const handedOut = new Set<string>();
  return async (request) => {
    const [list, page] = [request.path.join("/"), JSON.stringify(request.query ?? {})];
    const known = await lists.get(list);
    const isNew = !handedOut.has(`${list} ${page}`) && known !== undefined &&
      Object.hasOwn(known.pages, page);
    handedOut.add(`${list} ${page}`);
    if (isNew && wallClock() - known.at < KEEP_LISTS_MS) return answered(known.pages[page]);
    const answer = await send(request);
    const pages = (await lists.get(list))?.pages;
    lists.set(list, { at: wallClock(), pages: { ...pages, [page]: answer.body } });
    return answer;
  };
}

/** So many records that were read are remembered at a time. */
const MOST_LATELY = 500;

function answering(send: PlaneTransport, memory: RehearsalMemory, now: () => string): PlaneTransport {
  /** Rows that were made or changed, by id; those that were made. */
  const { plane: imagined, made } = memory;
  /** What was read just now: the engine reads what it is about to change. */
  const lately = new Map<string, Row>();

  return async (request) => {
    const { method, path } = request;
    const [, , collection, project = "", kind, id] = path;
    const target = path.at(-1) ?? "";
    if (method === "GET") {
      const own = await imagined.get(target);
      if (made.has(target)) return answered(own);
      // What hangs on a record that is only imagined.
      if (id !== undefined && made.has(id)) return pageOf([]);
      if (collection === "projects" && made.has(project)) {
        // A record by its external id is asked for before it is made.
        const isOne = id !== undefined || request.query?.external_id !== undefined;
        if (isOne) throw new SuiteError("plane_not_found");
        // The only list that has no pages.
        if (kind === "members") return answered([]);
        return pageOf(await listImagined(project, kind ?? "", memory));
      }
      const real = await send(request);
      if (lately.size >= MOST_LATELY) lately.clear();
      if (id !== undefined) lately.set(path.join("/"), asRow(real.body));
      if (id === undefined && (kind === "states" || kind === "labels")) {
        return { ...real, body: pageWith(real.body, await madeIn(project, kind, memory)) };
      }
      return own === undefined ? real : { ...real, body: { ...asRow(real.body), ...own } };
    }
    const body = asRow(request.body);
    if (method === "POST" && target !== "archive") {
      const row = { ...newRow(request, now()), ...body };
      imagined.set(String(row.id), row);
      made.set(String(row.id), { project, kind: path.slice(4).join("/") });
      return answered(row);
    }
    if (method === "PATCH") {
      if (Object.keys(body).length === 0) {
        // Plane tells archived from deleted only to who changes the record, which a dry run does not.
        throw new SuiteError("plane_server_error", {
          message: "A dry run does not ask whether a record is archived.",
          facts: { not_asked: true },
        });
      }
      const before = made.has(target)
        ? await imagined.get(target)
        : lately.get(path.join("/")) ?? asRow((await send(unbooked(request))).body);
      const changed = { ...await imagined.get(target), ...body, updated_at: now() };
      imagined.set(target, changed);
      return answered({ ...before, ...changed });
    }
    return answered(null);
  };
}

const answered = (body: unknown): PlaneAnswer => ({ status: 200, headers: new Headers(), body });
const pageOf = (results: readonly Row[]) =>
  answered({ results, next_page_results: false, total_count: results.length });

/** The record as it is now: needed only because nothing is written, so it is no call of the real run's. */
function unbooked(request: PlaneRequest): PlaneRequest {
  const { body: _body, ...rest } = request;
  return { ...rest, method: "GET" };
}

/** What a project that is only imagined has of a kind. */
async function listImagined(project: string, kind: string, memory: RehearsalMemory): Promise<Row[]> {
  const own = await madeIn(project, kind, memory);
  return kind === "states" ? [...firstStates(project), ...own] : own;
}

/** What is only imagined of a kind, in whichever project. */
async function madeIn(
  project: string,
  kind: string,
  { plane: imagined, made }: RehearsalMemory,
): Promise<Row[]> {
  const ids = [...made].flatMap(([id, place]) =>
    place.project === project && place.kind === kind ? [id] : []
  );
  return [...(await imagined.some(ids)).values()];
}
