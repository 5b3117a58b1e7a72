/**
 * The names under which each side finds our records again.
 *
 * In Odoo: `load()` with one is an atomic upsert, backed by a unique index, so the same record is never made twice, whoever asks
 * and however often. In Plane a pair of texts on the record: a second POST of the same pair is refused with the id of the first.
 */
export function externalId(planeType: string, planeId: string): string {
  return `plane.${planeType}_${planeId}`;
}

/** The name of a module's tag, where the module is a project of its own and that has the module's name. */
export function moduleTagExternalId(moduleId: string): string {
  return externalId(MODULE_TAG, moduleId);
}

const MODULE_TAG = "module_tag";

/** The Plane record an external id of ours stands for; null for anybody else's. */
export function planeRecordOf(externalId: string): { type: string; id: string } | null {
  const match = /^plane\.([a-z_]+)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(externalId);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { type: match[1] === MODULE_TAG ? "module" : match[1], id: match[2] };
}

/** What a Plane record we make is marked with. */
export const PLANE_SOURCE = "odoo";

export function planeExternalId(model: string, odooId: number): string {
  return `${model},${odooId}`;
}

/** The Odoo record a Plane record was made for; null when somebody else made it. */
export function odooRecordOf(
  form: { external_id: string | null; external_source: string | null },
): { model: string; id: number } | null {
  if (form.external_source !== PLANE_SOURCE || form.external_id === null) return null;
  const match = /^([a-z][a-z0-9_.]{0,63}),([1-9]\d{0,15})$/.exec(form.external_id);
  return match?.[1] === undefined ? null : { model: match[1], id: Number(match[2]) };
}
