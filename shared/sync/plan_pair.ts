/** The plan of one pair: bases, references and decisions looked up, then the pure plan made from them. */
import { sameJson } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import { stampsOf } from "./attempts.ts";
import { laterSides } from "./later.ts";
import { overwrittenIn } from "./overwritten.ts";
import type { PlaneForm, Prepared, SyncEntity } from "./pairs/kind.ts";
import { undoOrders } from "./pairs/undo_orders.ts";
import { type AttemptOver, basesAfterAttempts } from "./plan/attempts.ts";
import type { PairNow } from "./plan/pair_now.ts";
import { planBoth } from "./plan/plan.ts";
import { contextOf, type PlanInput } from "./plan/plan_input.ts";
import type { Plan } from "./plan/planned.ts";
import { withoutRefused } from "./refused.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { odooRecordOf } from "./sides/external_id.ts";
import { type TakenBack, withOvertaken, withTakenBack } from "./taken_back.ts";
import { undoNotesIn, undoNotesOver } from "./undo_notes.ts";

export interface PlannedPair<Form extends PlaneForm> {
  input: PlanInput<Form>;
  prepared: Prepared;
  plan: Plan;
  /** What became of writes nobody had settled. */
  over: AttemptOver[];
}

/** @param form Plane's record as it is now, which may be newer than that of the pair */
export async function makePlan<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  { record, linkedNow, lenses, madeBefore }: PairNow<Form>,
  form: Form | null,
  taken: TakenBack<Form> | null,
  deps: SyncDependencies,
): Promise<PlannedPair<Form>> {
  const { pair, config, kind } = entity;
  // A partner that was only just linked again has no base: what both sides agreed on is forgotten.
  const bases = linkedNow || pair.snapshot === null
    ? { planeBase: {}, odooBase: {} }
    : { planeBase: pair.snapshot.plane_base, odooBase: pair.snapshot.odoo_base };
  const orders = undoOrders(entity);
  const common = {
    lenses,
    plane: form,
    odoo: record,
    ...bases,
    placeholders: pair.snapshot?.placeholders ?? {},
    capabilities: await deps.capabilities(),
    today: new Date(deps.wallClock()).toISOString().slice(0, 10),
    policy: config.policy,
    resolutions: new Map(
      pair.conflicts.flatMap(({ field, resolution }) =>
        resolution === null || orders.has(field) ? [] : [[field, resolution] as const]
      ),
    ),
    open: new Set(pair.conflicts.map(({ field }) => field)),
    overwritten: overwrittenIn(bases.planeBase),
  };
  const recalled = form === null ? undefined : await kind.recall(form, deps);
  const changedInOdoo = record === null
    ? new Set<string>()
    : changedFields(common, recalled?.references, record, form);
  const prepared = await kind.prepare({ form, record, pair, config, lenses, changedInOdoo }, deps);
  const held = [
    ...prepared.heldBack ?? [],
    ...(taken === null || taken.apart === null ? [] : [taken.apart.field]),
  ];
  const known = { ...common, references: prepared.references };
  const stamps = stampsOf({ form, record });
  const undoing = new Set(undoNotesIn(pair.attempts).map(({ id }) => id));
  const { over, ...after } = basesAfterAttempts(
    known,
    pair.attempts.filter(({ id }) => !undoing.has(id)),
    stamps,
    madeBefore ?? (isMadeFor(form, kind.odooModel, record) ? "plane" : null),
  );
  const judged: PlanInput<Form> = {
    ...known,
    ...after,
    ...withOvertaken(after, taken),
    doubtful: new Set([...after.doubtful, ...taken?.doubtful ?? []]),
    lenses: lenses.filter(({ lens }) => !held.includes(lens.field)),
    later: () => "plane",
  };
  const input = {
    ...judged,
    lenses: entity.claimed.payload.retry_refused ? judged.lenses : withoutRefused(judged, deps.wallClock()),
  };
  const later = await laterSides(entity, input, deps);
  const complete = { ...input, later };
  const notes = taken?.notes ?? undoNotesOver(pair, stamps, null);
  return {
    input: complete,
    prepared,
    plan: withTakenBack(planBoth(complete), taken),
    over: [...over, ...notes],
  };
}

function isMadeFor(form: PlaneForm | null, model: string, record: OdooRecord | null): boolean {
  const named = form === null ? null : odooRecordOf(form);
  return named !== null && named.model === model && named.id === record?.id;
}

/** Fields whose Odoo value is not the base: what they point at must be looked up in Plane. */
function changedFields<Form extends PlaneForm>(
  input: Omit<PlanInput<Form>, "references" | "later">,
  recalled: PlanInput<Form>["references"] | undefined,
  record: OdooRecord,
  form: Form | null,
): Set<string> {
  const changed = input.lenses.filter((active) => {
    if (active.lens.toPlane === undefined && active.lens.join === undefined) return false;
    if (active.direction === "to_odoo") return false;
    if (form === null || recalled === undefined) return true;
    if (input.resolutions.has(active.lens.field)) return true;
    const context = contextOf({ ...input, references: recalled }, active);
    return active.lens.join !== undefined
      ? active.lens.hasUnknown?.(record, context) ?? true
      : context.odooBase === undefined ||
        !(active.lens.sameInOdoo?.(context.odooBase, active.lens.odooValue(record, context)) ??
          sameJson(context.odooBase, active.lens.odooValue(record, context)));
  });
  return new Set(changed.map(({ lens }) => lens.field));
}
