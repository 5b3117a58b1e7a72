/**
 * A parent is refused when it would be a circle: something above the new parent has to move away first. Who was refused one waits
 * for that parent to move, by either of its names, under keys of plane.sync_waiting of their own: the parent is there, so it does not
 * wait for it to be made.
 */
import { contextOf, type PlanInput } from "./plan/plan_input.ts";
import type { Plan } from "./plan/planned.ts";

const PARENT = "parent";

interface Names {
  planeType: string;
  odooModel: string;
}

/** What a record waits for that was refused its parent. */
export function waitsForMove<Form>(
  { planeType, odooModel }: Names,
  input: PlanInput<Form>,
  refused: readonly string[],
): string[] {
  const active = input.lenses.find(({ lens }) => lens.field === PARENT);
  if (active === undefined || !refused.includes(PARENT)) return [];
  const context = contextOf(input, active);
  const inPlane = input.plane === null ? null : active.lens.planeValue(input.plane, context);
  const inOdoo = input.odoo === null ? null : active.lens.odooValue(input.odoo, context);
  return [
    ...(typeof inPlane === "string" ? [`moved:${planeType}:${inPlane}`] : []),
    ...(typeof inOdoo === "number" ? [`moved:${odooModel}:${inOdoo}`] : []),
  ];
}

/** Who is woken because a record has got another parent. */
export function wokenByMove(
  { planeType, odooModel }: Names,
  { changes }: Pick<Plan, "changes">,
  planeId: string | null,
  odooId: number | null,
): string[] {
  if (!changes.some(({ field, why }) => field === PARENT && why !== "kept")) return [];
  return [
    ...(planeId === null ? [] : [`moved:${planeType}:${planeId}`]),
    ...(odooId === null ? [] : [`moved:${odooModel}:${odooId}`]),
  ];
}
