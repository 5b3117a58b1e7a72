/** The lens of a set: a list of ids in Plane, a many2many field in Odoo. */
import { type Lens, type LensContext, relatedIds } from "./lens.ts";
import { joinSets, knownInOdoo, type SetFields } from "./join_sets.ts";
import { partnersOf, seenSet, sorted } from "./set_bases.ts";

/** What it agrees on is described in set_bases.ts, how it is merged in join_sets.ts. */
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

/** What is there now, without what had come and with what had gone. */
function reverted<Id>(now: readonly Id[], from: readonly Id[], to: readonly Id[]): Id[] {
  const kept = now.filter((id) => from.includes(id) || !to.includes(id));
  return [...kept, ...from.filter((id) => !to.includes(id) && !kept.includes(id))];
}
