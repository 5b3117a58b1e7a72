/** A Plane that is read and never written: what would be written is counted and kept here, and seen by later reads. */
import { SuiteError } from "../errors.ts";
import { PlaneClient } from "../plane/client.ts";
import type { PlaneAnswer, PlaneRequest, PlaneTransport } from "../plane/transport.ts";
import { countCall } from "./rehearsal_calls.ts";
import type { RehearsalMemory } from "./rehearsal_memory.ts";
import { asRow, firstStates, newRow, type Row } from "./rehearsal_plane_rows.ts";

export interface RehearsedPlane {
  client: PlaneClient;
  /**
   * The same Plane for whoever keeps its lists: what another request has asked already counts only once, because the run that is
   * rehearsed would have kept it.
   */
  lists: PlaneClient;
}

/** @param now the time of day as ISO 8601 */
export function rehearsingPlane(
  client: PlaneClient,
  memory: RehearsalMemory,
  now: () => string,
): RehearsedPlane {
  const { asked, tally } = memory;
  const before = new Set([...asked].map(([list]) => list));
  const count = ({ operation, method }: PlaneRequest) => countCall(tally.plane, operation, method !== "GET");
  const countList = (request: PlaneRequest) => {
    const list = [...request.path, JSON.stringify(request.query ?? {})].join("/");
    if (before.delete(list)) return;
    asked.set(list, true);
    count(request);
  };
  const countAll = (request: PlaneRequest) => {
    count(request);
    // Whoever has added to a list asks for it again.
    if (request.method === "GET") return;
    const changed = request.path.join("/");
    for (const [list] of asked) {
      if (!list.startsWith(`${changed}/{`)) continue;
      asked.delete(list);
      before.delete(list);
    }
  };
  const answer = answering(client.send, memory, now);
  const through = (counting: (request: PlaneRequest) => void) => {
    const send: PlaneTransport = async (request) => {
      counting(request);
      return await answer(request);
    };
    return new PlaneClient(
      { baseUrl: "http://plane.invalid", apiKey: "unused", workspaceSlug: client.workspaceSlug },
      { fetch, wrap: () => send },
    );
  };
  return { client: through(countAll), lists: through(countList) };
}

function answering(send: PlaneTransport, memory: RehearsalMemory, now: () => string): PlaneTransport {
  /** Rows that were made or changed, by id; those that were made. */
  const { plane: imagined, made } = memory;

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
        : asRow((await send(unbooked(request))).body);
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
async function listImagined(
  project: string,
  kind: string,
  { plane: imagined, made }: RehearsalMemory,
): Promise<Row[]> {
  const ids = [...made].flatMap(([id, place]) =>
    place.project === project && place.kind === kind ? [id] : []
  );
  const own = [...(await imagined.some(ids)).values()];
  return kind === "states" ? [...firstStates(project), ...own] : own;
}
