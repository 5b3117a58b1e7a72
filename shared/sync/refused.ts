/**
 * What a server refuses for good (a circle of parents made from both sides) must not be sent again at every hint: the values are
 * remembered, and the field is left alone for the rest of the day as long as both sides still say the same.
 */
import { type Json, type JsonObject, sameJson } from "../json.ts";
import { type ActiveLens, contextOf, type PlanInput } from "./plan/plan_input.ts";

/** Under this name Plane's base keeps them: field -> [Plane's value, Odoo's value, the day]. */
const REFUSED = "refused";

/** The lenses that are judged: not those whose very values were refused before. */
export function withoutRefused<Form>(input: PlanInput<Form>): readonly ActiveLens<Form>[] {
  const remembered = rememberedIn(input.planeBase);
  if (Object.keys(remembered).length === 0) return input.lenses;
  return input.lenses.filter((active) => {
    const values = remembered[active.lens.field];
    return values === undefined || !sameJson(values, valuesOf(input, active));
  });
}

/** The base with what was refused now, and with what was refused before and is still so. */
export function rememberRefused<Form>(
  input: PlanInput<Form>,
  planeBase: JsonObject,
  refused: readonly string[],
): JsonObject {
  const fields = Object.fromEntries(
    input.lenses.filter(({ lens }) => refused.includes(lens.field))
      .map((active) => [active.lens.field, valuesOf(input, active)]),
  );
  const judged = new Set(input.lenses.map(({ lens }) => lens.field));
  const kept = Object.fromEntries(
    Object.entries(rememberedIn(input.planeBase)).filter(([field]) => !judged.has(field)),
  );
  const { [REFUSED]: _former, ...base } = planeBase;
  const all = { ...kept, ...fields };
  return Object.keys(all).length === 0 ? base : { ...base, [REFUSED]: all };
}

function valuesOf<Form>(input: PlanInput<Form>, active: ActiveLens<Form>): Json {
  const context = contextOf(input, active);
  return [
    input.plane === null ? null : active.lens.planeValue(input.plane, context),
    input.odoo === null ? null : active.lens.odooValue(input.odoo, context),
    input.today,
  ];
}

function rememberedIn(base: JsonObject): JsonObject {
  const remembered = Object.hasOwn(base, REFUSED) ? base[REFUSED] : undefined;
  return typeof remembered === "object" && remembered !== null && !Array.isArray(remembered)
    ? remembered as JsonObject
    : {};
}
