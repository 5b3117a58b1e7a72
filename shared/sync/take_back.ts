/**
 * Takes back what a former synchronisation wrote: gives the side that was written its former value again, as if somebody there had
 * typed it. The plan that follows carries it to the other side as any edit. A later edit, on either side, is never written over:
 * what cannot be told from one is left alone as well (undo_notes.ts). Only within one second, which is all that Odoo's stamps tell, an
 * edit after our write is not told from a record that nobody wrote.
 */
import { SuiteError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import { stampsOf } from "./attempts.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { undoOrders } from "./pairs/undo_orders.ts";
import { readRecord, writeRecord } from "./sides/odoo_records.ts";
import type { PairNow } from "./plan/pair_now.ts";
import { contextOf } from "./plan/plan_input.ts";
import type { Change, Side } from "./plan/planned.ts";
import { lookingAt, readNow, withPutAway } from "./take_back_input.ts";
import { changedBetween } from "./take_back_look.ts";
import { changeOf, type Step, stepsOf } from "./take_back_steps.ts";
import type { TakenBack } from "./taken_back.ts";
import { isBegun, mayBeDone, noteUndo, undoNotesIn, undoNotesOver } from "./undo_notes.ts";

/**
 * Null when there is nothing to take back now.
 *
 * @throws GoneInPlane
 */
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
  const { kind } = entity;
  const form = now.fresh || deps.plane === undefined ? now.form : await readNow(entity, now.form.id, deps);
  // What follows the pair is taken back there, where somebody can be asked what there is to follow.
  if (deps.plane !== undefined && form.archived_at === null) orders.delete(kind.followedField ?? "");
  const lenses = withPutAway(entity, now.lenses);
  const input = await lookingAt(entity, form, record, lenses, deps);
  const stamps = stampsOf({ form, record });
  const found = undoNotesIn(entity.pair.attempts);
  const { steps, doubtful, overtaken, agreed } = stepsOf(orders, input, form, record, {
    isBegun: (change) => isBegun(found, change),
    mayBeDone: (change) => mayBeDone(found, stamps, change),
    carried: (field, side) =>
      entity.pair.attempts.filter((attempt) =>
        attempt.side === side && attempt.stamp !== null && attempt.stamp !== stamps[side]
      ).map(({ plane_base, odoo_base }) => ({ plane: plane_base[field], odoo: odoo_base[field] })),
  });
  const givenUp = [...orders.keys()].filter((field) => !steps.has(field));
  const wanted = [...steps.values()].flat();
  const noted = new Set<string>();
  const carry = async <Stored>(
    side: Side,
    write: (values: Record<string, Json>) => Promise<Stored | null>,
  ) => {
    const ofSide = wanted.filter((step) => step.side === side && !givenUp.includes(step.field));
    return await carryOut(ofSide, givenUp, async (values, changes) => {
      // Before the note: what is not sent needs none.
      entity.lease.require(side === "odoo" ? deps.odooTimeoutMs : deps.planeTimeoutMs);
      noted.add(await noteUndo(entity, side, { ...now, form }, changes, deps));
      return await write(values);
    });
  };

  // Odoo is first: a set that it refuses is left as it is in Plane.
  const odooStored = await carry("odoo", async (values) => {
    await writeRecord(deps.odoo(), kind.odooModel, odooId, values);
    return await readRecord(deps.odoo(), kind.odooModel, odooId, [...now.fields]);
  });
  const changedOn = (side: Side, after: { form: Form; record: OdooRecord }) =>
    changedBetween(side, lenses, (active) => contextOf(input, active), { form, record }, after);
  const onlyOn = (side: Side, fields: ReadonlySet<string>) =>
    wanted.filter((step) =>
      step.side === side && step.order.apart !== true && fields.has(step.field) &&
      !givenUp.includes(step.field)
    );
  // Somebody has set it in Odoo since it was looked at.
  if (odooStored !== null) {
    const changed = changedOn("odoo", { form, record: odooStored });
    givenUp.push(...onlyOn("plane", changed).map(({ field }) => field));
  }
  const { plane } = deps;
  const planeStored = await carry("plane", async (values) => {
    if (plane === undefined || kind.plane === undefined) throw new SuiteError("plane_not_configured");
    return await kind.plane.update(plane, form, values);
  });
  // The same in Plane, of what Odoo has been given already.
  const late = planeStored === null
    ? []
    : onlyOn("odoo", changedOn("plane", { form: planeStored, record: odooStored ?? record }));
  for (const step of late) overtaken.set(step.field, [step]);
  givenUp.push(...late.map(({ field }) => field));
  const done = wanted.filter(({ field }) => !givenUp.includes(field));
  const alone = [...overtaken.values()].flat();
  const apart = done.find(({ order }) => order.apart === true);
  const isPlanned = (field: string) => now.lenses.some(({ lens }) => lens.field === field);
  return {
    form: planeStored ?? form,
    record: odooStored ?? record,
    planeStored,
    odooStored,
    changes: [...done, ...alone].map(changeOf),
    undone: new Map(
      [...orders].filter(([field]) => !givenUp.includes(field)).map(([field, { log_id }]) => [field, log_id]),
    ),
    givenUp,
    doubtful: new Set([...doubtful, ...alone.map(({ field }) => field), ...agreed.keys()]),
    overtaken: [
      ...alone.filter(({ field }) => !agreed.has(field)).map(({ field, side, target: { value } }) => (
        { field, side, value }
      )),
      ...[...agreed].flatMap(([field, { plane = null, odoo = null }]) => [
        { field, side: "plane" as const, value: plane },
        { field, side: "odoo" as const, value: odoo },
      ]),
    ],
    notes: [
      ...undoNotesOver(entity.pair, stamps, givenUp.filter((field) => !overtaken.has(field)))
        .filter(({ id }) => !noted.has(id)),
      ...[...noted].map((id) => ({ id, became: "settled" as const })),
    ],
    apart: apart === undefined ? null : { side: apart.side, field: apart.field },
    bases: done.filter(({ field }) => field === apart?.field || !isPlanned(field)).map((
      { side, field, target: { value } },
    ) => ({ side, field, value })),
  };
}

/** What a refused value keeps from being taken back is given up; nothing was written then. */
async function carryOut<Stored>(
  steps: readonly Step[],
  givenUp: string[],
  write: (values: Record<string, Json>, changes: Change[]) => Promise<Stored | null>,
): Promise<Stored | null> {
  const writing = steps.filter(({ target }) => Object.keys(target.values).length > 0);
  if (writing.length === 0) return null;
  try {
    return await write(
      Object.assign({}, ...writing.map(({ target }) => target.values)),
      writing.map(changeOf),
    );
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || !["odoo_rejected", "plane_rejected"].includes(thrown.code)) {
      throw thrown;
    }
    givenUp.push(...new Set(steps.map(({ field }) => field)));
    return null;
  }
}
