import type { Plan, Side } from "./plan/planned.ts";

/** What no record can be without. */
const NEEDED = new Set(["name"]);

/**
 * The plan without what sets these names of one side: such fields wait. Names that belong to a lens which sets others too go
 * together with those.
 *
 * @returns null when nothing can be left out
 */
export function withoutFields(
  plan: Plan,
  side: Side,
  names: readonly string[],
): { plan: Plan; fields: string[] } | null {
  const owner = plan.owners[side];
  const fields = [...new Set(names.flatMap((name) => owner[name] ?? []))].filter((field) =>
    !NEEDED.has(field)
  );
  if (fields.length === 0) return null;
  const kept = (field: string) => !fields.includes(field);
  const values = Object.fromEntries(
    Object.entries(plan[side]).filter(([name]) => (owner[name] ?? []).every(kept)),
  );
  return {
    fields,
    plan: {
      ...plan,
      [side]: values,
      changes: plan.changes.filter(({ field }) => kept(field)),
      agreed: plan.agreed.filter(kept),
      waiting: [...plan.waiting, ...fields],
    },
  };
}
