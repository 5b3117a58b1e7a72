/** From a carried-out plan to what settling writes. */
import { parseStamp } from "../stamp.ts";
import { type Carried, changedMeanwhile, isUnagreedInOdoo, nextBases } from "./plan/bases.ts";
import { type Effect, effectOf } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { Followed, PlaneForm, Prepared, SyncEntity } from "./pairs/kind.ts";
import type { PlanInput } from "./plan/plan_input.ts";
import type { Plan, Side } from "./plan/planned.ts";
import { rememberLinksOwed } from "./link_leaving.ts";
import { waitsForMove, wokenByMove } from "./moved.ts";
import { rememberWrites } from "./overwritten.ts";
import { rememberRefused } from "./refused.ts";
import { describePlan } from "./report.ts";
import type { PairNow } from "./plan/pair_now.ts";
import { actorsOf } from "./actors.ts";

/** What could not be done for now, and is no value of a field, is tried again after this long, in ms, twice as long each time. */
const AGAIN_MS = 60_000;
const TRIES = 5;

export function settled<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  now: PairNow<Form>,
  input: PlanInput<Form>,
  plan: Plan,
  prepared: Prepared,
  stored: Carried<Form>,
  { refused, startedAt, followed, linksOwed, isUnread = false }: {
    refused: readonly string[];
    startedAt: number;
    followed: Followed | null;
    /** On which side the record was made whose links are still to be left. */
    linksOwed: Side | null;
    /** Odoo was written and has not been read back. */
    isUnread?: boolean;
  },
  deps: SyncDependencies,
): Effect {
  const { kind, claimed, pair } = entity;
  const { mapping, odooId } = now;
  const form = stored.planeStored ?? now.form;
  const record = stored.odooStored ?? now.record;
  const wroteOdoo = stored.odooStored !== null || isUnread;
  const wrote = wroteOdoo || stored.planeStored !== null ||
    (followed !== null && followed.changes.length > 0);
  const made = (now.record === null && wroteOdoo) ||
    (now.form === null && stored.planeStored !== null);
  const { planeBase, odooBase, otherwise } = nextBases(input, plan, stored);
  const actors = actorsOf(claimed, now.record);
  const description = describePlan({
    entityKey: claimed.entityKey,
    operation: made ? "create" : now.linkedNow ? "link" : wrote ? "update" : "none",
    plan: { ...plan, changes: [...plan.changes, ...followed?.changes ?? []] },
    storedOtherwise: [...otherwise.odoo, ...otherwise.plane, ...followed?.refused ?? []],
    refused,
    unmatched: prepared.unmatched,
    odooModel: kind.odooModel,
    odooId,
    actors,
    durationMs: Math.round(deps.now() - startedAt),
  });
  // A parent that is refused, because changes came out of order and it would be a circle, is tried again when the parent moves or
  // one of the sides changes it, and by itself as refused.ts says.
  const remembered = rememberRefused(input, { ...planeBase, ...followed?.base }, refused, deps.wallClock());
  const again = [
    remembered.againMs ?? [],
    isOwed(input, refused, linksOwed) ? owedAgain(claimed.outages) : [],
  ].flat();
  const writeDate = parseStamp(record?.write_date);
  const project = form === null ? null : kind.projectOf(form);
  const open = plan.conflicts.map((conflict) => ({
    ...conflict,
    plane_at: now.form?.updated_at ?? null,
    odoo_at: parseStamp(now.record?.write_date),
    plane_actor: actors.plane,
    odoo_actor: actors.odoo,
  }));
  const moved = wokenByMove(kind, plan, form?.id ?? null, odooId);
  // A conflict that was decided is planned as open only where the decision names a value Plane does not have.
  const undecided = open.map(({ field }) => field).filter((field) => input.resolutions.has(field));
  // Somebody's choice that was carried out, or an order to take back; what is over by itself is neither.
  const chosen = plan.settled.some((field) =>
    input.resolutions.has(field) || followed?.settles?.includes(field) === true
  );
  return {
    ...effectOf(claimed, mapping.id),
    ...description,
    mapping: {
      ...(odooId === null ? {} : { odoo_id: String(odooId) }),
      ...(form === null
        ? {}
        : { plane_id: form.id, plane_type: kind.planeType, plane_updated_at: form.updated_at }),
      ...(form === null || record === null ? {} : { status: "active" }),
      ...(project === null ? {} : { plane_project_id: project }),
      ...(writeDate === null ? {} : { odoo_write_date: writeDate }),
      synced: wrote,
    },
    snapshot: {
      plane_base: rememberWrites(
        rememberLinksOwed(remembered.base, linksOwed),
        plan,
        now.form === null ? null : stored.planeStored?.updated_at ?? null,
      ),
      odoo_base: odooBase,
      plane_seen: form,
      placeholders: { ...pair.snapshot?.placeholders, ...plan.placeholders },
    },
    ...(open.length === 0 && plan.settled.length === 0 ? {} : {
      conflicts: {
        open,
        undecided,
        settled: plan.settled,
        how: chosen ? "resolved" as const : "gone" as const,
      },
    }),
    created: made || now.linkedNow,
    relinked: pair.tombstone !== null,
    waits_for: [...prepared.waitsFor, ...followed?.waitsFor ?? [], ...waitsForMove(kind, input, refused)],
    ...(moved.length === 0 ? {} : { wakes: moved }),
    // What somebody changed between two of our calls, and what a new item in Plane has that its record lacks, is looked at again,
    // whether or not anybody announces it.
    hints: wrote && form !== null &&
        (otherwise.odoo.length > 0 || (made && otherwise.plane.length > 0) ||
          (now.form === null &&
            input.lenses.some((active) => isUnagreedInOdoo(active, odooBase[active.lens.field]))) ||
          changedMeanwhile(input, plan, stored))
      ? [{ key: { side: "odoo" as const, model: kind.odooModel, id: String(odooId) }, priority: 5 }]
      : [],
    ...(again.length === 0 ? {} : { again_after_ms: Math.min(...again) }),
  };
}

/** Whether something is owed that is not remembered by its values: links, or a value somebody orders to be taken back. */
function isOwed<Form>(
  { lenses }: PlanInput<Form>,
  refused: readonly string[],
  linksOwed: Side | null,
): boolean {
  return linksOwed !== null || refused.some((field) => !lenses.some(({ lens }) => lens.field === field));
}

/** After how many ms such a thing is tried again; nothing once it was tried often enough. */
function owedAgain(looks: number): number[] {
  return looks >= TRIES ? [] : [AGAIN_MS * 2 ** looks];
}
