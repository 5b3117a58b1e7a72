/**
 * A set on both sides: what was added or removed on one side since the last agreement is added or removed on the other, and
 * what both did is joined. An element without counterpart stays where it is and is left out of every comparison, so that one
 * which is matched later counts as added.
 */
import type { Json } from "../../json.ts";
import { type Joined, type LensContext, relatedIds } from "./lens.ts";
import { partnersOf, sorted } from "./set_bases.ts";

export interface SetFields<Form> {
  field: string;
  odooField: string;
  /** The name of the list in Plane's REST API. */
  planeField: string;
  planeIds: (form: Form) => readonly string[];
  /** Plane's ids -> Odoo's. */
  partners: (context: LensContext) => ReadonlyMap<string, number | null>;
  /** Odoo's ids -> Plane's. */
  planePartners: (context: LensContext) => ReadonlyMap<number, string | null>;
}

/** What both sides are to hold, and what they then agree on. Null: that side has no record yet, or is not looked at. */
export function joinSets<Form>(
  set: SetFields<Form>,
  form: Form | null,
  odooNow: readonly number[] | null,
  context: LensContext,
): Joined {
  const base = partnersOf(context.planeBase);
  const odooBase = context.odooBase === undefined ? null : relatedIds(context.odooBase);
  const planeNow = form === null ? [] : set.planeIds(form);
  const partnerNow = (id: string) => set.partners(context).get(id) ?? partnerMadeFor(set, id, context);

  // Plane's side. One whose match was lost keeps the partner it had: nobody took it away.
  const wanted = new Map<string, number>();
  for (const id of planeNow) {
    const partner = partnerNow(id) ?? base.get(id);
    if (partner !== undefined) wanted.set(id, partner);
  }
  const removedInPlane = form === null || !context.mayGo.odoo
    ? []
    : [...base].filter(([id, former]) => wanted.get(id) !== former).map(([, former]) => former);

  const known = knownInOdoo(set, context);
  const present = odooNow ?? [];
  const comparable = present.filter((id) => known.has(id));
  const removedInOdoo = new Set(
    odooNow === null || !context.mayGo.plane ? [] : (odooBase ?? []).filter((id) => !present.includes(id)),
  );
  const addedInOdoo = comparable.filter((id) => !(odooBase ?? []).includes(id));

  // Odoo's side: what is there, less what Plane took away, plus what Plane has and nobody took away in Odoo since.
  const stillWanted = [...wanted].filter(([id, partner]) =>
    !removedInOdoo.has(partner) || base.get(id) !== partner
  );
  const shared = new Set(stillWanted.map(([, partner]) => partner));
  const odooNext = sorted([
    ...present.filter((id) => !removedInPlane.includes(id) || shared.has(id) || addedInOdoo.includes(id)),
    ...shared,
  ]);
  // Plane's side: what is there, less what Odoo took away, plus what Odoo added.
  const lost = new Set(
    [...wanted].filter(([id]) => !stillWanted.some(([kept]) => kept === id)).map(([id]) => id),
  );
  const gained = addedInOdoo.filter((id) => !shared.has(id)).flatMap((id) => {
    const partner = set.planePartners(context).get(id);
    return partner === undefined || partner === null || planeNow.includes(partner)
      ? []
      : [[partner, id] as const];
  });
  const planeNext = [...planeNow.filter((id) => !lost.has(id)), ...gained.map(([id]) => id)];

  const planeBase: Record<string, Json> = Object.fromEntries([...stillWanted, ...gained]);
  return {
    toOdoo: odooNow !== null && equal(odooNext, present)
      ? null
      : { values: { [set.odooField]: [[6, 0, odooNext]] }, value: odooNext },
    toPlane: form !== null && equal(planeNext, planeNow)
      ? null
      : { values: { [set.planeField]: planeNext }, value: planeBase },
    planeBase,
    odooBase: sorted([...odooNext.filter((id) => known.has(id)), ...shared]),
  };
}

/**
 * The Odoo id an element of Plane was looked up or made for in this very pass: what we write there comes back with the answer,
 * and is in no one's memory of Plane's side yet.
 */
function partnerMadeFor<Form>(set: SetFields<Form>, id: string, context: LensContext): number | undefined {
  for (const [partner, planeId] of set.planePartners(context)) if (planeId === id) return partner;
  return undefined;
}

/** Odoo's ids that mean something in Plane: what a Plane id stands for or stood for, and what was looked up. */
export function knownInOdoo<Form>(set: SetFields<Form>, context: LensContext): Set<number> {
  const known = new Set<number>(relatedIds(context.odooBase));
  for (const partner of set.partners(context).values()) if (partner !== null) known.add(partner);
  for (const [id, partner] of set.planePartners(context)) if (partner !== null) known.add(id);
  return known;
}

/** The same elements, whatever their order. */
function equal<Id extends string | number>(left: readonly Id[], right: readonly Id[]): boolean {
  const [one, other] = [new Set(left), new Set(right)];
  return one.size === other.size && [...one].every((id) => other.has(id));
}
