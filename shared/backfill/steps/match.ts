/** Which records of both sides are the same, by name. Pure. Namesakes are reported, never guessed. */

export interface Named<Id> {
  id: Id;
  name: string;
}

export interface Matches {
  /** Plane id -> Odoo id. */
  matched: Map<string, number>;
  duplicates: { name: string; plane: string[]; odoo: number[] }[];
}

/** Names are compared trimmed and whatever the case; an empty name is nobody's. */
export function nameKey(name: string): string {
  return name.trim().toLowerCase();
}

/**
 * Records without partner of one project, or the projects themselves. A name that one record of each side has is a match; one
 * that several of a side have is reported, when the other side has it too.
 */
export function matchByName(
  plane: readonly Named<string>[],
  odoo: ReadonlyMap<string, readonly number[]>,
): Matches {
  const groups = new Map<string, { name: string; ids: string[] }>();
  for (const { id, name } of plane) {
    const key = nameKey(name);
    if (key === "" || !odoo.has(key)) continue;
    const group = groups.get(key) ?? { name: name.trim(), ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  const result: Matches = { matched: new Map(), duplicates: [] };
  for (const [key, { name, ids }] of groups) {
    const candidates = odoo.get(key) ?? [];
    const [planeId, odooId] = [ids[0], candidates[0]];
    if (ids.length === 1 && candidates.length === 1 && planeId !== undefined && odooId !== undefined) {
      result.matched.set(planeId, odooId);
    } else result.duplicates.push({ name, plane: ids.toSorted(), odoo: [...candidates] });
  }
  return result;
}

/** Odoo records by the key of their name. */
export function byName(records: readonly Named<number>[]): Map<string, number[]> {
  const names = new Map<string, number[]>();
  for (const { id, name } of records) {
    const key = nameKey(name);
    if (key !== "") names.set(key, [...names.get(key) ?? [], id]);
  }
  return names;
}
