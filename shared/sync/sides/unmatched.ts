/**
 * What Odoo points at and a project of Plane's has no counterpart for. It is kept in plane.sync_value_map under a name that no id of
 * Plane's has, so that it is reported once, and that plane.v_next_actions says what to do until it is matched.
 */
import type { SyncStore } from "../../store/engine/sync_store.ts";
import type { MappedValue, ValueKind } from "../../store/engine/value_map.ts";

export interface Unmatched {
  kind: ValueKind;
  value: string;
}

/** One thing Odoo points at. */
interface Looked {
  /** Its name in the value map: {@link unmatchedName}. */
  planeValue: string;
  /** What people know it by. */
  name: string;
  /** What an event says of it: an id, no address. */
  value: string;
  /** The Odoo record it was matched for; null: it has no counterpart. */
  matchedFor: number | null;
}

/** @param what such as `res.users,7` */
export function unmatchedName(project: string, what: string): string {
  return `${project}/${what}`;
}

/**
 * Remembers what has no counterpart now, and that what had none has one.
 *
 * @param known what the value map says of their names
 * @returns what is to be reported: what was not known to be missing, or not for a while
 */
export async function noteUnmatched(
  store: Pick<SyncStore, "rememberValues">,
  kind: ValueKind,
  odooModel: string,
  known: ReadonlyMap<string, MappedValue>,
  looked: readonly Looked[],
): Promise<Unmatched[]> {
  const news = looked.filter(({ planeValue, matchedFor }) => {
    const before = known.get(planeValue);
    if (matchedFor !== null) return before !== undefined && before.odooId === null;
    return before === undefined || before.odooId !== null || before.stale;
  });
  if (news.length === 0) return [];
  await store.rememberValues(
    kind,
    odooModel,
    news.map(({ planeValue, name, matchedFor }) => ({ planeValue, planeName: name, odooId: matchedFor })),
  );
  return news.flatMap(({ value, matchedFor }) => matchedFor === null ? [{ kind, value }] : []);
}
