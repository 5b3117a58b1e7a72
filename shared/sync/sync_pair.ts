/** Both records are there, or one is about to be made: make them agree in every field, and remember what was agreed. */
import { SuiteError } from "../errors.ts";
import { applyToOdoo, applyToPlane } from "./apply.ts";
import type { Carried } from "./plan/bases.ts";
import { noteAttempt, Notes } from "./attempts.ts";
import { type Effect, effectOf } from "./effect.ts";
import { GoneInPlane } from "./sides/gone_in_plane.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { Followed, PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { getsLinks, leaveLinks, linksOwed } from "./link_leaving.ts";
import { readPlane } from "./observe.ts";
import type { PairNow } from "./plan/pair_now.ts";
import { makePlan } from "./plan_pair.ts";
import type { Change, Plan, Side } from "./plan/planned.ts";
import { settled } from "./settled.ts";
import { takeBack } from "./take_back.ts";
import { reportTakenBack } from "./taken_back.ts";

/** What happened before the step that failed, so that its log and bases are not lost with it. */
export type Partial = (effect: Effect) => void;

/** @throws GoneInPlane */
export async function syncPair<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  given: PairNow<Form>,
  deps: SyncDependencies,
  onPartial: Partial,
): Promise<Effect> {
  const startedAt = deps.now();
  const taken = await takeBack(entity, given, deps);
  const now: PairNow<Form> = taken === null
    ? given
    : { ...given, form: taken.form, record: taken.record, fresh: given.fresh || deps.plane !== undefined };
  let { form } = now;
  const readAgain = async ({ id }: Form) => {
    const read = await readPlane(entity, id, deps);
    if (read.kind === "gone") throw new GoneInPlane();
    return read.form;
  };
  // Only the record itself tells whether what was tried there has happened.
  let isFresh = now.fresh || deps.plane === undefined;
  if (form !== null && !isFresh && entity.pair.attempts.some(({ side }) => side === "plane")) {
    form = await readAgain(form);
    isFresh = true;
  }
  let { input, prepared, plan, over } = await makePlan(entity, now, form, taken, deps);
  if (Object.keys(plan.plane).length > 0 && form !== null && !isFresh) {
    // Nobody writes to Plane what was not read just before: its webhooks may be late, or off.
    form = await readAgain(form);
    const { unmatched } = prepared;
    ({ input, prepared, plan, over } = await makePlan(entity, now, form, taken, deps));
    // What was found to be missing just now is not news any more, and still to be said.
    prepared = { ...prepared, unmatched: [...unmatched, ...prepared.unmatched] };
  }

  const notes = new Notes(over, now.over ?? []);
  const stored: Carried<Form> = {
    odooStored: taken?.odooStored ?? null,
    planeStored: taken?.planeStored ?? null,
  };
  const refused: string[] = [];
  let odooId = now.odooId;
  let followed: Followed | null = null;
  const may = getsLinks(entity.kind, deps);
  let owed: Side | null = may ? now.madeBefore ?? linksOwed(input.planeBase) : null;
  const report = (part: Plan, { isUnread = false, isAllDone = false } = {}) => ({
    ...reportTakenBack(
      settled(entity, { ...now, form, odooId }, input, part, prepared, stored, {
        refused,
        startedAt,
        followed,
        linksOwed: owed,
        isUnread,
      }, deps),
      taken,
    ),
    ...notes.over(isAllDone),
  });
  // What is done by now.
  let known: Effect = effectOf(entity.claimed, now.mapping.id);
  const say = (effect: Effect) => onPartial(known = effect);
  const takenBack = taken?.changes ?? [];
  const overtaken = (taken?.overtaken ?? []).map(({ field }) => field);
  const partly = (whole: Plan) => onlyOdoo(whole, takenBack, overtaken);
  const noting = (side: Side, partOf: (plan: Plan) => Plan) => async (wanted: Plan) => {
    // What was taken back before is written already: what becomes of this write says nothing of it.
    const noted = { input, plan: withoutChanges(partOf(wanted), takenBack), stored };
    notes.begin(await noteAttempt(entity, side, { ...now, form }, noted, deps));
  };
  const carryOut = async <Result>(apply: Promise<Result>): Promise<Result> => {
    try {
      return await apply;
    } catch (thrown) {
      const over = notes.refusedBy(thrown);
      if (over.length > 0) say({ ...known, attempts: [...known.attempts ?? [], ...over] });
      throw thrown;
    }
  };

  const moves = prepared.placeInOdoo !== undefined && entity.ways.toOdoo;
  const writesOdoo = Object.keys(plan.odoo).length > 0 || moves;
  if (form !== null && (now.record === null || writesOdoo)) {
    const target = { planeId: form.id, odooId };
    const onWritten = (written: Plan, id: number) => {
      notes.written();
      odooId = id;
      if (may && now.record === null) owed = "odoo";
      say(report(partly(written), { isUnread: true }));
    };
    const note = noting("odoo", partly);
    const applied = await carryOut(
      applyToOdoo(entity, target, plan, prepared, now.fields, deps, note, onWritten),
    );
    ({ plan } = applied);
    refused.push(...applied.refused);
    odooId = applied.result.odooId;
    stored.odooStored = applied.result.stored;
    await quietly(entity, deps, async () => {
      if (form !== null && now.record !== null) await entity.kind.afterWritingOdoo?.(form, plan.odoo, deps);
    });
  }
  // Whoever made it may have died before this.
  if (form !== null && odooId !== null && (now.record === null || now.linkedNow)) {
    const made = { form, odooId };
    await quietly(
      entity,
      deps,
      async () => await entity.kind.afterMakingInOdoo?.(made.form, made.odooId, deps),
    );
  }
  if (entity.kind.follow !== undefined && form !== null && odooId !== null) {
    if (stored.odooStored !== null) say(report(partly(plan)));
    const { references } = prepared;
    const following = { entity, form, odooId, references, base: input.planeBase };
    followed = await entity.kind.follow(following, deps).catch((thrown) => {
      // What was written is settled first; the next look finds nothing to write, and that the record is gone.
      if (!(thrown instanceof GoneInPlane) || stored.odooStored === null) throw thrown;
      throw new SuiteError("plane_not_found", { retry: "now" });
    });
    plan = { ...plan, settled: [...plan.settled, ...followed?.settles ?? []] };
  }
  if (odooId !== null && (form === null || Object.keys(plan.plane).length > 0)) {
    say(report(partly(plan)));
    const target = { form, odooId, projectId: now.projectId };
    const note = noting("plane", (whole) => whole);
    const applied = await carryOut(applyToPlane(entity, target, plan, prepared, deps, note));
    notes.written();
    ({ plan } = applied);
    refused.push(...applied.refused);
    stored.planeStored = applied.result;
    if (may && form === null && applied.result !== null) owed = "plane";
  }
  const linked = { form: stored.planeStored ?? form, record: stored.odooStored ?? now.record };
  if (owed !== null && linked.form !== null && linked.record !== null) {
    const isNew = now.form === null || now.record === null;
    const both = { form: linked.form, record: linked.record };
    if (!await leaveLinks(entity, owed, both, now.lenses, isNew, deps)) owed = null;
  }
  return report(withOrders(plan, taken), { isAllDone: true });
}

