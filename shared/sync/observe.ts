/**
 * What Plane's record is now. A v1 webhook that is newer than what we have seen is an observation and costs no call, and so is
 * what a sweep has read; for everything else the record is read, or what we saw last still holds.
 */
import { SuiteError } from "../errors.ts";
import { type Json, sameJson } from "../json.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";

export type Observed<Form> =
  | { kind: "present"; form: Form; fresh: boolean }
  /** Deleted. An archived record, which the API hides too, is present. */
  | { kind: "gone" };

/** A record that waits looks again after 5, 10, 20 minutes: from then on it is read. */
const OLD_AFTER_LOOKS = 3;

/**
 * @throws SuiteError plane_not_configured when the record must be read and cannot be; what the client throws
 */
export async function observePlane<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  deps: SyncDependencies,
): Promise<Observed<Form>> {
  const { kind, pair, claimed, mapping } = entity;
  const deleted = pair.tombstone?.reason === "deleted_in_plane" ||
    (claimed.sourceSystem === "plane" && claimed.operation === "delete");
  const present = (form: Form): Observed<Form> => ({ kind: "present", form, fresh: false });
  // A late, old update must not bring back what was deleted: only Plane itself can say that it is there again.
  if (deleted) return deps.plane === undefined ? { kind: "gone" } : await readPlane(entity, planeId, deps);

  const seen = kind.parse(pair.snapshot?.plane_seen ?? null);
  const announced = claimed.observation?.envelope === "plane_v1"
    ? announcedForm(kind, claimed.observation.body)
    : null;
  const brought = claimed.payload.observed === undefined || deps.plane === undefined
    ? null
    : await kind.complete(deps.plane, claimed.payload.observed);
  const newest = newer(announced, brought);
  // Carries the record in a shape nobody knows: what was seen before is not what it says.
  const unreadable = claimed.observation !== null && announced === null;
  // It has waited long for its partner: who knows whether what it was announced with is still true.
  const isOld = mapping === null && claimed.outages >= OLD_AFTER_LOOKS && deps.plane !== undefined;
  // What somebody tried and did not settle may have said more than this announcement, which may be the older one by now.
  const isTried = pair.attempts.some(({ side }) => side === "odoo") && deps.plane !== undefined;
  if (claimed.readFirst || unreadable || isOld || isTried || (newest === null && seen === null)) {
    // What a sweep or a run brought along may be older than what asks for a reading.
    if (deps.plane !== undefined) return await readPlane(entity, planeId, deps);
    // An announcement without the record says that it changed: what was seen before is old. A hint by hand says nothing.
    const stale = unreadable || (claimed.planeHinted && pair.announced);
    const best = newest ?? (stale ? null : seen);
    return best === null ? await readPlane(entity, planeId, deps) : present(best);
  }
  if (newest === null || seen === null) return present(newest ?? seen ?? unreachable());
  if (newest.updated_at > seen.updated_at) return present(newest);
  // A retry carries what was true then. An equal stamp with other content: nobody can tell which is newer. The project a hint
  // names may be another one than what was seen: moved, under whatever stamp.
  const contradicts = newest.updated_at === seen.updated_at && !sameRecord(newest, seen);
  const moved = kind.projectOf(newest) !== (mapping?.plane_project_id ?? kind.projectOf(newest));
  return (contradicts || moved) && deps.plane !== undefined
    ? await readPlane(entity, planeId, deps)
    : present(contradicts ? newest : seen);
}

/** Reads the record, wherever it is by now. */
export async function readPlane<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  deps: SyncDependencies,
): Promise<Observed<Form>> {
  const { kind, claimed, mapping, pair } = entity;
  const { plane } = deps;
  if (plane === undefined) throw new SuiteError("plane_not_configured");
  const hangsOn = await kind.hangsOn?.(planeId, entity, deps) ?? null;
  const { project_id: named, observed } = claimed.payload;
  const known = mapping?.plane_project_id ?? named ?? claimed.planeProjectId ??
    (typeof observed?.project === "string" ? observed.project : null);
  const elsewhere = claimed.planeProjectId === null || claimed.planeProjectId === known
    ? []
    : [claimed.planeProjectId];
  for (const project of [known, ...elsewhere]) {
    try {
      return { kind: "present", form: await kind.read(plane, planeId, project, hangsOn), fresh: true };
    } catch (thrown) {
      const code = thrown instanceof SuiteError ? thrown.code : "internal";
      // Plane answers 403 for a project that was deleted. That alone says nothing; after a signed deletion it confirms it.
      const deleted = pair.tombstone?.reason === "deleted_in_plane" || claimed.operation === "delete";
      if (code === "plane_forbidden" && deleted) return { kind: "gone" };
      // Nobody says any more where a deleted record was; it was read when it went. Nor where a comment was of which only its
      // message told, when that was deleted too: their pair has ended.
      const ended = deleted || pair.tombstone?.reason === "deleted_in_odoo";
      if ((code === "project_unknown" || code === "work_item_unknown") && ended) return { kind: "gone" };
      if (code !== "plane_not_found") throw thrown;
      const archived = await kind.readArchived?.(plane, planeId, project) ?? null;
      if (archived !== null) return { kind: "present", form: archived, fresh: true };
    }
  }
  return { kind: "gone" };
}

function newer<Form extends PlaneForm>(left: Form | null, right: Form | null): Form | null {
  if (left === null || right === null) return left ?? right;
  return right.updated_at > left.updated_at ? right : left;
}

/** Whether two normalised records are the same; Plane's two forms order people and labels differently. */
function sameRecord<Form extends PlaneForm>(left: Form, right: Form): boolean {
  return sameJson(withoutOrder(left as unknown as Json), withoutOrder(right as unknown as Json));
}

function withoutOrder(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(withoutOrder).sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => part === undefined ? [] : [[name, withoutOrder(part)]]),
  );
}

function announcedForm<Form>(kind: { parse: (data: unknown) => Form | null }, body: string): Form | null {
  const envelope = JSON.parse(body) as { data?: unknown };
  return kind.parse(envelope.data);
}

function unreachable(): never {
  throw new SuiteError("internal");
}
