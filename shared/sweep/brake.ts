/** When so much has vanished that a person should look first. Pure. */

/** So few may always go: a small project loses them in a morning. */
const ALWAYS_ALLOWED = 5;
/** `options.delete_share` unless configured. */
const DEFAULT_SHARE = 0.2;

/** @param share of the records that may vanish between two passes, 0 to 1; undefined: a fifth */
export function isTooMuch(vanished: number, known: number, share: number | undefined): boolean {
  return vanished > ALWAYS_ALLOWED && vanished > (share ?? DEFAULT_SHARE) * known;
}
