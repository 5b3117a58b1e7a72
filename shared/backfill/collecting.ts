/** When calls of many records are joined. */

/** How long a call waits for others to join it, in ms: nobody waits for a backfill, and each call saved is one less for Odoo. */
const COLLECT_MS = 25;

/** For {@link batchingOdooClient}: sends what has come together within a moment. */
export function collecting(flush: () => void): void {
  setTimeout(flush, COLLECT_MS);
}
