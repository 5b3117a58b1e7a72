/**
 * What both sides last agreed on about a set: in Plane's form each id with the Odoo id it stood for, because what a Plane id stands
 * for changes when a label is renamed or a person is mapped by hand; in Odoo's form the ids that had a counterpart.
 */
import type { Json } from "../../json.ts";
import { type Agreed, relatedIds } from "./lens.ts";

/** What came or went with a write is agreed on as far as it is seen; what both bases have stays. */
export function seenSet(
  side: "plane" | "odoo",
  there: ReadonlySet<string | number>,
  before: Agreed,
  after: Agreed,
): Agreed {
  const [was, is] = [partnersOf(before.plane), partnersOf(after.plane)];
  const kept = [...new Map([...was, ...is])].filter(([id, partner]) =>
    (was.has(id) && is.has(id)) || there.has(side === "plane" ? id : partner)
  );
  const [odooWas, odooIs] = [relatedIds(before.odoo), relatedIds(after.odoo)];
  const named = new Set([...was.values(), ...is.values()]);
  const others = [...odooWas, ...odooIs].filter((id) =>
    !named.has(id) && ((odooWas.includes(id) && odooIs.includes(id)) || (side === "odoo" && there.has(id)))
  );
  return {
    plane: Object.fromEntries(kept),
    odoo: sorted([...kept.map(([, partner]) => partner), ...others]),
  };
}

/** The base of a set: Plane id -> the Odoo id it stood for. */
export function partnersOf(base: Json | undefined): Map<string, number> {
  if (typeof base !== "object" || base === null || Array.isArray(base)) return new Map();
  return new Map(
    Object.entries(base).flatMap(([id, partner]) =>
      typeof partner === "number" ? [[id, partner] as const] : []
    ),
  );
}

/** In the order of the ids, each once. */
export function sorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
