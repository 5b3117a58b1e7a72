/** What taking back has to know of a pair before it begins. */
import type { OdooRecord } from "../odoo/client.ts";
import { readPlane } from "./observe.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import type { ActiveLens } from "./plan/plan_input.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { GoneInPlane } from "./sides/gone_in_plane.ts";
import type { stepsOf } from "./take_back_steps.ts";

/** The field that puts a record away is looked at whether or not the configuration keeps it alike on both sides. */
export function withPutAway<Form extends PlaneForm>(
  { kind: { putAway } }: SyncEntity<Form>,
  lenses: readonly ActiveLens<Form>[],
): readonly ActiveLens<Form>[] {
  const lens = putAway?.lens;
  if (lens === undefined || lenses.some((active) => active.lens.field === lens.field)) return lenses;
  return [...lenses, { lens, odooField: lens.odooField, direction: "both" }];
}

/** What the steps are planned from: the bases, and what names stand for. */
export async function lookingAt<Form extends PlaneForm>(
  { pair, kind, config }: SyncEntity<Form>,
  form: Form,
  record: OdooRecord,
  lenses: readonly ActiveLens<Form>[],
  deps: SyncDependencies,
): Promise<Parameters<typeof stepsOf<Form>>[1]> {
  const recalled = await kind.recall(form, deps);
  const { references } = recalled.isCurrent
    ? recalled
    : await kind.prepare({ form, record, pair, config, lenses, changedInOdoo: new Set() }, deps);
  return {
    lenses,
    planeBase: pair.snapshot?.plane_base ?? {},
    odooBase: pair.snapshot?.odoo_base ?? {},
    placeholders: pair.snapshot?.placeholders ?? {},
    capabilities: await deps.capabilities(),
    references,
    today: new Date(deps.wallClock()).toISOString().slice(0, 10),
  };
}

/** @throws GoneInPlane */
export async function readNow<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  planeId: string,
  deps: SyncDependencies,
): Promise<Form> {
  const read = await readPlane(entity, planeId, deps);
  if (read.kind === "gone") throw new GoneInPlane();
  return read.form;
}
