/**
 * Neither API can compare and set: an edit that lands between our reading and our write is overwritten. Plane's announcement of
 * our write says what it replaced. When that is not what we had read, somebody's edit is gone: it becomes a conflict.
 */
import type { Json, JsonObject } from "../json.ts";
import type { Announcement } from "../store/engine/sync_store.ts";
import type { Plan } from "./plan/planned.ts";

/** What our last write to Plane replaced and wrote, by field, until it was announced. */
interface Wrote {
  /** `updated_at` of Plane's answer. */
  at: string;
  fields: Readonly<Record<string, { from: Json; to: Json }>>;
}

/** Names in Plane's base: what was written, and values that were overwritten and that nobody has decided about. */
const WROTE = "wrote";
const OVERWRITTEN = "overwritten";

/** Fields whose announcements carry the value as the lens sees it; sets are joined and never overwritten. */
const ANNOUNCED = ["name", "priority", "state", "start_date", "target_date", "parent"];
/** An announcement's stamp is at most this far from the answer's, in ms (plane-live.md, surprise 11: 40 ms). */
const NEAR_MS = 2_000;

/** The base that remembers what a plan wrote to Plane; without what was agreed on anew since it was overwritten. */
export function rememberWrites(base: JsonObject, plan: Plan, answeredAt: string | null): JsonObject {
  const { [WROTE]: former, [OVERWRITTEN]: _overwritten, ...rest } = base;
  const open = Object.entries(overwrittenIn(base)).filter(([field]) => !plan.agreed.includes(field));
  const fields = Object.fromEntries(
    plan.changes.filter(({ side, field }) => side === "plane" && ANNOUNCED.includes(field))
      .map(({ field, from, to }) => [field, { from, to }]),
  );
  const wrote = answeredAt === null || Object.keys(fields).length === 0 ? former : { at: answeredAt, fields };
  return {
    ...rest,
    ...(wrote === undefined ? {} : { [WROTE]: wrote }),
    ...(open.length === 0 ? {} : { [OVERWRITTEN]: Object.fromEntries(open) }),
  };
}

/** Values somebody gave in Plane that a write of ours replaced unseen, by field. */
export function overwrittenIn(base: JsonObject): Readonly<Record<string, Json>> {
  const values = base[OVERWRITTEN];
  return isObject(values) ? values : {};
}

/** The stamp from which announcements tell about our last write; null when there is nothing to learn. */
export function announcedFrom(base: JsonObject): string | null {
  const wrote = wroteIn(base);
  return wrote === null ? null : new Date(Date.parse(wrote.at) - NEAR_MS).toISOString();
}

/**
 * @param announcements since {@link announcedFrom}
 * @returns null as long as our write was not announced; else the base without it and what it has overwritten
 */
export function judgeWrites(
  base: JsonObject,
  announcements: readonly Announcement[],
): { base: JsonObject; lost: { field: string; value: Json; written: Json }[] } | null {
  const wrote = wroteIn(base);
  if (wrote === null) return null;
  // Its stamp is that of the answer or a little later: what was announced before is about somebody else's change.
  const near = announcements.filter(({ at }) =>
    at >= wrote.at && Date.parse(at) - Date.parse(wrote.at) <= NEAR_MS
  );
  const lost = Object.entries(wrote.fields).flatMap(([field, { from, to }]) => {
    const ours = near.findLast((said) => fieldOf(said) === field && sameWord(said.newValue, to));
    return ours === undefined || sameWord(ours.oldValue, from) || sameWord(ours.oldValue, to)
      ? []
      : [{ field, value: ours.oldValue, written: to }];
  });
  const isAnnounced = Object.entries(wrote.fields).some(([field, { to }]) =>
    near.some((said) => fieldOf(said) === field && sameWord(said.newValue, to))
  );
  if (!isAnnounced) return null;
  const { [WROTE]: _done, ...rest } = base;
  const overwritten = {
    ...overwrittenIn(base),
    ...Object.fromEntries(lost.map(({ field, value }) => [field, value])),
  };
  return {
    lost,
    base: { ...rest, ...(Object.keys(overwritten).length === 0 ? {} : { [OVERWRITTEN]: overwritten }) },
  };
}

/** The web app says `state_id` where the API says `state`. */
function fieldOf({ field }: Announcement): string {
  return (field ?? "").replace(/_id$/, "");
}

/** Plane has been seen to write null as the text "None". */
function sameWord(left: Json, right: Json): boolean {
  const word = (value: Json) =>
    value === null || value === "None" || value === "" ? "" : String(value).trim();
  return word(left) === word(right);
}

function wroteIn(base: JsonObject): Wrote | null {
  const wrote = base[WROTE];
  if (!isObject(wrote) || typeof wrote.at !== "string" || !isObject(wrote.fields)) return null;
  const fields = Object.fromEntries(
    Object.entries(wrote.fields).flatMap(([field, change]) =>
      isObject(change) ? [[field, { from: change.from ?? null, to: change.to ?? null }] as const] : []
    ),
  );
  return { at: wrote.at, fields };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
