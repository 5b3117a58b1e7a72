/** Carries a plan out: what goes to Odoo, what goes to Plane, and what each says it stored. */
import { SuiteError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { OdooRecord } from "../odoo/client.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, Prepared, SyncEntity } from "./pairs/kind.ts";
import { externalId, PLANE_SOURCE, planeExternalId } from "./sides/external_id.ts";
import { forgettingWhatIsGone } from "./sides/forget.ts";
import { makeRecord, readRecord, writeRecord } from "./sides/odoo_records.ts";
import type { Plan, Side } from "./plan/planned.ts";
import { withoutFields } from "./without_fields.ts";

export interface Applied<Result> {
  /** The plan that was carried out: less what the other side refused. */
  plan: Plan;
  result: Result;
  /** Fields that were refused and left out. */
  refused: string[];
}

/** Called before each write with what it is to carry out. */
export type BeforeWriting = (plan: Plan) => Promise<void>;

/**
 * Null `odooId`: the record is made, with the external id of the Plane record.
 *
 * @param onWritten called with what was written, before it is read back: that may fail, and the writing stays true
 */
export async function applyToOdoo<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  target: { planeId: string; odooId: number | null },
  wanted: Plan,
  prepared: Prepared,
  fields: readonly string[],
  deps: SyncDependencies,
  beforeWriting: BeforeWriting,
  onWritten: (plan: Plan, odooId: number) => void,
): Promise<Applied<{ odooId: number; stored: OdooRecord }>> {
  const { kind, lease } = entity;
  const odoo = deps.odoo();
  const capabilities = await deps.capabilities();
  return await leavingOutRefused("odoo", wanted, target.odooId === null, async (plan) => {
    await beforeWriting(plan);
    lease.require(deps.odooTimeoutMs);
    const values: Record<string, Json> = target.odooId === null
      ? { ...prepared.onCreateInOdoo, ...plan.odoo }
      : { ...prepared.placeInOdoo, ...plan.odoo };
    const odooId = await forgettingWhatIsGone(deps.store, odoo, values, async () => {
      if (target.odooId !== null) {
        // All that was to be written may have been refused; even an empty write would leave a new stamp.
        if (Object.keys(values).length === 0) return target.odooId;
        await writeRecord(odoo, kind.odooModel, target.odooId, values);
        return target.odooId;
      }
      const external = externalId(kind.planeType, target.planeId);
      return await makeRecord(odoo, kind.odooModel, external, values, kind.odooFields(capabilities) ?? {});
    });
    onWritten(plan, odooId);
    const stored = await readRecord(odoo, kind.odooModel, odooId, fields);
    // Gone between two calls: the next look at this pair finds that out and settles it.
    if (stored === null) {
      throw new SuiteError("odoo_missing_record", { retry: "later", facts: { model: kind.odooModel } });
    }
    return { odooId, stored };
  });
}

/**
 * Null `form`: the record is made, with the external id of the Odoo record. A result of null: everything was refused, and
 * nothing was written.
 */
export async function applyToPlane<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  target: { form: Form | null; odooId: number; projectId: string | null },
  wanted: Plan,
  prepared: Prepared,
  deps: SyncDependencies,
  beforeWriting: BeforeWriting,
): Promise<Applied<Form | null>> {
  const { kind, lease } = entity;
  const { plane: access } = deps;
  const writes = kind.plane;
  if (access === undefined || writes === undefined) throw new SuiteError("plane_not_configured");
  return await leavingOutRefused<Form | null>("plane", wanted, target.form === null, async (plan) => {
    await beforeWriting(plan);
    lease.require(deps.planeTimeoutMs);
    if (target.form !== null && Object.keys(plan.plane).length === 0) return null;
    if (target.form !== null) return await writes.update(access, target.form, plan.plane);
    const isPaired = async (id: string) =>
      await deps.store.readPartner({ side: "plane", type: kind.planeType, id }) !== null;
    return await writes.make(access, target.projectId, { ...prepared.onCreateInPlane, ...plan.plane }, {
      external_source: PLANE_SOURCE,
      external_id: planeExternalId(kind.odooModel, target.odooId),
    }, isPaired);
  });
}

const REFUSED = ["odoo_rejected", "plane_rejected"];
/** What Plane says of a project's new name that another one has. */
const TAKEN = "plane_conflict";

/** Plane takes no start after the end, and does not say that it was the dates; Odoo has no such rule. */
const DATES = ["start_date", "target_date"];

/**
 * One value that is refused must not keep the others from arriving: it is left out, and what is left is sent again, as long as
 * something can be left out.
 */
async function leavingOutRefused<Result>(
  side: Side,
  wanted: Plan,
  isMaking: boolean,
  apply: (plan: Plan) => Promise<Result>,
): Promise<Applied<Result>> {
  const codes: readonly string[] = isMaking ? REFUSED : [...REFUSED, TAKEN];
  const refused: string[] = [];
  for (let plan = wanted;;) {
    try {
      return { plan, result: await apply(plan), refused };
    } catch (thrown) {
      if (!(thrown instanceof SuiteError) || !codes.includes(thrown.code)) throw thrown;
      const rest = withoutFields(plan, side, guiltyOf(thrown, side, plan[side]), isMaking);
      if (rest === null) throw thrown;
      plan = rest.plan;
      refused.push(...rest.fields);
    }
  }
}

/**
 * The names that were refused, of those that were sent. Where the server does not say which, it was dates in the wrong order, or the
 * parent: what makes a circle for the moment, because changes came out of order.
 */
function guiltyOf({ facts }: SuiteError, side: Side, sent: Plan[Side]): string[] {
  const among = (names: readonly string[]) => names.filter((name) => Object.hasOwn(sent, name));
  const named = among(String(facts.fields ?? facts.field ?? "").split(" "));
  if (named.length > 0) return named;
  if (side === "odoo") return among(["parent_id"]);
  const [start, end] = DATES.map((name) => sent[name]);
  const isCrossed = typeof start === "string" && typeof end === "string" && start > end;
  const guesses = isCrossed ? [DATES, ["parent"]] : [["parent"], DATES];
  return guesses.map(among).find((names) => names.length > 0) ?? [];
}
