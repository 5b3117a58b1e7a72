/**
 * The names under which Odoo finds our records again. `load()` with one is an atomic upsert, backed by a unique index, so
 * the same record is never made twice, whoever asks and however often.
 */
export function externalId(planeType: string, planeId: string): string {
  return `plane.${planeType}_${planeId}`;
}
