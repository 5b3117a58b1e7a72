/**
 * A set on both sides: what was added or removed on one side since the last agreement is added or removed on the other, and
 * what both did is joined. An element without counterpart stays where it is and is left out of every comparison, so that one
 * which is matched later counts as added.
 */
import type { Json } from "../../json.ts";
import { type Agreed, type Joined, type Lens, type LensContext, relatedIds } from "./lens.ts";

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

/**
 * The bases: in Plane's form each id with the Odoo id it stood for, because what a Plane id stands for changes when a label is
 * renamed or a person is mapped by hand; in Odoo's form the ids that had a counterpart.
 */
export function setLens<Form>(set: SetFields<Form>): Lens<Form> {
  const join = (
    form: Form | null,
    record: { id: number } & Record<string, unknown> | null,
    context: LensContext,
  ) => joinSets(set, form, record === null ? null : relatedIds(record[set.odooField]), context);
  return {
    field: set.field,
    odooField: set.odooField,
    planeValue: (form, context) => join(form, null, context).planeBase,
    odooValue: (record, context) => {
      const known = knownInOdoo(set, context);
      return relatedIds(record[set.odooField]).filter((id) => known.has(id));
    },
    join,
    hasUnknown: (record, context) => {
      const [known, base] = [knownInOdoo(set, context), relatedIds(context.odooBase)];
      return relatedIds(record[set.odooField]).some((id) => !known.has(id) || !base.includes(id));
    },
    basesSeen: (side, form, record, before, after) => {
      const there = side === "plane"
        ? new Set<string | number>(form === null ? [] : set.planeIds(form))
        : new Set<string | number>(relatedIds(record?.[set.odooField]));
      return seenSet(side, there, before, after);
    },
    // Only the elements that came or went; whatever else is there stays.
    restore: {
      odoo: ({ from, to }, record) => {
        const ids = sorted(reverted(relatedIds(record[set.odooField]), relatedIds(from), relatedIds(to)));
        return { values: { [set.odooField]: [[6, 0, ids]] }, value: ids };
      },
      plane: ({ from, to }, form, context) => {
        const [before, after] = [partnersOf(from), partnersOf(to)];
        const ids = reverted(set.planeIds(form), [...before.keys()], [...after.keys()]);
        const partners = new Map([...partnersOf(context.planeBase), ...before]);
        const value = Object.fromEntries(ids.flatMap((id) => {
          const partner = partners.get(id) ?? set.partners(context).get(id) ?? null;
          return partner === null ? [] : [[id, partner] as const];
        }));
        return { values: { [set.planeField]: ids }, value };
      },
    },
  };
}

function joinSets<Form>(
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
function knownInOdoo<Form>(set: SetFields<Form>, context: LensContext): Set<number> {
  const known = new Set<number>(relatedIds(context.odooBase));
  for (const partner of set.partners(context).values()) if (partner !== null) known.add(partner);
  for (const [id, partner] of set.planePartners(context)) if (partner !== null) known.add(id);
  return known;
}

/** What came or went with a write is agreed on as far as it is seen; what both bases have stays. */
function seenSet(
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
function partnersOf(base: Json | undefined): Map<string, number> {
  if (typeof base !== "object" || base === null || Array.isArray(base)) return new Map();
  return new Map(
    Object.entries(base).flatMap(([id, partner]) =>
      typeof partner === "number" ? [[id, partner] as const] : []
    ),
  );
}

/** What is there now, without what had come and with what had gone. */
function reverted<Id>(now: readonly Id[], from: readonly Id[], to: readonly Id[]): Id[] {
  const kept = now.filter((id) => from.includes(id) || !to.includes(id));
  return [...kept, ...from.filter((id) => !to.includes(id) && !kept.includes(id))];
}

function sorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** The same elements, whatever their order. */
function equal<Id extends string | number>(left: readonly Id[], right: readonly Id[]): boolean {
  const [one, other] = [new Set(left), new Set(right)];
  return one.size === other.size && [...one].every((id) => other.has(id));
}