/** What was taken back is so, and its order over, also where the other side refuses what follows: that is tried again as any edit. */
function withOrders(
  plan: Plan,
  taken: { changes: Change[]; undone: ReadonlyMap<string, string> } | null,
): Plan {
  if (taken === null) return plan;
  return {
    ...plan,
    changes: [...taken.changes.filter((change) => !plan.changes.includes(change)), ...plan.changes],
    settled: [...new Set([...plan.settled, ...taken.undone.keys()])],
  };
}

/**
 * The part of a plan that is done once Odoo was written. Of what was taken back it has what is over, on either side: the next look
 * finds and logs the rest, because its bases have not moved and its order is still there; those of what was overtaken have.
 */
function onlyOdoo(plan: Plan, takenBack: readonly Change[], overtaken: readonly string[]): Plan {
  const open = new Set(Object.keys(plan.expected.plane));
  return {
    ...plan,
    plane: {},
    changes: plan.changes.filter((change) =>
      takenBack.includes(change)
        ? !open.has(change.field) || overtaken.includes(change.field)
        : change.side === "odoo"
    ),
    agreed: plan.agreed.filter((field) => !open.has(field)),
    settled: plan.settled.filter((field) => !open.has(field)),
  };
}

function withoutChanges(plan: Plan, known: readonly Change[]): Plan {
  return { ...plan, changes: plan.changes.filter((change) => !known.includes(change)) };
}

/** It is made up for later: a failure here must not undo what is done. */
async function quietly<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  deps: SyncDependencies,
  follow: () => Promise<void>,
): Promise<void> {
  try {
    await follow();
  } catch (thrown) {
    const code = thrown instanceof SuiteError ? thrown.code : "internal";
    deps.log("warn", "after_write_failed", { entity_key: entity.claimed.entityKey, code });
  }
}
