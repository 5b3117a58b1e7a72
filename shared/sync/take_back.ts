/**
 * Takes back what a former synchronisation wrote: gives the side that was written its former value again, as if somebody there had
 * typed it. The plan that follows carries it to the other side as any edit. A later edit, on either side, is never written over.
 */
import { SuiteError } from "../errors.ts";
import { type Json, sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { UndoOrder, UndoPart } from "../store/sync_store.ts";
import type { Effect } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import type { LensContext, Target } from "./lenses/lens.ts";
import { readPlane } from "./observe.ts";
import { readRecord, writeRecord } from "./sides/odoo_records.ts";
import { type ActiveLens, contextOf } from "./plan/plan_input.ts";
import type { Change, Plan, Side } from "./plan/planned.ts";
import type { PairNow } from "./plan/pair_now.ts";

export interface TakenBack<Form> {
  form: Form;
  record: OdooRecord;
  /** What each server stored; null where nothing was written. */
  planeStored: Form | null;
  odooStored: OdooRecord | null;
  changes: Change[];
  /** Log rows that were taken back, by field. */
  undone: ReadonlyMap<string, string>;
  /** Fields that somebody has changed since, or that the server refused. */
  givenUp: string[];
  /** The side whose record alone went into the archive, because making it was taken back. */
  apart: Side | null;
}

interface Step {
  field: string;
  order: UndoOrder;
  side: Side;
  target: Target;
  now: Json;
  base: Json;
}

/** The orders among the pair's decisions, by field. */
export function undoOrders({ pair }: Pick<SyncEntity<never>, "pair">): Map<string, UndoOrder> {
  return new Map(
    pair.conflicts.flatMap(({ field, resolution }) =>
      resolution !== null && "undo" in resolution && resolution.undo !== undefined
        ? [[field, resolution.undo] as const]
        : []
    ),
  );
}

/** Null when there is nothing to take back now. */
export async function takeBack<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  now: PairNow<Form>,
  deps: SyncDependencies,
): Promise<TakenBack<Form> | null> {
  const orders = undoOrders(entity);
  const { record, odooId } = now;
  if (orders.size === 0 || now.form === null || record === null || odooId === null || now.linkedNow) {
    return null;
  }
  const form = now.fresh || deps.plane === undefined ? now.form : await readNow(entity, now.form.id, deps);
  const steps = await stepsOf(entity, orders, form, record, now.lenses, deps);
  const givenUp = [...orders.keys()].filter((field) => !steps.has(field));
  const wanted = [...steps.values()].flat();
  const ofSide = (side: Side) => wanted.filter((step) => step.side === side);

  const odooStored = await carryOut(ofSide("odoo"), givenUp, async (values) => {
    entity.lease.require(deps.odooTimeoutMs);
    await writeRecord(deps.odoo(), entity.kind.odooModel, odooId, values);
    return await readRecord(deps.odoo(), entity.kind.odooModel, odooId, [...now.fields]);
  });
  const { plane } = deps;
  const planeStored = await carryOut(ofSide("plane"), givenUp, async (values) => {
    if (plane === undefined || entity.kind.plane === undefined) throw new SuiteError("plane_not_configured");
    entity.lease.require(deps.planeTimeoutMs);
    return await entity.kind.plane.update(plane, form, values);
  });
  const done = wanted.filter(({ field }) => !givenUp.includes(field));
  return {
    form: planeStored ?? form,
    record: odooStored ?? record,
    planeStored,
    odooStored,
    changes: done.map(({ field, order, side, target, now: from, base }) => (
      { field, side, from, to: target.value, why: "undone", base, undoes: order.log_id }
    )),
    undone: new Map(
      [...orders].filter(([field]) => !givenUp.includes(field)).map(([field, { log_id }]) => [field, log_id]),
    ),
    givenUp,
    apart: done.find(({ order }) => order.apart === true)?.side ?? null,
  };
}

async function readNow<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  deps: SyncDependencies,
): Promise<Form> {
  const read = await readPlane(entity, planeId, deps);
  if (read.kind === "gone") throw new SuiteError("plane_not_found", { retry: "now" });
  return read.form;
}

/** What a refused value keeps from being taken back is given up; nothing was written then. */
async function carryOut<Stored>(
  steps: readonly Step[],
  givenUp: string[],
  write: (values: Record<string, Json>) => Promise<Stored | null>,
): Promise<Stored | null> {
  if (steps.length === 0) return null;
  try {
    return await write(Object.assign({}, ...steps.map(({ target }) => target.values)));
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || !["odoo_rejected", "plane_rejected"].includes(thrown.code)) {
      throw thrown;
    }
    givenUp.push(...new Set(steps.map(({ field }) => field)));
    return null;
  }
}

