import type { Plan, Side } from "./plan/planned.ts";

/** What no record can be made without. */
const NEEDED = new Set(["name"]);

/**
 * The plan without what sets these names of one side: such fields wait, and so do the decisions about them. Names that belong to a
 * lens which sets others too go together with those. Odoo is written first: what it refuses does not go to Plane either, unless it
 * is a set, which is joined; what Plane refuses is in Odoo by then.
 *
 * @returns null when nothing can be left out
 */
export function withoutFields(
  plan: Plan,
  side: Side,
  names: readonly string[],
  isMaking: boolean,
): { plan: Plan; fields: string[] } | null {
  const owner = plan.owners[side];
  const fields = [...new Set(names.flatMap((name) => owner[name] ?? []))].filter((field) =>
    !(isMaking && NEEDED.has(field))
  );
  if (fields.length === 0) return null;
  const kept = (field: string) => !fields.includes(field);
  const goesTo = (field: string, other: Side) =>
    kept(field) || (other !== side && (side === "plane" || plan.joined[field] !== undefined));
  const left = (other: Side) =>
    Object.fromEntries(
      Object.entries(plan[other]).filter(([name]) =>
        (plan.owners[other][name] ?? []).every((field) => goesTo(field, other))
      ),
    );
  return {
    fields,
    plan: {
      ...plan,
      odoo: left("odoo"),
      plane: left("plane"),
      changes: plan.changes.filter((change) => goesTo(change.field, change.side)),
      agreed: plan.agreed.filter(kept),
      settled: plan.settled.filter(kept),
      waiting: [...plan.waiting, ...fields],
    },
  };
}
