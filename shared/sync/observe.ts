/**
 * What Plane's record is now. A v1 webhook that is newer than what we have seen is an observation and costs no call; for
 * everything else the record is read, or what we saw last still holds.
 */
import { SuiteError } from "../errors.ts";
import { sameJson } from "../json.ts";
import type { PlaneClient } from "../plane/client.ts";
import type { PairRow } from "../store/pairs.ts";
import type { Claimed } from "../store/queue.ts";
import type { PlaneDirectory } from "./plane_directory.ts";
import { type IssueForm, issueForm, type ProjectForm, projectForm } from "./plane_forms.ts";

export interface PlaneReader {
  client: PlaneClient;
  directory: PlaneDirectory;
}

export type Observed<Form> =
  | { kind: "present"; form: Form; readFromPlane: boolean }
  /** Deleted, or archived where the API hides it. */
  | { kind: "gone" };

export interface ObservedKind<Form> {
  parse: (data: unknown) => Form | null;
  read: (reader: PlaneReader, planeId: string, projectId: string | null) => Promise<Form>;
}

/**
 * @param reader undefined when reading from Plane is not configured
 * @throws SuiteError plane_not_configured when the record must be read and cannot be; what the client throws
 */
export async function observe<Form extends { updated_at: string }>(
  kind: ObservedKind<Form>,
  claimed: Claimed,
  planeId: string,
  pair: PairRow,
  reader: PlaneReader | undefined,
): Promise<Observed<Form>> {
  const projectId = pair.plane_project_id ?? claimed.planeProjectId;
  const deleted = pair.tombstone === "deleted_in_plane" ||
    (claimed.sourceSystem === "plane" && claimed.operation === "delete");
  const present = (form: Form, readFromPlane = false): Observed<Form> => ({
    kind: "present",
    form,
    readFromPlane,
  });
  const readWhereverItIs = async (plane: PlaneReader): Promise<Form> => {
    try {
      return await kind.read(plane, planeId, projectId);
    } catch (thrown) {
      // Moved: it is not where it was, but where the hint says.
      const elsewhere = claimed.planeProjectId !== null && claimed.planeProjectId !== projectId;
      if (!elsewhere || !(thrown instanceof SuiteError) || thrown.code !== "plane_not_found") throw thrown;
      return await kind.read(plane, planeId, claimed.planeProjectId);
    }
  };
  const read = async (): Promise<Observed<Form>> => {
    if (reader === undefined) throw new SuiteError("plane_not_configured");
    try {
      return present(await readWhereverItIs(reader), true);
    } catch (thrown) {
      // Plane answers 403 for a project that was deleted. That alone says nothing; after a signed deletion it confirms it.
      const code = thrown instanceof SuiteError ? thrown.code : "internal";
      if (code === "plane_not_found" || (deleted && code === "plane_forbidden")) return { kind: "gone" };
      throw thrown;
    }
  };

  // A late, old update must not bring back what was deleted: only Plane itself can say that it is there again.
  if (deleted) {
    return reader === undefined ? { kind: "gone" } : await read();
  }
  const seen = kind.parse(pair.plane_seen);
  const announced = claimed.observation?.envelope === "plane_v1"
    ? announcedForm(kind, claimed.observation.body)
    : null;
  // Carries the record in a shape nobody knows: what was seen before is not what it says.
  const unreadable = claimed.observation !== null && announced === null;
  if (claimed.readFirst || unreadable || (announced === null && seen === null)) {
    if (reader !== undefined) return await read();
    // An announcement without the record says that it changed: what was seen before is old. A hint by hand says nothing.
    const stale = unreadable || (claimed.sourceSystem === "plane" && pair.announced);
    const best = announced ?? (stale ? null : seen);
    return best === null ? await read() : present(best);
  }
  if (announced === null || seen === null) return present(announced ?? seen as Form);
  if (announced.updated_at > seen.updated_at) return present(announced);
  // A retry carries what was true then. An equal stamp with other content: nobody can tell which is newer.
  const contradicts = announced.updated_at === seen.updated_at &&
    !sameJson(announced as never, seen as never);
  return contradicts && reader !== undefined ? await read() : present(contradicts ? announced : seen);
}

function announcedForm<Form>(kind: ObservedKind<Form>, body: string): Form | null {
  const envelope = JSON.parse(body) as { data?: unknown };
  return kind.parse(envelope.data);
}

export const OBSERVED_ISSUE: ObservedKind<IssueForm> = {
  parse: issueForm,
  read: async ({ client, directory }, planeId, projectId) => {
    // A work item is only addressable inside its project.
    if (projectId === null) throw new SuiteError("project_unknown");
    const item = await client.workItem(projectId, planeId);
    const [[state], assignees, labels] = await Promise.all([
      directory.states(projectId, item.state === null ? [] : [item.state]),
      directory.people(projectId, item.assignees),
      directory.labels(projectId, item.labels),
    ]);
    return whole(issueForm({ ...item, state: state ?? null, assignees, labels }));
  },
};

export const OBSERVED_PROJECT: ObservedKind<ProjectForm> = {
  parse: projectForm,
  read: async ({ client }, planeId) => whole(projectForm({ ...await client.project(planeId) })),
};

function whole<Form>(form: Form | null): Form {
  if (form === null) throw new SuiteError("plane_bad_answer");
  return form;
}