/** By field what is to be written; empty when it is so already; a field that is missing was changed since. */
async function stepsOf<Form extends PlaneForm>(
  { pair, kind }: SyncEntity<Form>,
  orders: ReadonlyMap<string, UndoOrder>,
  form: Form,
  record: OdooRecord,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<Map<string, Step[]>> {
  const { references } = await kind.recall(form, deps);
  const input = {
    planeBase: pair.snapshot?.plane_base ?? {},
    odooBase: pair.snapshot?.odoo_base ?? {},
    placeholders: pair.snapshot?.placeholders ?? {},
    capabilities: await deps.capabilities(),
    references,
    today: new Date(deps.wallClock()).toISOString().slice(0, 10),
  };
  const looks = lenses.map((active) => lookAt(active, contextOf(input, active), form, record));
  const steps = new Map<string, Step[]>();
  for (const [field, order] of orders) {
    const look = looks.find(({ active }) => active.lens.field === field);
    if (look === undefined) continue;
    const edited = order.apart === true
      ? looks.some((other) => other.edited[order.parts[0]?.side ?? "odoo"])
      : look.edited.plane || look.edited.odoo;
    const isSet = look.active.lens.join !== undefined;
    // What is joined element by element needs no guard: only the elements that were added or taken away are looked at.
    if (edited && !isSet && !order.parts.every(({ side, from }) => look.same[side](look.now[side], from))) {
      continue;
    }
    const parts = (isSet ? order.parts : order.parts.slice(0, 1)).map((part) => stepOf(look, part));
    if (parts.includes(null)) continue;
    steps.set(
      field,
      parts.flatMap((step) => step === null || step === "so already" ? [] : [{ ...step, field, order }]),
    );
  }
  return steps;

  function stepOf(look: Look<Form>, part: UndoPart): Omit<Step, "field" | "order"> | "so already" | null {
    const { active: { lens }, context } = look;
    const { side, from } = part;
    const now = look.now[side];
    const base = (side === "odoo" ? context.odooBase : context.planeBase) ?? null;
    if (lens.join === undefined) {
      if (look.same[side](now, from)) return "so already";
      // Synchronised again meanwhile.
      if (!look.same[side](now, part.base)) return null;
    }
    const target = side === "odoo"
      ? lens.restore?.odoo?.(part, record, context) ?? plainOdoo(look.active, from)
      : lens.restore?.plane?.(part, form, context) ?? plainPlane(look.active, form, from, context);
    return sameJson(target.value, now) ? "so already" : { side, target, now, base };
  }
}

interface Look<Form> {
  active: ActiveLens<Form>;
  context: LensContext;
  now: Record<Side, Json>;
  same: Record<Side, (left: Json, right: Json) => boolean>;
  /** Whether the side is not what was agreed on. */
  edited: Record<Side, boolean>;
}

function lookAt<Form>(
  active: ActiveLens<Form>,
  context: LensContext,
  form: Form,
  record: OdooRecord,
): Look<Form> {
  const { lens } = active;
  const same = { plane: lens.sameInPlane ?? sameJson, odoo: lens.sameInOdoo ?? sameJson };
  const now = { plane: lens.planeValue(form, context), odoo: lens.odooValue(record, context) };
  const edited = (side: Side, base: Json | undefined) =>
    lens.join === undefined && base !== undefined && !same[side](base, now[side]);
  return {
    active,
    context,
    now,
    same,
    edited: { plane: edited("plane", context.planeBase), odoo: edited("odoo", context.odooBase) },
  };
}

function plainOdoo<Form>({ odooField }: ActiveLens<Form>, value: Json): Target {
  return { values: { [odooField]: value === null || value === "" ? false : value }, value };
}

function plainPlane<Form>({ lens }: ActiveLens<Form>, form: Form, value: Json, context: LensContext): Target {
  const given = { ...form, ...(lens.formValues?.(value, context) ?? { [lens.field]: value }) };
  return { values: lens.valuesFor?.(given) ?? { [lens.field]: value }, value };
}

/** The plan with what was taken back before it: under the same rule on both sides, and agreed on. */
export function withTakenBack<Form>(plan: Plan, taken: TakenBack<Form> | null): Plan {
  if (taken === null) return plan;
  const undone = [...taken.undone.keys()];
  const open = [...plan.waiting, ...plan.conflicts.map(({ field }) => field)];
  const agreed = undone.filter((field) =>
    !open.includes(field) && !(taken.apart !== null && field === "archived")
  );
  return {
    ...plan,
    changes: [
      ...taken.changes,
      ...plan.changes.map((change) => {
        const undoes = taken.undone.get(change.field);
        return undoes === undefined ? change : { ...change, why: "undone" as const, undoes };
      }),
    ],
    agreed: [...new Set([...plan.agreed, ...agreed])],
    settled: [...new Set([...plan.settled, ...undone, ...taken.givenUp])],
  };
}

/** What settling writes besides: that one side alone is in the archive, and what was given up. */
export function reportTakenBack<Form>(effect: Effect, taken: TakenBack<Form> | null): Effect {
  if (taken === null) return effect;
  const { snapshot, conflicts } = effect;
  const base = taken.apart === "odoo" ? "odoo_base" : "plane_base";
  return {
    ...effect,
    ...(snapshot === undefined || taken.apart === null
      ? {}
      : { snapshot: { ...snapshot, [base]: { ...snapshot[base], archived: true } } }),
    ...(conflicts === undefined || taken.undone.size === 0
      ? {}
      : { conflicts: { ...conflicts, how: "resolved" as const } }),
    ...(taken.givenUp.length === 0 ? {} : {
      log: [...effect.log, {
        operation: "none",
        success: false,
        error_message: "changed_since",
        duration_ms: 0,
      }],
      events: [...effect.events, {
        level: "warn",
        event_type: "undo_given_up",
        message: `${effect.entity_key}: not taken back, because it was changed since or is refused`,
        metadata: { entity_key: effect.entity_key, fields: taken.givenUp },
      }],
    }),
  };
}
