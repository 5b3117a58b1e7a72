/**
 * What a server refuses for good (a circle of parents made from both sides) must not be sent again at every hint: the values are
 * remembered, and the field is left alone as long as both sides still say the same. It is tried again by itself, further and
 * further apart, and with the first look of another day.
 */
import { z } from "zod";
import { type Json, type JsonObject, sameJson } from "../json.ts";
import { type ActiveLens, contextOf, type PlanInput } from "./plan/plan_input.ts";

/** After this long, in ms, it is tried again, and twice as long each time; after so many tries that day's are over. */
const AGAIN_MS = 60_000;
const TRIES = 5;

/** Under this name Plane's base keeps them, by field. */
const REFUSED = "refused";

const shape = z.record(
  z.string(),
  z.object({
    /** Plane's value, Odoo's value, the day, the decision about its conflict. */
    values: z.custom<Json>((values) => values !== undefined),
    tries: z.number(),
    /** When it is tried again, in ms since 1970; null: no more that day. */
    next: z.number().nullable(),
  }),
);

type Remembered = z.output<typeof shape>;

/**
 * The lenses that are judged: not those whose very values were refused before, unless it is time to try them again.
 *
 * @param now in ms since 1970
 */
export function withoutRefused<Form>(input: PlanInput<Form>, now: number): readonly ActiveLens<Form>[] {
  const remembered = rememberedIn(input.planeBase);
  if (Object.keys(remembered).length === 0) return input.lenses;
  return input.lenses.filter((active) => {
    const former = remembered[active.lens.field];
    return former === undefined || !sameJson(former.values, valuesOf(input, active)) || isDue(former, now);
  });
}

/**
 * The base with what was refused now, and with what was refused before and is still so; and after how many ms the first of it
 * is to be tried again, null when by itself none is.
 *
 * @param now in ms since 1970
 */
export function rememberRefused<Form>(
  input: PlanInput<Form>,
  planeBase: JsonObject,
  refused: readonly string[],
  now: number,
): { base: JsonObject; againMs: number | null } {
  const remembered = rememberedIn(input.planeBase);
  const fields = input.lenses.filter(({ lens }) => refused.includes(lens.field)).map((active) => {
    const former = remembered[active.lens.field];
    const values = valuesOf(input, active);
    // Who was woken for it before its time begins anew: what it was refused for may be over.
    const isNext = former !== undefined && sameJson(former.values, values) && isDue(former, now);
    const tries = isNext ? former.tries + 1 : 1;
    return [
      active.lens.field,
      { values, tries, next: tries > TRIES ? null : now + AGAIN_MS * 2 ** (tries - 1) },
    ] as const;
  });
  const judged = new Set(input.lenses.map(({ lens }) => lens.field));
  const kept = Object.entries(remembered).filter(([field]) => !judged.has(field));
  const { [REFUSED]: _former, ...base } = planeBase;
  const all: Remembered = Object.fromEntries([...kept, ...fields]);
  const waits = Object.values(all).flatMap(({ next }) => next !== null && next > now ? [next - now] : []);
  return {
    base: Object.keys(all).length === 0 ? base : { ...base, [REFUSED]: all },
    againMs: waits.length === 0 ? null : Math.min(...waits),
  };
}

function isDue({ next }: Remembered[string], now: number): boolean {
  return next !== null && next <= now;
}

function valuesOf<Form>(input: PlanInput<Form>, active: ActiveLens<Form>): Json {
  const context = contextOf(input, active);
  return [
    input.plane === null ? null : active.lens.planeValue(input.plane, context),
    input.odoo === null ? null : active.lens.odooValue(input.odoo, context),
    input.today,
    asJson(input.resolutions.get(active.lens.field) ?? null),
  ];
}

function asJson(value: object | null): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** What is not understood is tried again. */
function rememberedIn(base: JsonObject): Remembered {
  return Object.hasOwn(base, REFUSED) ? shape.safeParse(base[REFUSED]).data ?? {} : {};
}
