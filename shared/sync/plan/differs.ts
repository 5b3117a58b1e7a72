/**
 * In which fields a record is not what both sides last agreed on. Pure: what a webhook, a sweep and a poll have in their hands is
 * compared with the base of its pair, so that an echo costs nothing more.
 */
import { type Json, sameJson } from "../../json.ts";
import type { OdooCapabilities } from "../../odoo/capabilities.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { SnapshotRow } from "../../store/engine/sync_store.ts";
import { type LensContext, NO_REFERENCES, type References } from "../lenses/lens.ts";
import { type ActiveLens, contextOf } from "./plan_input.ts";

export interface Agreed {
  snapshot: SnapshotRow;
  capabilities: OdooCapabilities;
  /** What the record points at, from memory (`kind.recall`). */
  references?: References;
}

/** Fields of a Plane record that may be sent to Odoo and differ from the base, or have none. */
export function differsInPlane<Form>(
  lenses: readonly ActiveLens<Form>[],
  agreed: Agreed,
  form: Form,
): string[] {
  return differing(
    lenses.filter(({ direction }) => direction !== "to_plane" && direction !== "on_create_only"),
    agreed,
    ({ lens }, context) => isOther(lens.sameInPlane, context.planeBase, () => lens.planeValue(form, context)),
  );
}

/**
 * Fields of an Odoo record that may be sent to Plane and differ from the base, or have none. An element of a set that memory
 * does not know counts as a difference: it may have been added.
 */
export function differsInOdoo<Form>(
  lenses: readonly ActiveLens<Form>[],
  agreed: Agreed,
  record: OdooRecord,
): string[] {
  const concerned = lenses.filter(({ lens, direction }) =>
    direction !== "to_odoo" && direction !== "on_create_only" &&
    (lens.toPlane !== undefined || lens.join !== undefined)
  );
  return differing(concerned, agreed, ({ lens }, context) =>
    lens.hasUnknown?.(record, context) === true ||
    isOther(lens.sameInOdoo, context.odooBase, () => lens.odooValue(record, context)));
}

function differing<Form>(
  lenses: readonly ActiveLens<Form>[],
  { snapshot, capabilities, references = NO_REFERENCES }: Agreed,
  differs: (active: ActiveLens<Form>, context: LensContext) => boolean,
): string[] {
  const input = {
    planeBase: snapshot.plane_base,
    odooBase: snapshot.odoo_base,
    placeholders: snapshot.placeholders,
    capabilities,
    references,
    today: "",
  };
  return lenses.filter((active) => differs(active, contextOf(input, active))).map(({ lens }) => lens.field);
}

function isOther(
  same: ((left: Json, right: Json) => boolean) | undefined,
  base: Json | undefined,
  now: () => Json,
): boolean {
  return base === undefined || !(same ?? sameJson)(base, now());
}
