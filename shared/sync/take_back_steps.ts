/** Which values give a pair back what it was, and which of them somebody has changed since. */
import { type Json, sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { UndoOrder, UndoPart } from "../store/engine/sync_store.ts";
import type { Agreed, LensContext, Target } from "./lenses/lens.ts";
import { type ActiveLens, contextOf, type PlanInput } from "./plan/plan_input.ts";
import type { Change, Side } from "./plan/planned.ts";
import { isOvertaken, type Look, lookAt } from "./take_back_look.ts";

/** One value that is to be written; without values it is there already, and only the log does not know it yet. */
export interface Step {
  field: string;
  order: UndoOrder;
  side: Side;
  target: Target;
  now: Json;
  base: Json;
}

export interface Steps {
  /** By field what is to be written; empty when it is so already; a field that is missing was changed since, or is in one of the others. */
  steps: Map<string, Step[]>;
  /** Fields that may have been taken back before, and set again since. */
  doubtful: Set<string>;
  /**
   * Fields of which one side was taken back before, when somebody has edited the other since; by field what is still to be logged of
   * the first.
   */
  overtaken: Map<string, Step[]>;
  /** Of them: what had been agreed on by then, where the other side had followed and may have been set back. */
  agreed: Map<string, Agreed>;
}

/** What is known of workers before us, of the change a step makes. */
export interface Before {
  /** One of them noted it. */
  isBegun: (change: Change) => boolean;
  /** One of them may have carried it out already. */
  mayBeDone: (change: Change) => boolean;
  /** What both sides agree on by the notes of carrying a field over to a side, whose record was written since. */
  carried: (field: string, side: Side) => Agreed[];
}

/** The change that a step makes, as it is logged. */
export function changeOf({ field, order, side, target, now, base }: Step): Change {
  return { field, side, from: now, to: target.value, why: "undone", base, undoes: order.log_id };
}

/** Pure. */
export function stepsOf<Form>(
  orders: ReadonlyMap<string, UndoOrder>,
  input: Parameters<typeof contextOf<Form>>[0] & Pick<PlanInput<Form>, "lenses">,
  form: Form,
  record: OdooRecord,
  { isBegun, mayBeDone, carried }: Before,
): Steps {
  const looks = input.lenses.map((active) => lookAt(active, contextOf(input, active), form, record));
  const steps = new Map<string, Step[]>();
  const doubtful = new Set<string>();
  const overtaken = new Map<string, Step[]>();
  const agreed = new Map<string, Agreed>();
  for (const [field, order] of orders) {
    const look = looks.find(({ active }) => active.lens.field === field);
    if (look === undefined) continue;
    const edited = order.apart === true
      ? looks.some((other) => other.edited[order.parts[0]?.side ?? "odoo"])
      : look.edited.plane || look.edited.odoo;
    const isSet = look.active.lens.join !== undefined;
    if (!isSet && order.apart !== true && isOvertaken(look, order, form, record)) {
      const step = stepOf(look, order.parts[0], form, record);
      const done = step === null || step === "so already" ? [] : [{ ...step, field, order }];
      // Where nobody has begun with the order, people have edited both sides: the policy decides.
      if (done.every((one) => isBegun(changeOf(one)))) overtaken.set(field, done);
      continue;
    }
    const [first] = order.parts;
    const back = first === undefined ? undefined : setBack(look, first.side, carried, field);
    if (first !== undefined && back !== undefined && order.apart !== true) {
      const step = stepOf(look, first, form, record);
      if (step !== null && (step === "so already" || Object.keys(step.target.values).length === 0)) {
        overtaken.set(field, step === "so already" ? [] : [{ ...step, field, order }]);
        agreed.set(field, back);
        continue;
      }
    }
    // What is joined element by element needs no guard: only the elements that were added or taken away are looked at.
    if (
      edited && !isSet &&
      !order.parts.slice(0, 1).every(({ side, from }) => look.same[side](look.now[side], from))
    ) {
      continue;
    }
    const parts = (isSet ? order.parts : order.parts.slice(0, 1)).map((part) =>
      stepOf(look, part, form, record)
    );
    if (parts.includes(null)) continue;
    const wanted = parts.flatMap((step) =>
      step === null || step === "so already" ? [] : [{ ...step, field, order }]
    );
    const isDoubtful = wanted.some((step) =>
      Object.keys(step.target.values).length > 0 && mayBeDone(changeOf(step))
    );
    if (isDoubtful) doubtful.add(field);
    else steps.set(field, wanted);
  }
  return { steps, doubtful, overtaken, agreed };
}

/** The other side had followed, as far as anybody knows, and has again what it had before: somebody may have set it. */
function setBack<Form>(
  { now, same, context }: Look<Form>,
  side: Side,
  carried: Before["carried"],
  field: string,
): Agreed | undefined {
  const other = side === "plane" ? "odoo" : "plane";
  const base = other === "odoo" ? context.odooBase : context.planeBase;
  if (base === undefined || !same[other](base, now[other])) return undefined;
  return carried(field, other).find((after) =>
    after[side] !== undefined && same[side](after[side], now[side]) &&
    after[other] !== undefined && !same[other](after[other], now[other])
  );
}

function stepOf<Form>(
  look: Look<Form>,
  part: UndoPart,
  form: Form,
  record: OdooRecord,
): Omit<Step, "field" | "order"> | "so already" | null {
  const { active: { lens }, context } = look;
  const { side, from } = part;
  const now = look.now[side];
  const agreed = side === "odoo" ? context.odooBase : context.planeBase;
  const base = agreed ?? null;
  const there = agreed === undefined || sameJson(agreed, now) || look.same[side](agreed, now)
    ? "so already" as const
    // The worker before us died between writing it and saying so.
    : { side, target: { values: {}, value: now }, now: base, base };
  if (lens.join === undefined) {
    if (look.same[side](now, from)) return there;
    // Synchronised again meanwhile.
    if (!look.same[side](now, part.base)) return null;
  }
  const target = side === "odoo"
    ? lens.restore?.odoo?.(part, record, context) ?? plainOdoo(look.active, from)
    : lens.restore?.plane?.(part, form, context) ?? plainPlane(look.active, form, from, context);
  return sameJson(target.value, now) ? there : { side, target, now, base };
}

function plainOdoo<Form>({ odooField }: ActiveLens<Form>, value: Json): Target {
  return { values: { [odooField]: value === null || value === "" ? false : value }, value };
}

function plainPlane<Form>({ lens }: ActiveLens<Form>, form: Form, value: Json, context: LensContext): Target {
  const given = { ...form, ...(lens.formValues?.(value, context) ?? { [lens.field]: value }) };
  return { values: lens.valuesFor?.(given) ?? { [lens.field]: value }, value };
}
